import { expect } from 'chai';
import { hintOf } from '../../../src/events/shipper/answers.js';
import { until } from '../../support/events/until.js';
import { metricOf, problemOf, ShipperWorld } from './shipper-world.js';

describe('An intake that refuses', () => {
  let shipper: ShipperWorld;

  afterEach(() => shipper.close());

  const nameIn = (document: Readonly<Record<string, unknown>>) =>
    (document['metadata'] as { readonly name: string }).name;

  it('with 429 and Retry-After is left alone for that long, then asked less at a time (case 35)', async () => {
    shipper = await ShipperWorld.start({
      speed: 100,
      intake: { delayMs: 5 },
      settings: { shipper: { maxBatchDocuments: 20, inFlight: 4 } },
    });
    const { world } = shipper;
    const { intake } = world;
    // The first four are on their way together.
    const refusal = { status: 429, headers: { 'retry-after': '30' } };
    intake.script(refusal, refusal, refusal, refusal);
    world.create(200);
    await shipper.forward();
    await until('a refusal', () => intake.ledger.answered(429).length > 0);
    await world.clock.sleep(25_000);
    // Those that were on their way with it.
    expect(intake.ledger.requests.length).to.be.at.most(4);
    expect(intake.ledger.received.size).to.equal(0);
    intake.ledger.maxConcurrent = 0;
    await world.delivered();
    // Half of four; sixteen requests in a row allow one more.
    expect(intake.ledger.maxConcurrent).to.be.at.most(2);
    world.check();
  });

  it('with 429 alone is asked again later and later (case 35)', async () => {
    shipper = await ShipperWorld.start({ speed: 600, intake: { answer: { status: 429 } } });
    const { world } = shipper;
    await shipper.forward();
    world.create(100);
    await shipper.minutes(8);
    expect(world.intake.ledger.requests.length).to.be.within(8, 90);
    world.intake.behaviour.answer = 'take';
    await world.delivered();
    world.check();
  });

  it('more bytes than it takes gets less at a time (case 36)', async () => {
    shipper = await ShipperWorld.start({ intake: { maxBytes: 50_000 } });
    const { world } = shipper;
    await shipper.forward(shipper.deadLetters());
    world.create(1000);
    await world.delivered();
    const refused = world.intake.ledger.answered(413);
    // A request of up to 900 KiB is halved at most five times, by four at a time.
    expect(refused.length).to.be.within(1, 20);
    world.intake.ledger.requests.length = 0;
    world.create(500);
    await world.delivered();
    expect(world.intake.ledger.answered(413), 'it is remembered').to.deep.equal([]);
    expect(shipper.letters).to.deep.equal([]);
    world.check();
  });

  it('more documents than it takes gets fewer at a time, and the old number again later (case 36)', async () => {
    shipper = await ShipperWorld.start({ speed: 600, intake: { maxRecords: 100 } });
    const { world } = shipper;
    const { intake } = world;
    await shipper.forward(shipper.deadLetters());
    world.create(1000);
    await world.delivered();
    const largest = () => Math.max(...intake.ledger.requests.map(({ count }) => count));
    intake.ledger.requests.length = 0;
    world.create(500);
    await world.delivered();
    // One step more at most, of four requests together: the limit is halved from what was sent.
    expect(intake.ledger.answered(413).length).to.be.at.most(4);
    expect(largest()).to.be.at.most(200);
    intake.behaviour.maxRecords = 12_800;
    await shipper.minutes(11);
    intake.ledger.requests.length = 0;
    intake.behaviour.delayMs = 20;
    world.create(900);
    await world.delivered();
    expect(largest()).to.be.greaterThan(100);
    expect(shipper.letters).to.deep.equal([]);
    world.check();
  });

  it('a single document for its size goes to the dead letters, and the others arrive (case 36)', async () => {
    shipper = await ShipperWorld.start({ intake: { maxBytes: 100_000 } });
    const { world } = shipper;
    const { store, corpus, intake } = world;
    world.create(150);
    const large = store.create({ ...corpus.next(), message: 'x'.repeat(120_000) });
    world.create(150);
    const forwarder = await shipper.forward(shipper.deadLetters());
    await intake.ledger.waitForIds(300);
    await until('the letter', () => shipper.letters.length === 1);
    const [letter] = shipper.letters;
    expect(letter).to.include({ status: 413, reason: 'the intake answers 413' });
    expect(letter!.document['event_id']).to.equal(large.id);
    expect(metricOf(forwarder, 'docs_dead_total{stored="true"}')).to.equal(1);
    await until('the mark', () => shipper.isAllKept(forwarder));
    world.check({ excused: [large.id] });
  });

  it('one document of a thousand goes to the dead letters alone, in few requests (case 37)', async () => {
    shipper = await ShipperWorld.start();
    const { world } = shipper;
    const { store, intake } = world;
    world.create(617);
    const poison = store.create(world.corpus.next());
    world.create(382);
    intake.behaviour.poison = (document) => nameIn(document) === poison.name;
    const forwarder = await shipper.forward(shipper.deadLetters());
    await intake.ledger.waitForIds(999);
    await until('the letter', () => shipper.letters.length > 0);
    expect(shipper.letters.map(({ status, document }) => [status, document['event_id']])).to.deep.equal([
      [400, poison.id],
    ]);
    const [warning] = shipper
      .logged('warn')
      .filter(({ message }) => String(message).includes('dead letters'));
    expect(warning).to.include({ event: poison.id, status: 400, reason: 'the intake answers 400' });
    // Ten halvings, the other half of each, one that asks whether anything is taken, and a few blocks.
    expect(intake.ledger.requests.length).to.be.at.most(35);
    await until('the mark', () => shipper.isAllKept(forwarder));
    expect(forwarder.health.problems).to.deep.equal([]);
    world.check({ excused: [poison.id] });
  });

  it('everything with 400 gets nothing given up, and readiness says why (case 37)', async () => {
    shipper = await ShipperWorld.start({ speed: 600, intake: { answer: { status: 400 } } });
    const { world } = shipper;
    const forwarder = await shipper.forward(shipper.deadLetters());
    world.create(500);
    await shipper.minutes(8);
    expect(problemOf(forwarder, 'shipper')).to.equal('the intake answers 400, and an empty request as well');
    expect(forwarder.health.isReady).to.equal(false);
    expect(shipper.letters).to.deep.equal([]);
    // Up to ten halvings of each block, then two requests each time.
    expect(world.intake.ledger.requests.length).to.be.at.most(250);
    world.intake.behaviour.answer = 'take';
    await world.delivered();
    await until('ready', () => forwarder.health.isReady);
    world.check();
  });

  it('gzip gets it without, and says so once (case 38)', async () => {
    shipper = await ShipperWorld.start({ settings: { shipper: { gzip: true } } });
    const { world } = shipper;
    world.create(300);
    await shipper.forward(shipper.deadLetters());
    await world.delivered();
    world.intake.ledger.requests.length = 0;
    world.create(100);
    await world.delivered();
    expect(world.intake.ledger.requests.some(({ isGzip }) => isGzip)).to.equal(false);
    const notices = shipper.logged('warn').filter(({ message }) => String(message).includes('gzip'));
    expect(notices.length).to.equal(1);
    expect(shipper.letters).to.deep.equal([]);
    world.check();
  });

  for (const [status, behave] of [
    [401, { basicAuth: { username: 'shop', password: 'other' } }],
    [404, { path: '/log/ingest/other' }],
  ] as const) {
    it(`with ${status} for an hour loses nothing, says why, and goes on by itself (case 39)`, async () => {
      shipper = await ShipperWorld.start({ speed: 3600 });
      const { world } = shipper;
      const forwarder = await shipper.forward(shipper.deadLetters());
      world.create(200);
      await world.delivered();
      Object.assign(world.intake.behaviour, behave);
      world.create(400);
      await shipper.minutes(60);
      expect(problemOf(forwarder, 'shipper')).to.equal(`the intake answers ${status}${hintOf(status)}`);
      expect(forwarder.health.isReady).to.equal(false);
      const [told] = shipper.logged('error');
      expect(told).to.include({
        reason: `the intake answers ${status}${hintOf(status)}`,
        address: world.intake.url.replace('/other', ''),
      });
      Object.assign(world.intake.behaviour, { basicAuth: undefined, path: undefined });
      await world.delivered();
      await until('ready', () => forwarder.health.isReady);
      await until('the queue is empty', () => metricOf(forwarder, 'queue_docs') === 0);
      expect(shipper.letters).to.deep.equal([]);
      world.check();
    });
  }

  it('connections after each answer, or with a slow body, loses and doubles nothing (case 40)', async () => {
    for (const keptConnections of ['fin', 'reset-reused'] as const) {
      if (shipper) await shipper.close();
      shipper = await ShipperWorld.start({
        intake: { keptConnections, slowBodyMs: 30 },
        settings: { shipper: { maxBatchDocuments: 20 } },
      });
      const { world } = shipper;
      await shipper.forward();
      for (let round = 0; round < 10; round++) {
        world.intake.script('slow-body');
        world.create(100);
        await world.delivered();
      }
      world.check();
    }
  });

  it('an answer that is cut counts as none: what was in it comes again (case 40)', async () => {
    shipper = await ShipperWorld.start({
      intake: { slowBodyMs: 10 },
      settings: { shipper: { maxBatchDocuments: 20 } },
    });
    const { world } = shipper;
    await shipper.forward();
    world.intake.script('cut-body', 'take', 'cut-body');
    world.create(200);
    await world.delivered();
    const cut = world.intake.ledger.answered('cut-body');
    // Those were taken before the answer was cut.
    world.check({ maxDuplicates: cut.reduce((sum, { count }) => sum + count, 0) });
  });

  it('to answer on old connections is left for new ones (case 41)', async () => {
    shipper = await ShipperWorld.start({
      settings: { shipper: { maxBatchDocuments: 20, requestTimeoutMs: 150 } },
    });
    const { world } = shipper;
    const forwarder = await shipper.forward();
    for (let restart = 0; restart < 3; restart++) {
      world.create(200);
      await world.delivered();
      world.intake.silenceConnections();
      world.create(200);
      await world.delivered();
    }
    expect(world.intake.ledger.answered('silent').length).to.be.greaterThan(2);
    await until('ready', () => forwarder.health.isReady);
    world.check();
  });
});
