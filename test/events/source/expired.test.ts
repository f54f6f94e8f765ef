import { expect } from 'chai';
import { stoppedClock } from '../../kube/client-support.js';
import { EventWorld } from '../../support/events/event-world.js';
import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';

const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;
const EXPIRED_LINE =
  '{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (2)","reason":"Expired","code":410}}\n';

describe('a source whose version has expired', () => {
  let world: EventWorld | undefined;
  let bench: SourceBench | undefined;
  afterEach(async () => {
    await world?.close();
    await bench?.close();
    world = bench = undefined;
  });

  const asked = (kind: string) => world!.api.requests.filter((request) => request.kind === kind).length;

  /** A forwarder that has delivered 30 events. */
  const running = async (api: Parameters<typeof EventWorld.start>[0] & object = {}): Promise<EventWorld> => {
    world = await EventWorld.start({ settings: LONG_LEASE, ...api });
    world.create(30);
    await (await world.forwarder()).start();
    await world.delivered();
    return world;
  };

  /** The API server is away; meanwhile events come and change, and the history of that is dropped. */
  const missHistory = async (): Promise<{ readonly excused: string }> => {
    const { api, store, corpus } = world!;
    api.refuse();
    world!.create(10);
    const [changed] = store.snapshot();
    // This state is over before anybody can read it.
    const excused = store.update(changed!.uid, corpus.repeated(2)).id;
    store.update(changed!.uid, corpus.repeated(3));
    store.raiseRevision();
    store.compact();
    await api.listen();
    return { excused };
  };

  const delivered = (excused: string) =>
    until('all arrive', () =>
      world!.shown.every((id) => id === excused || world!.intake.ledger.times(id) > 0),
    );

  for (const [expiredAs, number] of [
    ['stream', 6],
    ['status', 7],
  ] as const) {
    for (const streamingList of [true, false]) {
      const how = streamingList ? 'as a stream' : 'page by page';
      it(`ships what was written since, read ${how}, after a 410 as ${expiredAs} (case ${number})`, async () => {
        await running({ api: { expiredAs, streamingList } });
        const { excused } = await missHistory();
        await delivered(excused);
        world!.create(5);
        await delivered(excused);
        // The mark tells what was shipped, so not one comes again.
        world!.check({ excused: [excused] });
      });
    }
  }

  it('tries on when the list is refused with a 410 too (case 8)', async () => {
    await running();
    // The first is answered as usual, and that is the 410 in the stream.
    world!.api.faults.script('watch', {}, { status: 200, body: EXPIRED_LINE });
    world!.api.faults.script('list', { status: 410, times: 2 });
    const { excused } = await missHistory();
    await delivered(excused);
    expect(world!.api.faults.pending('watch') + world!.api.faults.pending('list')).to.equal(0);
    world!.check({ excused: [excused] });
  });

  it('does not list in a tight loop when each watch after a list is refused with a 410 (case 8)', async () => {
    const clock = stoppedClock();
    bench = await SourceBench.start({ clock, api: { streamingList: false } });
    bench.create(3);
    bench.api.faults.script('watch', { status: 410, times: 1e6 });
    bench.run({ mark: '1' });
    await until('ten minutes are over', () => clock.now() > 600_000);
    await bench.stop();
    // The waits grow to 30 s, half of it as chance stands still: 6 within the first 25 s, then one each 15 s.
    const most = 10 + clock.now() / 15_000;
    expect(bench.asked('list')).to.be.within(10, most);
    expect(bench.asked('watch')).to.be.within(10, most);
    expect(bench.missing).to.deep.equal([]);
  });

  describe('while it lists page by page', () => {
    /** A forwarder without a mark in front of 1600 events; on the way to page 3 something happens. */
    const before3rdPage = async (what: () => void): Promise<void> => {
      world = await EventWorld.start({ settings: LONG_LEASE, api: { streamingList: false } });
      world.create(1600);
      // The first one only asks at which version the server is.
      world.api.faults.script('list', {}, {}, {}, { delayMs: 200 });
      await (await world.forwarder()).start();
      await until('page 3 is asked for', () => asked('list') === 3);
      what();
    };

    it('goes on with the token that comes with the 410 (case 9)', async () => {
      let changed: readonly string[] = [];
      await before3rdPage(() => {
        const { store, corpus } = world!;
        const events = store.snapshot();
        changed = [events.at(0)!, events.at(-1)!].map(({ uid }) => store.update(uid, corpus.repeated(2)).uid);
        world!.create(20);
        store.compact();
      });
      // The last event changed before it was read for the first time, so that state is nowhere any more.
      const excused = world!.store.states().filter(({ uid, to }) => uid === changed[1] && to !== undefined);
      await until('all arrive', () =>
        world!.shown.every((id) => id === excused[0]!.id || world!.intake.ledger.times(id) > 0),
      );
      expect(world!.api.requests.filter(({ status }) => status === 410).length).to.be.greaterThan(0);
      const restarts = world!.api.requests.filter(
        ({ kind, query }) => kind === 'list' && !query.get('continue') && query.get('limit') !== '1',
      );
      expect(restarts, 'the first list, and one after it from its version on').to.have.length(2);
      // What was written since the list began may come with its last pages, and with the list after it.
      world!.check({ excused: [excused[0]!.id], maxDuplicates: 22 });
    });

    it('begins the list again when no token comes with the 410 (case 9)', async () => {
      const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 };
      world = await EventWorld.start({ settings: LONG_LEASE, api: { streamingList: false } });
      world.create(1600);
      world.api.faults.script('list', {}, {}, { status: 410, body: JSON.stringify(gone) });
      await (await world.forwarder()).start();
      await world.delivered();
      await until('it watches', () => world!.api.openWatches === 1);
      expect(asked('list')).to.equal(3 + 4);
      // The two pages that had been read come again.
      world.check({ maxDuplicates: 1000 });
    });

    it('takes nothing for a list that is none, and asks again', async () => {
      bench = await SourceBench.start({ api: { streamingList: false } });
      bench.create(3);
      for (const body of ['{}', '', '{"metadata":{"resourceVersion":""},"items":[]}', 'no JSON']) {
        bench.api.faults.script('list', { status: 200, body });
      }
      bench.run();
      await until('it watches', () => bench!.api.openWatches === 1);
      expect(bench.missing).to.deep.equal([]);
      expect(bench.sink.marks).to.deep.equal([String(bench.store.revision)]);
    });
  });
});
