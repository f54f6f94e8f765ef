import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { ask, TestWatch } from './api-test-client.js';
import { EventCorpus } from './event-corpus.js';
import { EventStore } from './event-store.js';
import { type FakeEventsApi, startFakeEventsApi } from './fake-events-api.js';

const STREAMING = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

describe('the lists and watches of the fake API server', () => {
  let store: EventStore;
  let api: FakeEventsApi;
  const watches: TestWatch[] = [];
  const events = (query = '') => `${api.url}/api/v1/events${query && `?${query}`}`;
  const watch = async (query: string) => {
    const opened = await TestWatch.open(events(query));
    watches.push(opened);
    return opened;
  };

  beforeEach(async () => {
    store = new EventStore();
    api = await startFakeEventsApi({ store });
  });
  afterEach(() => {
    for (const opened of watches.splice(0)) opened.close();
    api.close();
  });

  it('lists in the order of keys, without kind and apiVersion in the items', async () => {
    store.create({ metadata: { name: 'b', namespace: 'x' } });
    store.create({ metadata: { name: 'c', namespace: 'a' } });
    const { json, status, headers } = await ask(events());
    expect(status).to.equal(200);
    expect(headers.date).to.match(/GMT$/);
    expect(json.kind).to.equal('EventList');
    expect(json.metadata).to.deep.equal({ resourceVersion: '1002' });
    expect(json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).to.deep.equal([
      'c',
      'b',
    ]);
    expect(Object.keys(json.items[0])[0]).to.equal('metadata');
  });

  it('gives pages that all show the revision of the first one', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) store.create({ metadata: { name } });
    const first = await ask(events('limit=2'));
    expect(first.json.metadata.remainingItemCount).to.equal(3);
    store.remove('default/d');
    store.create({ metadata: { name: 'f' } });
    const token = first.json.metadata.continue;
    const second = await ask(events(`limit=10&continue=${token}`));
    expect(second.json.metadata).to.deep.equal({ resourceVersion: '1005' });
    expect(second.json.items).to.have.length(3);
  });

  it('tells a token whose revision is compacted from one that goes on with what is there now (case 9)', async () => {
    for (const name of ['a', 'b', 'c', 'd']) store.create({ metadata: { name } });
    const first = await ask(events('limit=2'));
    store.remove('default/c');
    store.compact();
    const second = await ask(events(`limit=2&continue=${first.json.metadata.continue}`));
    expect([second.status, second.json.reason]).to.deep.equal([410, 'Expired']);
    const third = await ask(events(`limit=2&continue=${second.json.metadata.continue}`));
    expect(third.json.items).to.have.length(1);
    expect(third.json.metadata.resourceVersion).to.equal('1005');
  });

  it('watches from a revision: creations, changes and deletions', async () => {
    const { uid } = store.create({ metadata: { name: 'a' } });
    const opened = await watch('watch=1&resourceVersion=1001');
    store.update(uid, { count: 2 });
    store.create({ metadata: { name: 'b' } });
    store.remove(uid);
    await opened.until(({ lines }) => lines.length === 3);
    expect(opened.told).to.deep.equal(['MODIFIED 1002', 'ADDED 1003', 'DELETED 1004']);
    expect(
      opened.text.startsWith(
        '{"type":"MODIFIED","object":{"kind":"Event","apiVersion":"v1","metadata":{"name":"a"',
      ),
    ).to.equal(true);
    expect(opened.lines[2]!.object.count).to.equal(2);
  });

  it('begins a watch without a revision with all that is there', async () => {
    store.create({ metadata: { name: 'b' } });
    store.create({ metadata: { name: 'a' } });
    const opened = await watch('watch=1');
    store.create({ metadata: { name: 'c' } });
    await opened.until(({ lines }) => lines.length === 3);
    expect(opened.told).to.deep.equal(['ADDED 1002', 'ADDED 1001', 'ADDED 1003']);
  });

  it('sends the text of an object as it is given', async () => {
    const text = (version: string) =>
      `{"metadata":{"resourceVersion":"${version}","name":"a"},"message":"\\ud800 "}`;
    store.createText({ name: 'a', namespace: 'x', uid: 'u' }, text);
    const opened = await watch('watch=1');
    await opened.until(({ text: told }) => told.endsWith('\n'));
    expect(opened.text).to.equal(`{"type":"ADDED","object":${text('1001')}}\n`);
    expect((await ask(events())).text).to.include(`"items":[${text('1001')}]`);
    expect(() => store.createText({ name: 'a', namespace: 'x', uid: 'v' }, text)).to.throw('already exists');
  });

  it('sends a clump of deletions with one resource version, and what was there (case 28)', async () => {
    for (const event of new EventCorpus().take(1000)) store.create(event);
    const opened = await watch('watch=1&resourceVersion=2000');
    store.expire();
    await opened.until(({ text }) => text.split('\n').length === 1001);
    expect(new Set(opened.told)).to.deep.equal(new Set(['DELETED 2001']));
    expect(opened.lines.every(({ object }) => object.involvedObject.kind !== undefined)).to.equal(true);
  });

  it('streams a list, its end and what comes then', async () => {
    store.create({ metadata: { name: 'a' } });
    const opened = await watch(STREAMING);
    await opened.until(({ lines }) => lines.length === 2);
    store.create({ metadata: { name: 'b' } });
    await opened.until(({ lines }) => lines.length === 3);
    expect(opened.told).to.deep.equal(['ADDED 1001', 'BOOKMARK 1001', 'ADDED 1002']);
    expect(opened.lines[1]!.object.metadata.annotations).to.deep.equal({
      'k8s.io/initial-events-end': 'true',
    });
  });

  it('refuses a streaming list without resourceVersionMatch, as a list, and when it is switched off (case 13)', async () => {
    expect((await ask(events('watch=1&sendInitialEvents=true'))).status).to.equal(422);
    expect((await ask(events('sendInitialEvents=true'))).status).to.equal(422);
    api.settings.streamingList = false;
    const { status, json } = await ask(events(STREAMING));
    expect(status).to.equal(422);
    expect(json.message).to.include(
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    );
  });

  it('never ends a streaming list when told so, nor without allowWatchBookmarks (case 14)', async () => {
    store.create({ metadata: { name: 'a' } });
    const without = await watch(STREAMING.replace('&allowWatchBookmarks=true', ''));
    api.settings.endBookmark = false;
    const told = await watch(STREAMING);
    store.create({ metadata: { name: 'b' } });
    for (const opened of [without, told]) {
      await opened.until(({ lines }) => lines.length === 2);
      expect(opened.told).to.deep.equal(['ADDED 1001', 'ADDED 1002']);
    }
  });

  it('refuses a compacted revision in the stream or by status (cases 6 and 7)', async () => {
    for (const name of ['a', 'b', 'c']) store.create({ metadata: { name } });
    store.compact();
    const opened = await watch('watch=1&resourceVersion=1001');
    await opened.until(({ outcome }) => outcome === 'end');
    expect(opened.told).to.deep.equal(['ERROR 410']);
    expect(opened.lines[0]!.object.reason).to.equal('Expired');
    api.settings.expiredAs = 'status';
    expect((await ask(events('watch=1&resourceVersion=1001'))).status).to.equal(410);
  });

  it('waits without a word for a revision to come, and then tells what is newer (case 11)', async () => {
    const opened = await watch('watch=1&resourceVersion=1002');
    for (const name of ['a', 'b', 'c']) store.create({ metadata: { name } });
    await opened.until(({ told }) => told.length > 0);
    expect(opened.lines.map(({ object }) => object.metadata.name)).to.deep.equal(['c']);
  });

  it('refuses a revision to come in the stream or by status when it has a watch cache (case 10)', async () => {
    api.settings.tooLargeAs = 'stream';
    const opened = await watch('watch=1&resourceVersion=1001');
    await opened.until(({ outcome }) => outcome === 'end');
    const { code, reason, details } = opened.lines[0]!.object;
    expect([code, reason, details.causes[0].reason]).to.deep.equal([
      504,
      'Timeout',
      'ResourceVersionTooLarge',
    ]);
    api.settings.tooLargeAs = 'status';
    expect((await ask(events('watch=1&resourceVersion=1001'))).status).to.equal(504);
  });

  it('selects by namespace, fields and labels', async () => {
    store.create({ metadata: { name: 'a', namespace: 'x', labels: { app: 'p' } }, type: 'Normal' });
    store.create({ metadata: { name: 'b', namespace: 'y' }, type: 'Warning', reason: 'BackOff' });
    const names = async (url: string) =>
      (await ask(url)).json.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(await names(`${api.url}/api/v1/namespaces/x/events`)).to.deep.equal(['a']);
    expect(await names(events('fieldSelector=type%3DWarning%2Creason%3DBackOff'))).to.deep.equal(['b']);
    expect(await names(events('fieldSelector=metadata.namespace!%3Dy'))).to.deep.equal(['a']);
    expect(await names(events('labelSelector=app%3Dp'))).to.deep.equal(['a']);
    expect((await ask(events('fieldSelector=color%3Dred'))).status).to.equal(400);
    const opened = await watch('watch=1&resourceVersion=1002&fieldSelector=type%3DWarning');
    store.update('x/a', { type: 'Warning' });
    store.update('x/a', { type: 'Normal' });
    await opened.until(({ lines }) => lines.length === 2);
    expect(opened.told).to.deep.equal(['ADDED 1003', 'DELETED 1004']);
  });

  it('ends a watch after timeoutSeconds, and keeps the connection (case 5)', async () => {
    api.settings.secondMs = 10;
    const opened = await watch('watch=1&resourceVersion=1000&timeoutSeconds=3');
    await opened.until(({ outcome }) => outcome !== undefined);
    expect(opened.outcome).to.equal('end');
    expect(api.openWatches).to.equal(0);
  });

  it('sends the same line for every way of cutting it up (case 21)', async () => {
    const corpus = new EventCorpus({ oddEvery: 2 });
    for (const event of corpus.take(20)) store.create(event);
    const texts = new Set<string>();
    for (const chunking of [
      {},
      { chunk: 'burst' as const },
      { chunk: 1 },
      { chunk: 7 },
      { chunk: 50, segmentBytes: 13 },
    ]) {
      api.settings.chunking = chunking;
      const opened = await watch(STREAMING);
      await opened.until(({ text }) => text.includes('initial-events-end'));
      await opened.until(({ text }) => text.endsWith('\n'));
      texts.add(opened.text);
      if ('chunk' in chunking && chunking.chunk === 7) expect(opened.chunks[0]).to.have.length(7);
    }
    expect([...texts][0]!.split('\n')).to.have.length(22);
    expect(texts.size).to.equal(1);
  });

  it('tells a watcher that is too slow for the compaction, and holds no more than the client takes', async () => {
    const corpus = new EventCorpus();
    const opened = await watch('watch=1&resourceVersion=1000');
    opened.response.pause();
    for (const event of corpus.take(20_000)) store.create(event);
    await delay(200);
    expect(api.sentBytes).to.be.lessThan(16_000_000);
    store.compact();
    opened.response.resume();
    await opened.until(({ outcome }) => outcome === 'end', 10_000);
    expect(opened.told.at(-1)).to.equal('ERROR 410');
    expect(opened.lines.length).to.be.lessThan(20_000);
  }).timeout(20_000);
});
