import { expect } from 'chai';
import { refusalOf, stoppedClock } from '../../kube/client-support.js';
import { SourceBench } from '../../support/events/source-bench.js';

describe('a single reading of the events', () => {
  let bench: SourceBench;
  const signal = new AbortController().signal;
  afterEach(() => bench.close());

  it('tells all events that there are, once, and ends', async () => {
    bench = await SourceBench.start();
    bench.create(1200);
    await bench.source().runOnce(signal);
    expect(bench.missing).to.deep.equal([]);
    expect(bench.sink.duplicates).to.equal(0);
    expect(bench.sink.marks).to.deep.equal([String(bench.store.revision)]);
    expect(bench.api.requests.map(({ kind }) => kind)).to.deep.equal(['list', 'list', 'list']);
  });

  it('tells nothing where there is nothing', async () => {
    bench = await SourceBench.start();
    await bench.source().runOnce(signal);
    expect(bench.sink.ids).to.deep.equal([]);
  });

  it('outlasts any number of failures between which it gets on', async () => {
    bench = await SourceBench.start({ clock: stoppedClock() });
    bench.create(2600);
    for (let page = 0; page < 6; page++) {
      bench.api.faults.script('list', { status: 503, times: 4 }, {});
    }
    await bench.source().runOnce(signal);
    expect(bench.missing).to.deep.equal([]);
    expect(bench.listener.troubles.length).to.equal(24);
    expect(bench.sink.duplicates).to.equal(0);
  });

  it('goes on with the new token when that of a page has expired (case 9)', async () => {
    bench = await SourceBench.start({ clock: stoppedClock() });
    bench.create(1200);
    bench.api.faults.script('list', {}, { status: 503, delayMs: 50 });
    const reading = bench.source().runOnce(signal);
    while (bench.asked('list') < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    bench.create(10);
    bench.store.compact();
    await reading;
    expect(bench.api.requests.filter(({ status }) => status === 410)).to.have.length(1);
    expect(bench.sink.duplicates).to.equal(0);
    // Of what was written meanwhile, it tells what lies behind the place where it was.
    expect(bench.missing.length).to.be.below(11);
  });

  it('is of the moment at which it began again when no token comes with a 410 (case 9)', async () => {
    bench = await SourceBench.start({ clock: stoppedClock() });
    bench.create(700);
    bench.api.faults.script('list', {}, { status: 410, body: '{"kind":"Status","code":410}', delayMs: 50 });
    const reading = bench.source().runOnce(signal);
    while (bench.asked('list') < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    bench.store.raiseRevision(5n);
    await reading;
    expect(bench.missing).to.deep.equal([]);
    expect(bench.sink.duplicates).to.equal(500);
    expect(bench.sink.marks).to.deep.equal([String(bench.store.revision)]);
  });

  it('ends with the reason after ten failures in a row', async () => {
    bench = await SourceBench.start({ clock: stoppedClock() });
    bench.api.faults.script('list', { status: 503, times: 1e6 });
    const error = await refusalOf(bench.source().runOnce(signal));
    expect(error.code).to.equal('cluster');
    expect(error.message).to.contain('scripted 503');
    expect(bench.asked('list')).to.equal(10);
  });

  it('ends at once when it is refused', async () => {
    bench = await SourceBench.start();
    bench.api.faults.forbid('list events');
    const error = await refusalOf(bench.source().runOnce(signal));
    expect(error.message).to.contain('cannot list resource "events"');
    expect(bench.asked('list')).to.equal(1);
  });

  it('ends with the reason of its signal, also while it waits', async () => {
    bench = await SourceBench.start();
    bench.api.faults.script('list', { status: 429, retryAfter: 60 });
    const stop = new AbortController();
    const reading = bench.source().runOnce(stop.signal);
    while (bench.listener.troubles.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await reading.catch((error: unknown) => error)).to.equal(reason);
  });

  it('waits for room between two pages', async () => {
    bench = await SourceBench.start();
    bench.create(1200);
    const { sink } = bench;
    const reading = bench.source().runOnce(signal);
    while (sink.ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    sink.hasRoom = false;
    await bench.clock.sleep(2000);
    const asked = bench.asked('list');
    await bench.clock.sleep(2000);
    expect(bench.asked('list')).to.equal(asked);
    sink.hasRoom = true;
    await reading;
    expect(bench.missing).to.deep.equal([]);
  });
});
