import { expect } from 'chai';
import type { Forwarder } from '../../../src/events/forwarder.js';
import { fastClock } from '../../support/cluster/test-cluster.js';
import { EventWorld } from '../../support/events/event-world.js';
import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';

const LONG_LEASE = { leaseSeconds: 300 } as const;
const MIB = 1024 ** 2;
const SMALL_BATCHES = { maxBatchBytes: 256 * 1024 } as const;

describe('a source and the room of the queue', () => {
  let world: EventWorld | undefined;
  let bench: SourceBench | undefined;
  afterEach(async () => {
    await world?.close();
    await bench?.close();
    world = bench = undefined;
  });

  const metric = (forwarder: Forwarder, name: string): string =>
    new RegExp(`^opni_logging_events_${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(
      forwarder.metrics.registry.text(),
    )?.[1] ?? '';

  /** Looks at the queue again and again; tells the most bytes that it held. */
  const watchQueue = (forwarder: Forwarder) => {
    let most = 0;
    const look = () => {
      most = Math.max(most, Number(metric(forwarder, 'queue_bytes')));
    };
    const timer = setInterval(look, 1);
    return () => {
      clearInterval(timer);
      return most;
    };
  };

  it('is held up by a slow intake, dropped, and goes on with what was written since (case 43)', async () => {
    world = await EventWorld.start({
      speed: 100,
      settings: { standby: LONG_LEASE, queue: { maxBytes: MIB }, shipper: SMALL_BATCHES },
    });
    const { api, store, intake, corpus } = world;
    const forwarder = await world.forwarder();
    await forwarder.start();
    world.create(100);
    await world.delivered();
    intake.behaviour.answer = { status: 503 };
    const most = watchQueue(forwarder);
    world.create(4000);
    await until(
      'the watch was dropped',
      () => metric(forwarder, 'watch_reconnects_total{reason="no-room"}') === '1',
    );
    await until('it is closed', () => api.openWatches === 0);
    const asked = api.requests.filter(({ kind }) => kind !== 'lease').length;
    world.create(200);
    // States that come and go while nobody reads are lost to everybody.
    const [changed] = store.snapshot();
    store.update(changed!.uid, corpus.repeated(2));
    const excused = store.update(changed!.uid, corpus.repeated(3)).id;
    store.update(changed!.uid, corpus.repeated(4));
    store.compact();
    await world.clock.sleep(60_000);
    expect(api.requests.filter(({ kind }) => kind !== 'lease').length, 'no request without room').to.equal(
      asked,
    );
    intake.behaviour.answer = 'take';
    const states = store.states();
    const isExcused = (id: string) => {
      const state = states.find((shown) => shown.id === id);
      return id === excused || (state?.uid === changed!.uid && state.to !== undefined);
    };
    await until('all arrive', () => world!.shown.every((id) => isExcused(id) || intake.ledger.times(id) > 0));
    // Room for one piece of the answer more: 64 KiB of lines.
    expect(most()).to.be.within(MIB / 2, MIB + 128 * 1024);
    expect(metric(forwarder, 'relist_total{reason="expired"}')).to.equal('1');
    // A 503 says that nothing was taken, and the mark of the source knows what was queued.
    world.check({ excused: isExcused });
  });

  it('gives a connection up after a time without room, and makes none before there is some (case 43)', async () => {
    bench = await SourceBench.start({ clock: fastClock(100) });
    const { sink, listener, api, clock } = bench;
    bench.run({ holdMs: 2000 });
    await until('it watches', () => api.openWatches === 1);
    sink.hasRoom = false;
    bench.create(1);
    await until('it is dropped', () => listener.ends.includes('no-room'));
    bench.create(5);
    await clock.sleep(20_000);
    expect(bench.asked('watch')).to.equal(1);
    expect(listener.states.at(-1)).to.equal('held');
    sink.hasRoom = true;
    await until('all arrive', () => bench!.missing.length === 0);
    expect(bench.asked('watch')).to.equal(2);
    expect(bench.asked('list')).to.equal(0);
    expect(sink.duplicates).to.equal(0);
  });

  it('goes on with the same connection when there is room in time (case 43)', async () => {
    bench = await SourceBench.start({ clock: fastClock(20) });
    const { sink, listener, api } = bench;
    bench.run();
    await until('it watches', () => api.openWatches === 1);
    for (let round = 0; round < 5; round++) {
      sink.hasRoom = false;
      bench.create(3);
      await until('it is held', () => listener.states.at(-1) === 'held');
      sink.hasRoom = true;
      await until('all arrive', () => bench!.missing.length === 0);
      await until('it watches', () => listener.states.at(-1) === 'watching');
    }
    expect(bench.asked('watch')).to.equal(1);
    expect(sink.duplicates).to.equal(0);
  });

  it('does not say that it watches when the connection was lost while it was held (case 43)', async () => {
    bench = await SourceBench.start({ clock: fastClock(20) });
    const { sink, listener, api } = bench;
    bench.run();
    await until('it watches', () => api.openWatches === 1);
    sink.hasRoom = false;
    bench.create(1);
    await until('it is held', () => listener.states.at(-1) === 'held');
    api.refuse('reset');
    await until('it tries again', () => listener.ends.length > 0);
    const before = listener.states.length;
    sink.hasRoom = true;
    await bench.clock.sleep(3000);
    expect(new Set(listener.states.slice(before))).to.deep.equal(new Set(['waiting']));
    await api.listen();
    bench.create(1);
    await until('all arrive', () => bench!.missing.length === 0);
  });

  for (const streamingList of [true, false]) {
    const how = streamingList ? 'as a stream' : 'page by page';
    it(`replays many events at first at the rate that is set, ${how} (case 44)`, async () => {
      world = await EventWorld.start({
        settings: {
          standby: LONG_LEASE,
          queue: { maxBytes: MIB },
          shipper: SMALL_BATCHES,
          source: { replayPerSecond: 1000 },
        },
        api: { streamingList },
      });
      const { clock, intake } = world;
      world.create(20_000);
      const forwarder = await world.forwarder();
      const most = watchQueue(forwarder);
      const startedAt = clock.now();
      await forwarder.start();
      await world.delivered();
      // At 1000 a second; a tenth of a second in advance, and a piece of the stream or a page at the end.
      expect(clock.now() - startedAt).to.be.greaterThan(20_000 - 100 - 500);
      expect(most()).to.be.below(MIB + 512 * 1024);
      world.check();
      expect(intake.ledger.documentCount).to.equal(20_000);
    });
  }

  it('replays many events into a slow intake within the memory of the queue (case 44)', async () => {
    world = await EventWorld.start({
      settings: {
        standby: LONG_LEASE,
        queue: { maxBytes: MIB },
        source: { replayPerSecond: 0 },
        shipper: { ...SMALL_BATCHES, inFlight: 1 },
      },
      intake: { delayMs: 10 },
    });
    world.create(20_000);
    const forwarder = await world.forwarder();
    const most = watchQueue(forwarder);
    await forwarder.start();
    await world.delivered();
    expect(metric(forwarder, 'watch_reconnects_total{reason="no-room"}')).to.equal('');
    expect(most()).to.be.within(MIB / 2, MIB + 128 * 1024);
    world.check();
  });

  it('waits with all events until the id of the cluster can be read (case 57)', async () => {
    world = await EventWorld.start({ settings: { standby: LONG_LEASE } });
    const { api, intake, clock } = world;
    api.faults.forbid('get namespaces');
    world.create(20);
    const forwarder = await world.forwarder({ cluster: { id: undefined } });
    await forwarder.start();
    await until('it is known what is missing', () => forwarder.health.problems.length > 0);
    expect(forwarder.health.problems[0]!.message).to.contain('kube-system');
    expect(forwarder.health.isReady).to.equal(false);
    await clock.sleep(20_000);
    expect(api.requests.length).to.be.within(2, 40);
    expect(new Set(api.requests.map(({ kind }) => kind))).to.deep.equal(new Set(['namespace']));
    world.create(5);
    api.faults.allow();
    await world.delivered();
    const ids = new Set(intake.ledger.documents.map((document) => document['cluster_id']));
    expect([...ids]).to.deep.equal([api.settings.clusterUid]);
    await until('it is ready', () => forwarder.health.isReady);
    world.check();
  });
});
