import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Forwarder } from '../../../src/events/forwarder.js';
import { until } from '../../support/events/until.js';
import { metricOf, ShipperWorld } from '../shipper/shipper-world.js';

/** Small blocks, so that there are many records, and a queue that is soon half full. */
const SETTINGS = { queue: { maxBytes: 1024 ** 2 }, shipper: { maxBatchBytes: 20_000, inFlight: 2 } };

describe('A hole in the spool', () => {
  let shipper: ShipperWorld;

  afterEach(() => shipper.close());

  const relists = (forwarder: Forwarder) => metricOf(forwarder, 'watch_lines_total{type="ADDED"}');

  /** Ends with this many events on disk, and nothing delivered of them. */
  const spool = async (count: number) => {
    shipper = await ShipperWorld.start({ speed: 200, settings: SETTINGS });
    const { world } = shipper;
    const forwarder = await shipper.forward(shipper.spooled);
    world.create(20);
    await world.delivered();
    await world.intake.stop();
    world.create(count);
    await until('all is kept', () => shipper.isAllKept(forwarder));
    await forwarder.stop(0);
  };

  /** Flips a bit in the middle of the segment with this number among those that there are. */
  const damage = (index = 0) => {
    const path = join(shipper.spoolFolder, shipper.segments[index]!);
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length / 3);
    bytes[at] = bytes[at]! ^ 0x10;
    writeFileSync(path, bytes);
  };

  it('that is found at the start heals by reading again, and only once (case 47)', async () => {
    await spool(900);
    damage();
    await shipper.world.intake.resume();
    const second = await shipper.forward(shipper.spooled);
    await shipper.world.delivered();
    await until('the spool is empty', () => shipper.segments.length === 0);
    await until('the mark', () => shipper.isAllKept(second));
    // What lay behind the hole comes from the spool as well as from the API server.
    shipper.world.check({ maxDuplicates: 900 });
    await second.stop();

    const before = shipper.world.intake.ledger.documentCount;
    const third = await shipper.forward(shipper.spooled);
    shipper.world.create(5);
    await shipper.world.delivered();
    expect(shipper.world.intake.ledger.documentCount - before).to.equal(5);
    expect(relists(third)).to.equal(5);
  });

  it('that an earlier process found and could not read again heals as well (case 47)', async () => {
    await spool(900);
    damage();
    const { world } = shipper;
    // It finds the hole and delivers what is left on disk, but cannot read events.
    await world.intake.resume();
    world.api.faults.forbid('list events', 'watch events');
    const second = await shipper.forward(shipper.spooled);
    await until('what is whole is delivered', () => shipper.segments.length === 0);
    const missing = world.shown.filter((id) => world.intake.ledger.times(id) === 0);
    expect(missing.length, 'in the hole').to.be.within(1, 200);
    await second.stop(0);
    world.api.faults.allow();

    await shipper.forward(shipper.spooled);
    await world.delivered();
    world.check({ maxDuplicates: 900 });
  });

  it('heals once although it stays on disk for long (case 47)', async () => {
    await spool(900);
    damage();
    const { world } = shipper;
    // The intake stays away: the damaged segment stays.
    const second = await shipper.forward(shipper.spooled);
    await until('all is read again', () => shipper.isAllKept(second));
    await second.stop(0);
    expect(shipper.segments.length).to.be.greaterThan(1);
    const third = await shipper.forward(shipper.spooled);
    await until('nothing is left to read', () => shipper.isAllKept(third));
    world.create(5);
    await until('the new ones', () => shipper.isAllKept(third));
    expect(relists(third)).to.equal(5);
    await world.intake.resume();
    await world.delivered();
    world.check({ maxDuplicates: 900 });
  });

  it('that comes while the forwarder runs heals at once (case 47)', async () => {
    shipper = await ShipperWorld.start({ speed: 200, settings: SETTINGS });
    const { world } = shipper;
    const forwarder = await shipper.forward(shipper.spooled);
    world.create(20);
    await world.delivered();
    await world.intake.stop();
    world.create(900);
    await until('all is kept', () => shipper.isAllKept(forwarder));
    damage();
    await world.intake.resume();
    await world.delivered();
    expect(shipper.logged('warn').map(({ message }) => message)).to.include(
      'records in the spool are damaged; their events are read again',
    );
    await until('the mark', () => shipper.isAllKept(forwarder));
    world.check({ maxDuplicates: 900 });
  });

  it('where a segment is missing heals by reading again (case 47)', async () => {
    await spool(900);
    damage();
    const names = readdirSync(shipper.spoolFolder);
    expect(names).to.include('cursor');
    // The cursor is lost as well: all records come again.
    writeFileSync(join(shipper.spoolFolder, 'cursor'), 'no cursor');
    await shipper.world.intake.resume();
    await shipper.forward(shipper.spooled);
    await shipper.world.delivered();
    shipper.world.check({ maxDuplicates: 900 });
  });
});
