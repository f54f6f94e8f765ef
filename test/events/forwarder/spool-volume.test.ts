import { expect } from 'chai';
import { EventWorld } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';
import { failureOf, MemoryFiles } from '../spool/memory-files.js';

const MIB = 1024 ** 2;
const BATCH = 100;
const SPOOL = { spool: { folder: '/spool', maxBytes: 16 * MIB } };

describe('Forwarder with a spool', () => {
  let world: EventWorld;
  let files: MemoryFiles;

  beforeEach(async () => {
    files = new MemoryFiles();
    world = await EventWorld.start({
      files,
      settings: {
        shipper: { maxBatchBytes: MIB / 4, maxBatchDocuments: BATCH, requestTimeoutMs: 1000 },
        queue: { maxBytes: MIB },
        standby: { leaseSeconds: 5 },
      },
    });
  });
  afterEach(() => world.close());

  /** A spool that an earlier process left: five batches of which nothing was delivered. */
  async function left(): Promise<void> {
    const earlier = await world.forwarder(SPOOL);
    await earlier.start();
    world.create(20);
    await world.delivered();
    await until('it happens', () => world.leaseMark !== undefined);
    await world.intake.stop();
    world.create(5 * BATCH);
    await until('it happens', () => earlier.metrics.registry.text().includes(`queue_docs ${5 * BATCH}\n`));
    await earlier.stop(0);
    await world.intake.resume();
    expect(files.segments).to.have.length(1);
  }

  async function nextDelivers(maxDuplicates: number): Promise<void> {
    const next = await world.forwarder(SPOOL);
    await next.start();
    await world.delivered();
    world.check({ maxDuplicates });
  }

  it('delivers what an earlier process left, once (case 46)', async () => {
    await left();
    await nextDelivers(0);
  });

  it('takes away a last record that was not written to its end, and reads its events from the API server (case 47)', async () => {
    const earlier = await world.forwarder(SPOOL);
    await earlier.start();
    world.create(20);
    await world.delivered();
    await until('it happens', () => world.leaseMark !== undefined);
    await world.intake.stop();
    let writes = 0;
    // The fifth write is half done when the process dies.
    files.fault = ({ what, name }) => {
      if (what === 'write' && name.endsWith('.events')) writes += 1;
      return writes >= 5 ? { error: failureOf('DEAD'), part: 0.5 } : undefined;
    };
    world.create(5 * BATCH);
    await until('it happens', () => earlier.metrics.registry.text().includes(`queue_docs ${5 * BATCH}\n`));
    await earlier.stop(0);
    files.fault = undefined;
    await world.intake.resume();
    await nextDelivers(0);
    expect(world.log.join('')).to.contain('was not written to its end and is taken away');
  });

  it('reads again what was in a record with a flipped bit (case 47)', async () => {
    await left();
    const [name] = files.segments;
    const bytes = Buffer.from(files.bytesOf(name!));
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    files.put(name!, bytes);
    await nextDelivers(5 * BATCH);
    expect(world.log.join('')).to.contain('the spool is damaged; its events are read again');
  });

  it('reads again what was in a segment that is missing (case 47)', async () => {
    const earlier = await world.forwarder(SPOOL);
    await earlier.start();
    world.create(20);
    await world.delivered();
    await until('it happens', () => world.leaseMark !== undefined);
    await world.intake.stop();
    world.create(7000);
    await until('it happens', () => files.segments.length >= 3);
    await earlier.stop(0);
    files.take(files.segments[1]!);
    await world.intake.resume();
    await nextDelivers(7000);
  });

  it('leaves a foreign file in the folder alone, and says so (case 47)', async () => {
    files.put('notes.txt', Buffer.from('mine'));
    await left();
    await nextDelivers(0);
    expect(world.log.join('')).to.contain('not its own are left alone: notes.txt');
    expect(files.bytesOf('notes.txt').toString()).to.equal('mine');
  });

  for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
    it(`goes on without the disk when it answers ${code} while it runs (case 48)`, async () => {
      const forwarder = await world.forwarder(SPOOL);
      await forwarder.start();
      world.create(20);
      await world.delivered();
      await world.intake.stop();
      files.fault = ({ what }) =>
        /^write|^sync|to make|to replace|truncate/.test(what) ? { error: failureOf(code) } : undefined;
      world.create(3000);
      await until('it happens', () => forwarder.health.problems.some(({ part }) => part === 'spool'));
      expect(forwarder.health.isReady).to.equal(false);
      expect(world.log.join('')).to.contain(code);
      await world.intake.resume();
      // Also when all history is gone meanwhile: what is there is read again.
      world.store.compact();
      await world.delivered();
      files.fault = undefined;
      world.create(20);
      await world.delivered();
      world.check();
    });
  }

  it('delivers what is there from a disk that is full when it starts (case 48)', async () => {
    await left();
    files.fault = ({ what }) => (/^write|to make/.test(what) ? { error: failureOf('ENOSPC') } : undefined);
    await nextDelivers(0);
  });

  it('does not start on a volume that may not be written, and says what to do (case 48)', async () => {
    await left();
    files.fault = ({ what }) =>
      /^write|to make|to replace/.test(what) ? { error: failureOf('EROFS') } : undefined;
    const next = await world.forwarder(SPOOL);
    await next.start();
    const error = await next.broken.catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'io');
    expect(error).to.have.nested.property('problems[0].fix').that.contains('may read and write');
    files.fault = undefined;
    await nextDelivers(0);
  });

  it('refuses the volume of another cluster and replays nothing of it (case 49)', async () => {
    await left();
    const sent = world.intake.ledger.documentCount;
    const other = await world.forwarder({ ...SPOOL, cluster: { id: 'another-cluster' } });
    await other.start();
    const error = await other.broken.catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'config');
    expect(error)
      .to.have.property('message')
      .that.contains('holds the spool of cluster test-cluster; this is cluster');
    await other.stop();
    await world.clock.sleep(3000);
    expect(world.intake.ledger.documentCount).to.equal(sent);
    await nextDelivers(0);
  });
});
