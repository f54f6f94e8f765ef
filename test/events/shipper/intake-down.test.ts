import { expect } from 'chai';
import { EventStore } from '../../support/events/event-store.js';
import { until } from '../../support/events/until.js';
import { metricOf, problemOf, ShipperWorld } from './shipper-world.js';

const SMALL_QUEUE = { queue: { maxBytes: 1024 ** 2 }, shipper: { maxBatchBytes: 200_000 } };

describe('An intake that is down', () => {
  let shipper: ShipperWorld;

  afterEach(() => shipper.close());

  it('for ten minutes loses nothing and doubles nothing (case 31)', async () => {
    shipper = await ShipperWorld.start({ speed: 600 });
    const { world } = shipper;
    const forwarder = await shipper.forward();
    world.create(300);
    await world.delivered();
    await world.intake.stop();
    for (let minute = 0; minute < 10; minute++) {
      world.create(70);
      await shipper.minutes(1);
    }
    expect(problemOf(forwarder, 'shipper')).to.match(/ECONNREFUSED/);
    await world.intake.resume();
    await world.delivered();
    expect(forwarder.health.isReady).to.equal(true);
    // Nothing was on its way when it died.
    world.check();
  });

  it('for two hours loses what expired and found no room, and nothing else (case 31)', async () => {
    shipper = await ShipperWorld.start({ speed: 3600, settings: SMALL_QUEUE });
    const { world } = shipper;
    const { store, intake } = world;
    const forwarder = await shipper.forward();
    world.create(100);
    await world.delivered();
    await intake.stop();
    world.create(3000);
    await shipper.minutes(60);
    const held = metricOf(forwarder, 'queue_docs');
    expect(held).to.be.within(500, 1500);
    const expired = world.shown;
    store.expire();
    store.compact();
    world.create(50);
    await shipper.minutes(60);
    await intake.resume();
    const young = world.shown.filter((id) => !expired.includes(id));
    await intake.ledger.waitForIds(100 + held + young.length, 15_000);
    expect(young.length).to.equal(50);
    expect(young.filter((id) => intake.ledger.times(id) === 0)).to.deep.equal([]);
    expect(expired.filter((id) => intake.ledger.times(id) > 0).length).to.equal(100 + held);
    world.check({ excused: expired });
  });

  it('for two hours loses nothing with a spool (case 31)', async () => {
    shipper = await ShipperWorld.start({ speed: 3600, settings: SMALL_QUEUE });
    const { world } = shipper;
    const { store, intake } = world;
    const forwarder = await shipper.forward(shipper.spooled);
    world.create(100);
    await world.delivered();
    await intake.stop();
    world.create(3000);
    await shipper.minutes(60);
    await until('all is read and kept', () => shipper.isAllKept(forwarder));
    store.expire();
    store.compact();
    world.create(50);
    await shipper.minutes(60);
    expect(metricOf(forwarder, 'queue_bytes')).to.be.at.most(SMALL_QUEUE.queue.maxBytes * 1.2);
    await intake.resume();
    await world.delivered();
    await until('the spool is empty', () => shipper.segments.length === 0);
    expect(metricOf(forwarder, 'spool_bytes')).to.equal(0);
    world.check();
  });

  it('while the forwarder ends and starts again loses nothing with a spool (case 31)', async () => {
    shipper = await ShipperWorld.start({ speed: 600, settings: SMALL_QUEUE });
    const { world } = shipper;
    const first = await shipper.forward(shipper.spooled);
    await world.intake.stop();
    world.create(2000);
    await until('all is read and kept', () => shipper.isAllKept(first));
    await first.stop(0);
    expect(shipper.segments.length).to.be.greaterThan(0);
    world.store.expire();
    world.store.compact();
    await world.intake.resume();
    await shipper.forward(shipper.spooled);
    await world.delivered();
    await until('the spool is empty', () => shipper.segments.length === 0);
    world.check();
  });

  it('takes, then drops the connection: what comes again was on its way (case 32)', async () => {
    shipper = await ShipperWorld.start({ settings: { shipper: { maxBatchDocuments: 50 } } });
    const { world } = shipper;
    await shipper.forward();
    const { intake } = world;
    for (let round = 0; round < 5; round++) {
      intake.script('take-and-drop', 'take', 'take-and-drop');
      world.create(400);
      await world.delivered();
    }
    const dropped = intake.ledger.answered('take-and-drop');
    expect(dropped.length).to.be.greaterThan(5);
    // Each of those documents was taken once more, and no other.
    world.check({ maxDuplicates: dropped.reduce((sum, { count }) => sum + count, 0) });
  });

  it('drops the connection without taking anything: nothing comes twice (case 32)', async () => {
    shipper = await ShipperWorld.start({ settings: { shipper: { maxBatchDocuments: 50 } } });
    const { world } = shipper;
    await shipper.forward();
    world.intake.script('drop', 'reset', 'take', 'drop', 'reset');
    world.create(500);
    await world.delivered();
    expect(world.intake.scriptLeft).to.equal(0);
    world.check();
  });

  it('dies with requests on their way: nothing comes twice but those (case 32)', async () => {
    shipper = await ShipperWorld.start({
      settings: { shipper: { maxBatchDocuments: 50, requestTimeoutMs: 2000 } },
      intake: { delayMs: 5 },
    });
    const { world } = shipper;
    await shipper.forward();
    world.create(3000);
    for (let death = 0; death < 3; death++) {
      await world.intake.ledger.waitForIds(300 * (death + 1));
      await world.intake.stop();
      await world.intake.resume();
    }
    await world.delivered();
    // Taken, and cut off before the answer: four requests each time.
    world.check({ maxDuplicates: 3 * 4 * 50 });
  });

  it('hangs: requests end in time, and go elsewhere (case 33)', async () => {
    shipper = await ShipperWorld.start({
      settings: { shipper: { maxBatchDocuments: 50, requestTimeoutMs: 100 } },
    });
    const { world } = shipper;
    const forwarder = await shipper.forward();
    world.intake.script('hang', 'hang', 'hang', 'take-and-hang', 'hang');
    world.create(500);
    await world.delivered();
    await until('all five are counted', () => metricOf(forwarder, 'posts_total{code="error"}') === 5);
    const hung = world.intake.ledger.answered('take-and-hang');
    // Only the one that was taken comes again.
    world.check({ maxDuplicates: hung.reduce((sum, { count }) => sum + count, 0) });
  });

  it('hangs for good: a bounded number of requests, and readiness says so (case 33)', async () => {
    shipper = await ShipperWorld.start({
      speed: 100,
      intake: { answer: 'hang' },
      settings: { shipper: { maxBatchDocuments: 50, requestTimeoutMs: 100 } },
    });
    const { world } = shipper;
    const forwarder = await shipper.forward();
    world.create(500);
    await until(
      'not ready',
      () => !forwarder.health.isReady && problemOf(forwarder, 'shipper') !== undefined,
    );
    expect(problemOf(forwarder, 'shipper')).to.equal('no answer within 0.1 s');
    expect(world.intake.ledger.maxConcurrent).to.be.at.most(4);
    world.intake.behaviour.answer = 'take';
    await world.delivered();
    await until('ready', () => forwarder.health.isReady);
    world.check();
  });

  it('answers 408 for minutes: few requests, nothing lost or doubled (case 34)', async () => {
    shipper = await ShipperWorld.start({ speed: 600, intake: { answer: { status: 408 } } });
    const { world } = shipper;
    const forwarder = await shipper.forward(shipper.deadLetters());
    world.create(1000);
    await shipper.minutes(8);
    expect(problemOf(forwarder, 'shipper')).to.equal('the intake answers 408');
    // Waits grow to 30 s, cut at random: 15 s each on average.
    expect(world.intake.ledger.answered(408).length).to.be.within(8, 90);
    world.intake.behaviour.answer = 'take';
    await world.delivered();
    expect([shipper.letters, metricOf(forwarder, 'docs_dead_total{stored="true"}')]).to.deep.equal([[], 0]);
    await until('ready', () => forwarder.health.isReady);
    world.check();
  });

  it('is not lost when the store begins at a version that no number holds (case 31)', async () => {
    const store = new EventStore({ revision: 2n ** 64n });
    shipper = await ShipperWorld.start({ speed: 600, store });
    const { world } = shipper;
    await shipper.forward(shipper.spooled);
    await world.intake.stop();
    world.create(300);
    await shipper.minutes(3);
    await world.intake.resume();
    await world.delivered();
    world.check();
  });
});
