import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { selfSigned } from '../../kube/self-signed.js';
import { ask, TestWatch } from './api-test-client.js';
import { EventStore } from './event-store.js';
import { type FakeEventsApi, startFakeEventsApi } from './fake-events-api.js';

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code,
  );

describe('the faults of the fake API server', () => {
  let store: EventStore;
  let api: FakeEventsApi;
  const open = new Set<{ close(): void }>();
  const events = (query = '') => `${api.url}/api/v1/events${query && `?${query}`}`;
  const watch = async (query = 'watch=1&resourceVersion=1000') => {
    const opened = await TestWatch.open(events(query));
    open.add(opened);
    return opened;
  };

  beforeEach(async () => {
    store = new EventStore();
    api = await startFakeEventsApi({ store });
    open.add(api);
  });
  afterEach(() => {
    for (const one of open) one.close();
    open.clear();
  });

  it('refuses connections, closes those that are open, and comes back on its port (cases 1 and 2)', async () => {
    const { port } = api;
    const [ended, reset] = [await watch(), await watch()];
    api.cut('reset');
    await reset.until(({ outcome }) => outcome === 'ECONNRESET');
    const again = await watch();
    api.refuse();
    await again.until(({ outcome }) => outcome !== undefined);
    expect(await codeOf(ask(events()))).to.equal('ECONNREFUSED');
    await api.listen();
    expect(api.port).to.equal(port);
    expect((await ask(events())).status).to.equal(200);
    expect(ended.outcome).to.equal('ECONNRESET');
    expect(api.openWatches).to.equal(0);
  });

  for (const chunking of [{}, { chunk: 'burst' as const }, { chunk: 10 }]) {
    it(`resets in the middle of a line, cut up as ${JSON.stringify(chunking)} (case 3)`, async () => {
      api.settings.chunking = chunking;
      const opened = await watch();
      await opened.until(() => api.openWatches === 1);
      store.create({ metadata: { name: 'a' } });
      await opened.until(({ lines }) => lines.length === 1);
      api.breakWatches({ afterBytes: 33, how: 'reset' });
      const before = opened.text.length;
      store.create({ metadata: { name: 'b' } });
      await opened.until(({ outcome }) => outcome !== undefined);
      expect(opened.outcome).to.equal('ECONNRESET');
      expect(opened.text.length - before).to.equal(33);
    });
  }

  it('falls silent and goes on (case 4)', async () => {
    const opened = await watch();
    await opened.until(() => api.openWatches === 1);
    api.stall();
    store.create({ metadata: { name: 'a' } });
    await delay(100);
    expect(opened.text).to.equal('');
    expect(opened.outcome).to.equal(undefined);
    api.resume();
    await opened.until(({ lines }) => lines.length === 1);
  });

  it('falls silent in the middle of a line and goes on (case 4)', async () => {
    const opened = await watch();
    await opened.until(() => api.openWatches === 1);
    api.breakWatches({ afterBytes: 20, how: 'stall' });
    store.create({ metadata: { name: 'a' } });
    await opened.until(({ text }) => text.length === 20);
    await delay(50);
    expect(opened.text).to.have.length(20);
    api.resume();
    await opened.until(({ lines }) => lines.length === 1);
  });

  it('cuts the answer to a list', async () => {
    store.create({ metadata: { name: 'a' } });
    api.faults.script('list', { break: { afterBytes: 50, how: 'reset' } });
    expect(await codeOf(ask(events()))).to.equal('ECONNRESET');
    api.settings.listChunking = { chunk: 3 };
    expect((await ask(events())).json.items).to.have.length(1);
  });

  it('answers lists and watches by a script each (cases 15 and 16)', async () => {
    api.faults.script('list', { status: 429, retryAfter: 7, times: 2 }, { status: 500 }, { status: 429 });
    api.faults.script('watch', { status: 503 });
    const answers = [];
    for (let index = 0; index < 5; index++) answers.push(await ask(events()));
    expect(answers.map(({ status }) => status)).to.deep.equal([429, 429, 500, 429, 200]);
    expect(answers.map(({ headers }) => headers['retry-after'])).to.deep.equal([
      '7',
      '7',
      undefined,
      undefined,
      undefined,
    ]);
    expect(answers[0]!.json.reason).to.equal('TooManyRequests');
    expect((await ask(events('watch=1'))).status).to.equal(503);
    api.faults.script('list', { status: 503, times: Number.POSITIVE_INFINITY });
    expect((await ask(events())).status).to.equal(503);
    api.faults.heal('list');
    expect((await ask(events())).status).to.equal(200);
    expect(api.requests.map(({ kind, status }) => `${kind} ${status}`).slice(4)).to.deep.equal([
      'list 200',
      'watch 503',
      'list 503',
      'list 200',
    ]);
  });

  it('does not answer, or closes instead', async () => {
    api.faults.script('list', { instead: 'reset' }, { instead: 'fin' });
    expect([await codeOf(ask(events())), await codeOf(ask(events()))]).to.deep.equal([
      'ECONNRESET',
      'ECONNRESET',
    ]);
    api.faults.script('list', { instead: 'hang' });
    const hanging = codeOf(ask(events()));
    expect(await Promise.race([hanging, delay(100).then(() => 'silence')])).to.equal('silence');
    api.cut('fin');
    expect(await hanging).to.equal('ECONNRESET');
  });

  it('asks for a token that may change (case 17)', async () => {
    api.faults.tokens = new Set(['one']);
    const as = async (token: string) =>
      (await ask(events(), { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await as('one'), await as('two'), (await ask(events())).status]).to.deep.equal([200, 401, 401]);
    api.faults.tokens = new Set(['two']);
    expect([await as('one'), await as('two')]).to.deep.equal([401, 200]);
  });

  it('takes rights away and gives them back (cases 18 and 57)', async () => {
    const namespace = `${api.url}/api/v1/namespaces/kube-system`;
    api.faults.forbid('list events', 'get namespaces');
    const { status, json } = await ask(events());
    expect([status, json.reason]).to.deep.equal([403, 'Forbidden']);
    expect(json.message).to.include('cannot list resource "events" in API group "" at the cluster scope');
    expect((await ask(namespace)).status).to.equal(403);
    const watching = await watch();
    expect(watching.response.statusCode).to.equal(200);
    api.faults.allow();
    expect((await ask(events())).status).to.equal(200);
    expect((await ask(namespace)).json.metadata.uid).to.equal(api.settings.clusterUid);
    expect((await ask(`${api.url}/api/v1/namespaces/other`)).status).to.equal(404);
  });

  it('takes another certificate for new connections (case 19)', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    const secure = await startFakeEventsApi({ store, tls: first });
    open.add(secure);
    const url = `${secure.url}/api/v1/events?watch=1&resourceVersion=1000`;
    const opened = await TestWatch.open(url, { ca: first.certificate });
    open.add(opened);
    secure.useCertificate(second);
    expect(await codeOf(ask(`${secure.url}/version`, { ca: first.certificate }))).to.not.equal('answered');
    expect((await ask(`${secure.url}/version`, { ca: second.certificate })).json.major).to.equal('1');
    store.create({ metadata: { name: 'a' } });
    await opened.until(({ lines }) => lines.length === 1);
    secure.breakWatches({ afterBytes: 9, how: 'reset' });
    store.create({ metadata: { name: 'b' } });
    await opened.until(({ outcome }) => outcome !== undefined);
    expect(opened.outcome).to.equal('ECONNRESET');
    await opened.until(() => secure.openSockets === 0);
  });

  it('sends what it is given in the midst of a watch (cases 23, 24 and 25)', async () => {
    const opened = await watch();
    await opened.until(() => api.openWatches === 1);
    store.create({ metadata: { name: 'a' } });
    api.inject('\n\r\n{"type":"NEW"}\r\n{broken\n');
    const long = `{"type":"ADDED","object":{"message":"${'x'.repeat(1_468_006)}"}}\n`;
    api.inject(long);
    store.create({ metadata: { name: 'b' } });
    await opened.until(({ text }) => text.endsWith('reportingInstance":""}}\n') && text.length > long.length);
    const [first, empty, other, unknown, broken, longLine, last] = opened.text.split('\n');
    expect([empty, other, unknown, broken]).to.deep.equal(['', '\r', '{"type":"NEW"}\r', '{broken']);
    expect([first!.includes('"name":"a"'), last!.includes('"name":"b"')]).to.deep.equal([true, true]);
    expect(longLine).to.have.length(long.length - 1);
  });

  it('sends bookmarks when asked, to those who want them', async () => {
    const [wants, other] = [
      await watch('watch=1&allowWatchBookmarks=true&resourceVersion=1000'),
      await watch(),
    ];
    await wants.until(() => api.openWatches === 2);
    store.raiseRevision(5n);
    api.bookmark();
    await wants.until(({ lines }) => lines.length === 1);
    expect(wants.told).to.deep.equal(['BOOKMARK 1005']);
    expect(other.text).to.equal('');
  });

  it('ends the watches when a backup is restored, and refuses revisions after it (case 11)', async () => {
    store.create({ metadata: { name: 'a' } });
    const opened = await watch();
    await opened.until(({ lines }) => lines.length === 1);
    store.create({ metadata: { name: 'b' } });
    await opened.until(({ lines }) => lines.length === 2);
    store.restore(1001n);
    await opened.until(({ outcome }) => outcome === 'end');
    const later = await watch(
      'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1002',
    );
    await later.until(({ outcome }) => outcome === 'end');
    expect(later.told).to.deep.equal(['ERROR 504']);
    expect((await ask(events())).json.items).to.have.length(1);
  });

  it('keeps connections between requests, and counts them', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ['/readyz', '/version', '/api/v1/events', '/nothing'])
      await ask(api.url + path, { agent });
    expect(api.connections).to.equal(1);
    expect(api.requests.map(({ status }) => status)).to.deep.equal([200, 200, 200, 404]);
    agent.destroy();
    const opened = await watch();
    await opened.until(() => api.openWatches === 1 && api.openSockets === 1);
    opened.close();
    await opened.until(() => api.openWatches === 0 && api.openSockets === 0);
  });
});
