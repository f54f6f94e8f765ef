import { expect } from 'chai';
import { fastClock } from '../../support/cluster/test-cluster.js';
import { EventWorld } from '../../support/events/event-world.js';
import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';

const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;

describe('the list of a source', () => {
  let world: EventWorld | undefined;
  let bench: SourceBench | undefined;
  afterEach(async () => {
    await world?.close();
    await bench?.close();
    world = bench = undefined;
  });

  const query = (at: number) => Object.fromEntries(bench!.api.requests[at]!.query);

  it('is asked for as a stream, with what the API server wants for that', async () => {
    bench = await SourceBench.start();
    bench.create(3);
    bench.run();
    await until('it watches', () => bench!.listener.states.at(-1) === 'watching');
    expect(query(0), 'at which version the server is').to.deep.equal({ limit: '1' });
    const { timeoutSeconds, ...rest } = query(1);
    expect(Number(timeoutSeconds)).to.be.within(270, 330);
    expect(rest).to.deep.equal({
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    });
    expect(bench.api.requests).to.have.length(2);
    expect(bench.sink.marks).to.deep.equal([String(bench.store.revision)]);
  });

  it('comes page by page where streams are refused, and streams are not asked for again (case 13)', async () => {
    world = await EventWorld.start({ settings: LONG_LEASE, api: { streamingList: false } });
    const { api, store } = world;
    world.create(1200);
    await (await world.forwarder()).start();
    await world.delivered();
    const asked = () => api.requests.filter(({ kind }) => kind === 'list' || kind === 'watch');
    await until('it watches', () => api.openWatches === 1);
    expect(asked().map(({ kind, status }) => `${kind} ${status}`)).to.deep.equal([
      'list 200',
      'watch 422',
      'list 200',
      'list 200',
      'list 200',
      'watch 200',
    ]);
    api.refuse();
    world.create(5);
    store.compact();
    await api.listen();
    await world.delivered();
    expect(api.requests.filter((request) => request.query.has('sendInitialEvents'))).to.have.length(1);
    world.check();
  });

  it('comes page by page from a server that is too old to know streams (case 13)', async () => {
    bench = await SourceBench.start();
    bench.create(3);
    const message = 'unknown parameter: sendInitialEvents';
    bench.api.faults.script('watch', { status: 400, message });
    bench.run();
    await until('all arrive', () => bench!.missing.length === 0);
    expect(bench.listener.troubles).to.deep.equal([]);
  });

  it('is not asked for in a tight loop by a watch that is refused in the words of a stream', async () => {
    bench = await SourceBench.start({ clock: fastClock(200) });
    bench.api.faults.script('watch', {
      status: 400,
      message: 'resourceVersionMatch is forbidden',
      times: 1e6,
    });
    bench.run({ mark: '1000' });
    await bench.clock.sleep(60_000);
    expect(bench.api.requests.length).to.be.within(3, 30);
  });

  it('is read to its end page by page when the stream does not tell its end (case 14)', async () => {
    world = await EventWorld.start({ settings: LONG_LEASE, api: { endBookmark: false } });
    const { api, store } = world;
    world.create(700);
    await (await world.forwarder()).start();
    await until('it watches', () => api.requests.at(-1)?.query.has('resourceVersion') === true);
    await world.delivered();
    // Without its end, the stream says nothing of what it left out: the pages tell all of it again.
    world.check({ maxDuplicates: 700 });
    api.refuse();
    world.create(5);
    store.compact();
    await api.listen();
    await world.delivered();
    world.create(5);
    await world.delivered();
    // The next list does not try the stream again.
    expect(api.requests.filter((request) => request.query.has('sendInitialEvents'))).to.have.length(1);
    world.check({ maxDuplicates: 700 });
  });

  for (const how of ['fin', 'reset'] as const) {
    it(`goes on page by page when the stream is lost by a ${how} before its end (case 14)`, async () => {
      world = await EventWorld.start({ settings: LONG_LEASE });
      world.create(600);
      world.api.faults.script('watch', { break: { afterBytes: 70_000, how } });
      await (await world.forwarder()).start();
      await world.delivered();
      // What the stream told is told again: a line has more than 700 bytes.
      world.check({ maxDuplicates: 100 });
    });
  }

  it('goes on page by page when a stream ends regularly before its end was told (case 14)', async () => {
    bench = await SourceBench.start({ api: { endBookmark: false } });
    bench.create(10);
    bench.run();
    await until('the stream is read', () => bench!.sink.ids.length === 10);
    bench.api.endWatches();
    await until('it watches', () => bench!.listener.states.at(-1) === 'watching');
    expect(bench.listener.ends).to.deep.equal(['no-end-bookmark']);
    expect(bench.sink.duplicates).to.equal(10);
  });

  it('holds the events of one namespace when only that one is wanted', async () => {
    bench = await SourceBench.start();
    bench.create(3);
    bench.run({ namespaces: { include: ['shop-1'], exclude: [] }, fieldSelector: 'type=Warning' });
    await until('it watches', () => bench!.listener.states.at(-1) === 'watching');
    expect(bench.api.requests[0]!.path).to.equal('/api/v1/namespaces/shop-1/events');
    expect(query(0)['fieldSelector']).to.equal('type=Warning');
  });
});
