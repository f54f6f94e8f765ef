import { expect } from 'chai';
import { fastClock } from '../../support/cluster/test-cluster.js';
import { EventWorld } from '../../support/events/event-world.js';
import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';
import { bookmarkLine, lineOf } from '../../support/events/watch-feed.js';

const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;
const END = { 'k8s.io/initial-events-end': 'true' };

describe('the lines of a source', () => {
  let world: EventWorld | undefined;
  let bench: SourceBench | undefined;
  afterEach(async () => {
    await world?.close();
    await bench?.close();
    world = bench = undefined;
  });

  const running = async () => {
    world = await EventWorld.start({ settings: LONG_LEASE });
    world.create(10);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    await until('it watches', () => world!.api.openWatches === 1);
    const metric = (text: string) =>
      forwarder.metrics.registry.text().includes(`opni_logging_events_${text}\n`);
    return { metric, before: world.api.requests.filter(({ kind }) => kind !== 'lease').length };
  };
  const asked = () => world!.api.requests.filter(({ kind }) => kind !== 'lease').length;

  it('may be empty, and may end in CR LF (case 24)', async () => {
    const { metric, before } = await running();
    const { api, store } = world!;
    api.inject('\n\r\n\n');
    store.raiseRevision(5n);
    api.inject(bookmarkLine(String(store.revision)).replace('\n', '\r\n'));
    await until('the mark is that of the bookmark', () => metric(`rv_mark ${store.revision}`));
    world!.create(3);
    await world!.delivered();
    expect(asked(), 'nothing is asked again').to.equal(before);
    world!.check();
  });

  it('move the mark when they are bookmarks, and ship nothing (case 24)', async () => {
    const { metric, before } = await running();
    const { api, store, intake } = world!;
    store.raiseRevision(7n);
    api.bookmark();
    await until('the mark moved', () => metric(`rv_mark ${store.revision}`));
    // An old one moves nothing back.
    api.inject(bookmarkLine('1001'));
    world!.create();
    await world!.delivered();
    await until('the mark is at the last event', () => metric(`rv_mark ${store.revision}`));
    expect(intake.ledger.documentCount).to.equal(11);
    expect(asked()).to.equal(before);
    world!.check();
  });

  for (const [what, text, type] of [
    [
      'are of an unknown type',
      '{"type":"RENAMED","object":{"metadata":{"resourceVersion":"9999"}}}\n',
      'INVALID',
    ],
    ['are no JSON', '{"type":"ADDED","object":{"kind":"Eve\n', 'INVALID'],
    ['hold no version', '{"type":"ADDED","object":{"kind":"Event","metadata":{"name":"a"}}}\n', 'INVALID'],
    [
      'hold a version that is no number',
      lineOf('DELETED', '{"metadata":{"resourceVersion":"a1"}}'),
      'INVALID',
    ],
    ['are JSON and no object', '[]\n', 'INVALID'],
  ] as const) {
    it(`lead to a list of what was written since when they ${what} (cases 24 and 25)`, async () => {
      const { metric } = await running();
      const { api } = world!;
      world!.create(3);
      api.inject(text);
      world!.create(3);
      await world!.delivered();
      await until('it is counted', () => metric(`watch_lines_total{type="${type}"} 1`));
      expect(metric('relist_total{reason="invalid-line"} 1')).to.equal(true);
      world!.create(3);
      await world!.delivered();
      world!.check();
    });
  }

  it('end the connection when they tell an error other than 410, and nothing is listed (case 24)', async () => {
    const { metric } = await running();
    const { api } = world!;
    const message = 'etcdserver: no leader';
    api.inject(lineOf('ERROR', JSON.stringify({ kind: 'Status', code: 500, status: 'Failure', message })));
    api.inject(lineOf('ERROR', '{}'));
    world!.create(3);
    await world!.delivered();
    expect(metric('watch_reconnects_total{reason="busy"} 1')).to.equal(true);
    expect(metric('relist_total{reason="busy"} 1')).to.equal(false);
    world!.check();
  });

  it('that cannot be read keep the mark, so that no event behind them is lost (case 25)', async () => {
    bench = await SourceBench.start();
    const mark = String(bench.store.revision);
    bench.create(3);
    const [first, second, third] = bench.store
      .snapshot()
      .toSorted((a, b) => (a.resourceVersion < b.resourceVersion ? -1 : 1)) as never as [
      { text: string; resourceVersion: string },
      { text: string },
      { text: string },
    ];
    const lines = [first, second, third].map(({ text }) => lineOf('ADDED', text)) as [string, string, string];
    const body = `${lines[0]}${lines[1].slice(0, 500)}\n${lines[2]}`;
    bench.api.faults.script('watch', { status: 200, body });
    bench.run({ mark });
    await until('all arrive', () => bench!.missing.length === 0);
    expect(bench.listener.lines.filter((type) => type === 'INVALID')).to.have.length(1);
    expect(bench.listener.relists).to.deep.equal(['invalid-line']);
    expect(bench.sink.duplicates).to.equal(0);
  });

  it('among the events that there are lead to pages, so that the one that cannot be read is not lost (case 25)', async () => {
    bench = await SourceBench.start();
    bench.create(2);
    const [first, second] = bench.store.snapshot().map(({ text }) => lineOf('ADDED', text)) as [
      string,
      string,
    ];
    const end = bookmarkLine(String(bench.store.revision), END);
    bench.api.faults.script('watch', { status: 200, body: `${first}${second.slice(0, 400)}\n${end}` });
    bench.run();
    await until('it watches', () => bench!.api.openWatches === 1);
    expect(bench.missing).to.deep.equal([]);
    expect(bench.sink.duplicates, 'the first comes with the pages too').to.equal(1);
  });

  it('that cannot be read each time do not lead to lists in a tight loop (case 25)', async () => {
    bench = await SourceBench.start({ clock: fastClock(200) });
    bench.create(3);
    bench.api.faults.script('watch', { status: 200, body: 'garbage\n', times: 1e6 });
    bench.run({ mark: '1000' });
    await bench.clock.sleep(120_000);
    expect(bench.api.requests.length).to.be.within(4, 60);
    expect(bench.missing).to.deep.equal([]);
  });

  it('with an older version than the one before lead to a list, and lose nothing (case 24)', async () => {
    bench = await SourceBench.start();
    bench.create(3);
    bench.run();
    await until('it watches', () => bench!.api.openWatches === 1);
    const [old] = bench.store.snapshot();
    bench.create(2);
    bench.api.inject(lineOf('MODIFIED', old!.text));
    bench.create(2);
    await until('all arrive', () => bench!.missing.length === 0);
    expect(bench.listener.relists).to.deep.equal(['start', 'out-of-order']);
    // That line itself is told, for nobody knows why it came.
    expect(bench.sink.duplicates).to.equal(1);
  });

  it('that are longer than any event can be are left out, with a notice', async () => {
    bench = await SourceBench.start();
    bench.run();
    await until('it watches', () => bench!.api.openWatches === 1);
    bench.api.inject(`${'x'.repeat(5 * 1024 * 1024)}\n`);
    bench.create(2);
    await until('all arrive', () => bench!.missing.length === 0);
    expect(bench.listener.notices).to.have.length(1);
    expect(bench.listener.troubles).to.deep.equal([]);
    expect(bench.asked('watch')).to.equal(1);
  });
});
