import { expect } from 'chai';
import { until } from '../../support/events/until.js';
import { metricOf, problemOf, ShipperWorld } from './shipper-world.js';

const KIB = 1024;

describe('Documents that are given up', () => {
  let shipper: ShipperWorld;

  afterEach(() => shipper.close());

  /** All refused but the first of each hundred. */
  const refuseMost = () => {
    const { intake } = shipper.world;
    intake.behaviour.poison = (document) => !String(document['message']).startsWith('good');
  };
  const create = (messages: readonly string[]) =>
    messages.map((message) => shipper.world.store.create({ ...shipper.world.corpus.next(), message }).id);
  const givenUp = () =>
    shipper.logged('error').filter(({ message }) => message === 'a document was given up and is not kept');

  it('are counted and logged with event and reason when the folder is full, and readiness says so', async () => {
    shipper = await ShipperWorld.start();
    const { world } = shipper;
    refuseMost();
    const ids = create(Array.from({ length: 8 }, () => 'x'.repeat(12 * KIB)));
    const good = create(['good']);
    const forwarder = await shipper.forward(shipper.deadLetters(64 * KIB));
    await until('the mark', () => shipper.isAllKept(forwarder));
    const kept = shipper.letters.map(({ document }) => String(document['event_id']));
    expect(kept.length).to.be.within(3, 5);
    const told = givenUp();
    expect([...kept, ...told.map(({ event }) => String(event))].sort()).to.deep.equal([...ids].sort());
    for (const line of told) expect(line).to.include({ status: 400, reason: 'the intake answers 400' });
    expect(metricOf(forwarder, 'docs_dead_total{stored="true"}')).to.equal(kept.length);
    expect(metricOf(forwarder, 'docs_dead_total{stored="false"}')).to.equal(told.length);
    expect(problemOf(forwarder, 'dead-letters')).to.equal('the folder of dead letters is full');
    expect([forwarder.health.isReady, metricOf(forwarder, 'degraded')]).to.deep.equal([false, 1]);
    expect(world.intake.ledger.ids).to.deep.equal(good);
    world.check({ excused: ids });
  });

  it('are counted and logged where no folder is configured', async () => {
    shipper = await ShipperWorld.start();
    refuseMost();
    const ids = create(['bad', 'good', 'bad']);
    const forwarder = await shipper.forward();
    await until('the mark', () => shipper.isAllKept(forwarder));
    expect(givenUp().map(({ event }) => event)).to.have.members([ids[0], ids[2]]);
    expect(metricOf(forwarder, 'docs_dead_total{stored="false"}')).to.equal(2);
    shipper.world.check({ excused: [ids[0]!, ids[2]!] });
  });

  it('name their event in the log whatever characters its name has', async () => {
    shipper = await ShipperWorld.start();
    refuseMost();
    const [id] = create(['bad "event_id":"forged" ü\n']);
    const forwarder = await shipper.forward();
    await until('the mark', () => shipper.isAllKept(forwarder));
    expect(givenUp().map(({ event }) => event)).to.deep.equal([id]);
  });

  it('are cut before they are given up, and only the message', async () => {
    shipper = await ShipperWorld.start({ settings: { shipper: { maxBatchBytes: 4 * KIB } } });
    const { world } = shipper;
    create(['ü'.repeat(20 * KIB)]);
    const forwarder = await shipper.forward(shipper.deadLetters());
    await world.delivered();
    const [document] = world.intake.ledger.documents;
    expect(document!['message']).to.match(/^ü{1000,} … \[cut\]$/);
    // Nothing is cut that there is room for: the next letter would be too much.
    expect(world.intake.ledger.requests[0]!.bytes).to.be.within(4 * KIB - 1, 4 * KIB);
    expect(metricOf(forwarder, 'docs_cut_total')).to.equal(1);
    expect(shipper.letters).to.deep.equal([]);
    world.check();
  });

  it('are those that do not fit into a request although they were cut, with the event that it was', async () => {
    shipper = await ShipperWorld.start({ settings: { shipper: { maxBatchBytes: 4 * KIB } } });
    const { world } = shipper;
    const large = world.store.create({
      ...world.corpus.next(),
      reportingInstance: 'y'.repeat(8 * KIB),
    });
    const [good] = create(['good']);
    const forwarder = await shipper.forward(shipper.deadLetters());
    await until('the letter', () => shipper.letters.length > 0);
    await until('the mark', () => shipper.isAllKept(forwarder));
    const [letter] = shipper.letters;
    expect(letter).to.include({ status: 413, reason: 'it is larger than a request' });
    expect(letter!.document).to.include({ uid: large.uid, resourceVersion: large.resourceVersion });
    const warning = () =>
      shipper.logged('warn').find(({ message }) => String(message).includes('dead letters'));
    await until('the warning', () => warning() !== undefined);
    expect(warning()!['event']).to.equal(large.id);
    expect(metricOf(forwarder, 'docs_dead_total{stored="true"}')).to.equal(1);
    expect(world.intake.ledger.ids).to.deep.equal([good]);
    world.check({ excused: [large.id] });
  });
});
