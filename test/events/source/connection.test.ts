import { expect } from 'chai';
import { fastClock } from '../../support/cluster/test-cluster.js';
import { EventWorld } from '../../support/events/event-world.js';
import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';
import { bookmarkLine } from '../../support/events/watch-feed.js';

/** A Lease that outlives each fault, so that one session sees it from beginning to end. */
const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;

describe('the connection of a source', () => {
  let world: EventWorld | undefined;
  let bench: SourceBench | undefined;
  afterEach(async () => {
    await world?.close();
    await bench?.close();
    world = bench = undefined;
  });

  const running = async (): Promise<EventWorld> => {
    world = await EventWorld.start({ settings: LONG_LEASE });
    world.create(20);
    await (await world.forwarder()).start();
    await world.delivered();
    await until('it watches', () => world!.api.openWatches === 1);
    return world;
  };

  it('is made once the API server is there, and everything that it kept is shipped (case 1)', async () => {
    world = await EventWorld.start();
    world.api.refuse();
    const forwarder = await world.forwarder();
    await forwarder.start();
    world.create(30);
    await world.clock.sleep(4000);
    expect(world.intake.ledger.documentCount).to.equal(0);
    await world.api.listen();
    await world.delivered();
    world.check();
  });

  it('is not made again and again in a tight loop while the API server is away (case 1)', async () => {
    bench = await SourceBench.start({ clock: fastClock(200) });
    bench.api.refuse();
    bench.run();
    await bench.clock.sleep(60_000);
    // Waits double up to 30 s, half of it on average: some ten attempts in a minute.
    expect(bench.listener.ends.length).to.be.within(3, 30);
    await bench.api.listen();
    bench.create(3);
    await until('all arrive', () => bench!.missing.length === 0);
  });

  for (const how of ['fin', 'reset'] as const) {
    it(`goes on where it stopped when the API server restarts, closed by a ${how} (case 2)`, async () => {
      const { api, store } = await running();
      for (let round = 0; round < 3; round++) {
        world!.create(10);
        api.refuse(how);
        world!.create(10);
        await api.listen();
        await world!.delivered();
      }
      expect(store.size).to.equal(80);
      world!.check();
    });
  }

  it('is made again after an outage that outlasts the Lease, from the mark that the Lease keeps (case 2)', async () => {
    world = await EventWorld.start();
    const { api, store, clock } = world;
    world.create(20);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    const mark = `"logging.opni.io/events-mark":"${store.revision}"`;
    await until('the Lease keeps the mark', () =>
      api.requests.some(
        ({ kind, body, status }) => kind === 'lease' && status === 200 && body.includes(mark),
      ),
    );
    api.refuse('reset');
    world.create(10);
    await until('the Lease is lost', () => forwarder.health.activity === 'standby');
    await clock.sleep(5000);
    world.create(10);
    await api.listen();
    await world.delivered();
    expect(forwarder.health.activity).to.equal('active');
    // Everything before the outage was delivered before the Lease was renewed the last time.
    world.check();
  });

  for (const how of ['fin', 'reset'] as const) {
    for (const afterBytes of [0, 1, 700, 5000]) {
      it(`goes on with the line that a ${how} cut after ${afterBytes} bytes (case 3)`, async () => {
        const { api } = await running();
        const watches = () => api.requests.filter(({ kind }) => kind === 'watch').length;
        const before = watches();
        api.breakWatches({ afterBytes, how });
        world!.create(10);
        await world!.delivered();
        expect(watches()).to.equal(before + 1);
        world!.check();
      });
    }
  }

  it('is ended when the server stalls without a word, and made again from the last line (case 4)', async () => {
    bench = await SourceBench.start({ clock: fastClock(100), api: { secondMs: 10 } });
    bench.create(5);
    bench.run({ connectionMs: 5000 });
    await until('it watches', () => bench!.listener.states.includes('watching'));
    bench.api.breakWatches({ afterBytes: 1500, how: 'stall' });
    bench.create(5);
    await until('all arrive', () => bench!.missing.length === 0);
    expect(bench.listener.ends).to.include('stalled');
    expect(bench.asked('list'), 'nothing is listed anew').to.equal(0);
    expect(bench.sink.duplicates).to.equal(0);
  });

  it('that stalls while the events that there are are told goes on page by page (case 4)', async () => {
    bench = await SourceBench.start({ clock: fastClock(100) });
    bench.create(700);
    bench.api.faults.script('watch', { break: { afterBytes: 100_000, how: 'stall' } });
    bench.run({ stallMs: 4000 });
    await until(
      'all arrive',
      () => bench!.missing.length === 0 && bench!.listener.states.at(-1) === 'watching',
    );
    expect(bench.listener.ends).to.deep.equal(['stalled']);
    expect(bench.asked('list')).to.equal(2);
    // A line has more than 700 bytes: so many were told before the stall, and again by the pages.
    expect(bench.sink.duplicates).to.be.within(1, 100_000 / 700);
  });

  it('tells no event twice and leaves none out where it ends regularly (case 5)', async () => {
    const { api } = await running();
    for (let round = 0; round < 10; round++) {
      world!.create(7);
      api.endWatches();
      world!.create(7);
      await world!.delivered();
    }
    // A single event is asked for, to learn at which version the server is.
    expect(api.requests.filter(({ kind, query }) => kind === 'list' && query.get('limit') !== '1')).to.be
      .empty;
    world!.check();
  });

  it('is asked for a limited time, and is made again at once when that is over (case 5)', async () => {
    bench = await SourceBench.start({ clock: fastClock(100), api: { secondMs: 10 } });
    bench.run({ connectionMs: 3000 });
    for (let round = 0; round < 60; round++) {
      bench.create(2);
      await bench.clock.sleep(500);
    }
    await until('all arrive', () => bench!.missing.length === 0);
    const ends = bench.listener.ends;
    expect(ends.length).to.be.greaterThan(3);
    expect(new Set(ends)).to.deep.equal(new Set(['timeout']));
    for (const { kind, query } of bench.api.requests) {
      if (kind === 'watch') expect(query.get('timeoutSeconds')).to.equal('3');
    }
    expect(bench.sink.duplicates).to.equal(0);
    expect(bench.listener.troubles).to.deep.equal([]);
  });

  it('is not made again and again when the server ends it at once', async () => {
    bench = await SourceBench.start({ clock: fastClock(200), api: { secondMs: 0.001 } });
    bench.run({ mark: String(bench.store.revision), connectionMs: 1000 });
    await bench.clock.sleep(60_000);
    expect(bench.asked('watch')).to.be.within(3, 30);
  });

  it('is not made again and again when each one brings nothing but a bookmark of before', async () => {
    bench = await SourceBench.start({ clock: fastClock(200) });
    const { revision } = bench.store;
    bench.api.faults.script('watch', { times: 1e6, status: 200, body: bookmarkLine(String(revision)) });
    bench.run({ mark: String(revision) });
    await bench.clock.sleep(60_000);
    expect(bench.asked('watch')).to.be.within(3, 30);
  });

  it('begins with the changes to come when the events of before are not wanted', async () => {
    bench = await SourceBench.start();
    bench.create(5);
    bench.api.faults.script('list', { status: 503 });
    bench.run({ firstStart: 'now' });
    await until('it watches', () => bench!.api.openWatches === 1);
    bench.create(3);
    await until('all arrive', () => bench!.sink.ids.length === 3);
    expect(bench.missing).to.have.length(5);
  });
});
