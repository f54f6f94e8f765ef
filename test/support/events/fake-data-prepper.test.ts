import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { selfSigned } from '../../kube/self-signed.js';
import { FakeDataPrepper } from './fake-data-prepper.js';
import type { FakeDataPrepperOptions } from './intake-behaviour.js';
import { basicHeader } from './intake-rules.js';
import { type PostOptions, postTo } from './post-to.js';

const documents = (...ids: readonly string[]) => ids.map((id) => ({ event_id: id }));

describe('the stand-in for Data Prepper', () => {
  let fake: FakeDataPrepper;
  const agents: Agent[] = [];
  const start = async (options: FakeDataPrepperOptions = {}) => {
    fake = await FakeDataPrepper.start(options);
  };
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    await fake.close();
  });

  const keepAlive = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  };

  const post = (body: unknown, { url = fake.url, ...options }: Partial<PostOptions> = {}) =>
    postTo({ url, ...options }, body);

  it('takes arrays, empty ones as well, and keeps a ledger', async () => {
    await start({ keepDocuments: 2 });
    expect(await post(documents('a', 'b', 'a'))).to.equal(200);
    expect(await post([])).to.equal(200);
    expect(fake.ledger.ids).to.deep.equal(['a', 'b']);
    expect(fake.ledger.times('a')).to.equal(2);
    expect(fake.ledger.documents).to.deep.equal(documents('b', 'a'));
    expect(fake.ledger.requests.map(({ count, bytes, status }) => [count, bytes, status])).to.deep.equal([
      [3, 52, 200],
      [0, 2, 200],
    ]);
  });

  it('refuses as a whole what it cannot read or does not like', async () => {
    await start({ poison: (document) => document['event_id'] === 'bad' });
    expect(await post({ event_id: 'a' })).to.equal(400);
    expect(await post('[{"event_id":')).to.equal(400);
    expect(await post('["a"]')).to.equal(400);
    expect(await post(documents('a', 'bad'))).to.equal(400);
    expect(fake.ledger.ids).to.deep.equal([]);
    expect(await post(documents('a'), { url: `${fake.url}/more` })).to.equal(404);
    expect(await post('', { method: 'PUT' })).to.equal(405);
  });

  it('refuses what is too large, by bytes and by documents', async () => {
    await start({ maxBytes: 40, maxRecords: 2 });
    expect(await post(documents('a', 'b'))).to.equal(200);
    expect(await post(documents('a', 'b-longer-than-that'))).to.equal(413);
    expect(await post('[{},{},{}]')).to.equal(413);
    expect(fake.ledger.documentCount).to.equal(2);
  });

  it('reads gzip only when it is told to', async () => {
    await start();
    const send = () =>
      post(gzipSync(JSON.stringify(documents('a'))), { headers: { 'content-encoding': 'gzip' } });
    expect(await send()).to.equal(400);
    fake.behaviour.gzip = true;
    expect(await send()).to.equal(200);
    expect(await post(documents('b'))).to.equal(200);
    expect(fake.ledger.requests.map(({ isGzip }) => isGzip)).to.deep.equal([true, true, false]);
  });

  it('asks for a login that may change', async () => {
    await start({ basicAuth: { username: 'u', password: 'one' } });
    const headers = { authorization: basicHeader({ username: 'u', password: 'one' }) };
    expect(await post([])).to.equal(401);
    expect(await post([], { headers })).to.equal(200);
    fake.behaviour.basicAuth = { username: 'u', password: 'two' };
    expect(await post([], { headers })).to.equal(401);
  });

  it('gives scripted answers to the next requests', async () => {
    await start();
    fake.script({ status: 408 }, { status: 429, headers: { 'retry-after': '7' } }, { status: 503 });
    expect(fake.scriptLeft).to.equal(3);
    expect([await post(documents('a')), await post([]), await post([]), await post([])]).to.deep.equal([
      408, 429, 503, 200,
    ]);
    expect(fake.ledger.received.size).to.equal(0);
    fake.behaviour.answer = { status: 500 };
    expect(await post([])).to.equal(500);
    fake.behaviour.answer = ({ body }) => (body.length > 2 ? 'take' : { status: 400 });
    expect([await post([]), await post(documents('a'))]).to.deep.equal([400, 200]);
  });

  it('drops and resets connections, with and without taking (case 32)', async () => {
    await start();
    fake.script('take-and-drop', 'drop', 'reset', 'cut-body');
    expect(await post(documents('taken'))).to.equal('ECONNRESET');
    expect(await post(documents('dropped'))).to.equal('ECONNRESET');
    expect(await post(documents('reset'))).to.equal('ECONNRESET');
    expect(await post(documents('cut'))).to.equal('200 ECONNRESET');
    expect(fake.ledger.ids).to.deep.equal(['taken', 'cut']);
    expect(fake.ledger.requests.map(({ status, isTaken }) => [status, isTaken])).to.deep.equal([
      ['take-and-drop', true],
      ['drop', false],
      ['reset', false],
      ['cut-body', true],
    ]);
  });

  it('hangs, with and without taking (case 33)', async () => {
    await start();
    fake.script('hang', 'take-and-hang');
    const [first, second] = [post(documents('a')), post(documents('b'))];
    await fake.ledger.waitForRequests(2);
    expect(await Promise.race([first, second, delay(50, 'silence')])).to.equal('silence');
    expect(fake.ledger.received.size).to.equal(1);
    expect([fake.openSockets, fake.ledger.maxConcurrent]).to.deep.equal([2, 2]);
    fake.resetConnections();
    expect([await first, await second]).to.deep.equal(['ECONNRESET', 'ECONNRESET']);
  });

  it('sends its answer slowly (case 40)', async () => {
    await start({ slowBodyMs: 200 });
    fake.script('slow-body');
    const startedAt = performance.now();
    expect(await post(documents('a'))).to.equal(200);
    expect(performance.now() - startedAt).to.be.within(150, 2000);
  });

  it('closes kept connections without notice (case 40)', async () => {
    await start({ keptConnections: 'reset-reused' });
    const agent = keepAlive();
    expect(await post(documents('a'), { agent })).to.equal(200);
    await delay(20);
    expect(fake.openSockets).to.equal(1);
    expect(await post(documents('b'), { agent })).to.equal('ECONNRESET');
    fake.behaviour.keptConnections = 'fin';
    expect(await post(documents('c'), { agent })).to.equal(200);
    await delay(50);
    expect(fake.openSockets).to.equal(0);
    expect(fake.ledger.ids).to.deep.equal(['a', 'c']);
    fake.behaviour.keptConnections = undefined;
    for (const id of ['d', 'e']) expect(await post(documents(id), { agent })).to.equal(200);
    expect(fake.connections).to.equal(3);
  });

  it('refuses connections and comes back on the same port', async () => {
    await start();
    const { port, url } = fake;
    const agent = keepAlive();
    expect(await post(documents('a'), { agent })).to.equal(200);
    await fake.stop();
    expect(await post(documents('b'), { agent, url })).to.be.oneOf(['ECONNREFUSED', 'ECONNRESET']);
    expect(await post(documents('b'), { url })).to.equal('ECONNREFUSED');
    await fake.resume();
    expect([fake.port, await post(documents('c'))]).to.deep.equal([port, 200]);
  });

  it('takes a number of documents per second, and says 408 to who waits too long', async () => {
    await start({ documentsPerSecond: 50, bufferWaitMs: 500 });
    const startedAt = performance.now();
    const ten = documents(...'0123456789');
    const answers = await Promise.all([post(ten), post(ten), post(ten)]);
    expect(answers.sort()).to.deep.equal([200, 200, 408]);
    expect(performance.now() - startedAt).to.be.within(380, 2000);
    expect(fake.ledger.documentCount).to.equal(20);
  });

  it('takes at once what has room in its buffer', async () => {
    await start({ documentsPerSecond: 10, bufferRecords: 10, bufferWaitMs: 100 });
    const ten = documents(...'0123456789');
    const startedAt = performance.now();
    expect(await post(ten)).to.equal(200);
    expect(performance.now() - startedAt).to.be.below(500);
    expect(await post(ten)).to.equal(408);
    expect(fake.ledger.documentCount).to.equal(10);
  });

  it('falls silent on old connections and serves new ones (case 41)', async () => {
    await start();
    const agent = keepAlive();
    expect(await post(documents('a'), { agent })).to.equal(200);
    fake.silenceConnections();
    const pinned = post(documents('b'), { agent });
    expect(await Promise.race([pinned, delay(50, 'silence')])).to.equal('silence');
    expect(await post(documents('c'))).to.equal(200);
    fake.resetConnections();
    expect(await pinned).to.equal('ECONNRESET');
    expect(fake.ledger.ids).to.deep.equal(['a', 'c']);
  });

  it('does not take what waits when it dies', async () => {
    await start({ documentsPerSecond: 1 });
    const answer = post(documents('a', 'b', 'c'));
    await delay(50);
    await fake.stop();
    expect(await answer).to.equal('ECONNRESET');
    await fake.ledger.waitForRequests(1);
    expect(fake.ledger.requests[0]).to.deep.include({ status: 'stopped', isTaken: false });
    expect(fake.ledger.received.size).to.equal(0);
  });

  it('speaks TLS, and gets another certificate', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    await start({ tls: first });
    expect(await post(documents('a'), { ca: first.certificate })).to.equal(200);
    expect(await post(documents('b'), { ca: second.certificate })).to.be.a('string');
    fake.useCertificate(second);
    expect(await post(documents('b'), { ca: second.certificate })).to.equal(200);
    fake.script('take-and-drop', 'reset');
    expect(await post(documents('c'), { ca: second.certificate })).to.equal('ECONNRESET');
    expect(await post(documents('d'), { ca: second.certificate })).to.equal('ECONNRESET');
    fake.behaviour.keptConnections = 'fin';
    expect(await post(documents('e'), { ca: second.certificate })).to.equal(200);
    expect(fake.ledger.ids).to.deep.equal(['a', 'b', 'c', 'e']);
  });

  it('answers for its health', async () => {
    await start();
    const ask = (status: number) => {
      fake.behaviour.health = status;
      return post('', { method: 'GET', url: fake.url.replace('/log/ingest', '/health') });
    };
    expect([await ask(200), await ask(503)]).to.deep.equal([200, 503]);
    expect(fake.ledger.requests).to.deep.equal([]);
  });

  it('tells what did not come in time', async () => {
    await start();
    await post(documents('a'));
    const error = await fake.ledger.waitForIds(2, 20).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include('1 of 2 ids arrived within 20 ms');
    fake.ledger.clear();
    expect([fake.ledger.ids, fake.ledger.documents, fake.ledger.requests]).to.deep.equal([[], [], []]);
  });
});
