import { expect } from 'chai';
import { openApiClient } from '../../src/kube/api-client-http.js';
import { clientAt, refusalOf, serverAt, stoppedClock } from './client-support.js';
import {
  type Reply,
  type ScriptedServer,
  type SeenRequest,
  silence,
  startScripted,
} from './scripted-server.js';
import { selfSigned } from './self-signed.js';

describe('the client of an API server', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async (reply: (request: SeenRequest, index: number) => Reply) => {
    server = await startScripted(reply);
    return clientAt(server.url);
  };

  it('#57 sends an object byte for byte as JSON', async () => {
    const client = await serve(() => ({}));
    const body = {
      spec: { 'x-kubernetes-preserve-unknown-fields': true, default: null, enum: ['a', 'b'] },
      ingress: [{ from: [{ podSelector: {} }] }],
      text: 'ü "quoted" \u2028',
    };
    await client.request({ method: 'PATCH', path: '/x', body, contentType: 'application/apply-patch+yaml' });
    expect(server.requests[0]).to.include({ method: 'PATCH', body: JSON.stringify(body) });
    expect(server.requests[0]?.headers).to.include({
      'content-type': 'application/apply-patch+yaml',
      accept: 'application/json',
      authorization: 'Bearer t0ken',
      'content-length': String(Buffer.byteLength(JSON.stringify(body))),
    });
    expect(server.requests[0]?.headers['user-agent']).to.match(/^opni-logging\/\d/);
  });

  it('writes the query in full, and leaves out what is undefined', async () => {
    const client = await serve(() => ({}));
    const query = { labelSelector: 'a=b,c in (d,e)', limit: 500, force: true, continue: undefined };
    await client.request({ method: 'GET', path: '/api/v1/pods', query });
    expect([...(server.requests[0]?.query ?? [])]).to.deep.equal([
      ['labelSelector', 'a=b,c in (d,e)'],
      ['limit', '500'],
      ['force', 'true'],
    ]);
  });

  it('keeps the path of an address, as that of a proxy for many clusters', async () => {
    await serve(() => ({}));
    const client = openApiClient(serverAt(`${server.url}/k8s/clusters/c-1/`));
    await client.request({ method: 'GET', path: '/api/v1/pods' });
    expect(server.requests[0]?.url).to.equal('/k8s/clusters/c-1/api/v1/pods');
    expect(client.address).to.equal(`${server.url}/k8s/clusters/c-1`);
  });

  it('gives status, body, warnings and the clock of the server, also for a no', async () => {
    const client = await serve(() => ({
      status: 404,
      headers: {
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        warning: '299 - "field \\"a\\" is old", 299 - "second, one"',
      },
      body: { kind: 'Status' },
    }));
    expect(await client.request({ method: 'GET', path: '/x' })).to.deep.equal({
      status: 404,
      body: { kind: 'Status' },
      warnings: ['field "a" is old', 'second, one'],
      dateMs: Date.parse('2026-01-01T00:00:00Z'),
      retryAfterSeconds: undefined,
    });
  });

  it('gives text that is no JSON as it is, and nothing for an empty body', async () => {
    const client = await serve((_, index) => ({ body: index === 0 ? '<html>' : '' }));
    expect((await client.request({ method: 'GET', path: '/x' })).body).to.equal('<html>');
    expect((await client.request({ method: 'GET', path: '/x' })).body).to.equal(undefined);
  });

  it('uses one connection for requests that follow each other, and counts them', async () => {
    const client = await serve(() => ({}));
    for (let index = 0; index < 5; index++) await client.request({ method: 'GET', path: '/x' });
    await client.request({ method: 'DELETE', path: '/x' });
    expect(server.connections()).to.equal(1);
    expect(client.sent).to.deep.equal({ GET: 5, DELETE: 1 });
  });

  it('closes connections that nobody uses', async () => {
    const client = await serve(() => ({}));
    await client.request({ method: 'GET', path: '/x' });
    const { socket } = server.requests[0]!;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    client.close();
    await closed;
    await client.request({ method: 'GET', path: '/x' });
    expect(server.connections()).to.equal(2);
  });

  it('reads an answer of the largest size, and none that is a byte larger', async () => {
    await serve(() => ({ body: JSON.stringify('x'.repeat(98)) }));
    const within = clientAt(server.url, { maxBytes: 100 });
    expect((await within.request({ method: 'GET', path: '/x' })).body).to.equal('x'.repeat(98));
    const error = await refusalOf(
      clientAt(server.url, { maxBytes: 99 }).request({ method: 'GET', path: '/x' }),
    );
    expect(error.message).to.equal('GET /x: the answer is larger than 99 bytes');
    expect(server.requests).to.have.length(2);
  });

  it('says when nothing came in time, with the path and without the query', async () => {
    const client = await serve(() => silence);
    const request = { method: 'GET', path: '/x', query: { a: 1 }, timeoutMs: 20, retry: false } as const;
    expect((await refusalOf(client.request(request))).message).to.equal('GET /x: no answer within 0.02 s');
  });

  it('holds the deadline for the whole answer, not only for its beginning', async () => {
    const client = await serve(() => (response) => {
      response.writeHead(200);
      response.write('{"half":');
    });
    const error = await refusalOf(client.request({ method: 'GET', path: '/x', timeoutMs: 50, retry: false }));
    expect(error.message).to.contain('no answer within 0.05 s');
  });

  it('stops at once with the reason of the signal, before, during and between attempts', async () => {
    const client = await serve(({ path }) => (path === '/busy' ? { status: 503 } : silence));
    const stop = new Error('stop');
    const outcome = (work: Promise<unknown>) => work.catch((error: unknown) => error);
    const before = client.request({ method: 'GET', path: '/x', signal: AbortSignal.abort(stop) });
    expect(await outcome(before)).to.equal(stop);
    expect(server.requests).to.have.length(0);
    const during = new AbortController();
    const hanging = outcome(client.request({ method: 'GET', path: '/x', signal: during.signal }));
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    during.abort(stop);
    expect(await hanging).to.equal(stop);
    const between = new AbortController();
    const clock = { ...stoppedClock(), sleep: async () => between.abort(stop) };
    const waiting = clientAt(server.url, { clock });
    expect(await outcome(waiting.request({ method: 'GET', path: '/busy', signal: between.signal }))).to.equal(
      stop,
    );
    expect(server.requests).to.have.length(2);
  });

  it('does not hide who the server is: a certificate of somebody else is refused, and not tried again', async () => {
    const tls = selfSigned();
    server = await startScripted(() => ({}), tls);
    const other = serverAt(server.url, { trust: { authority: selfSigned().certificate } });
    const clock = stoppedClock();
    await refusalOf(openApiClient(other, { clock }).request({ method: 'GET', path: '/x' }));
    expect(clock.slept).to.deep.equal([]);
    const right = serverAt(server.url, { trust: { authority: tls.certificate } });
    expect((await openApiClient(right).request({ method: 'GET', path: '/x' })).status).to.equal(200);
    const insecure = serverAt(server.url, { trust: { insecure: true } });
    expect((await openApiClient(insecure).request({ method: 'GET', path: '/x' })).status).to.equal(200);
  });

  it('expects another name in the certificate when told to', async () => {
    const tls = selfSigned();
    server = await startScripted(() => ({}), tls);
    const trust = { authority: tls.certificate, serverName: 'elsewhere.example' };
    const error = await refusalOf(
      openApiClient(serverAt(server.url, { trust })).request({ method: 'GET', path: '/x', retry: false }),
    );
    expect(error.message).to.contain('elsewhere.example');
  });

  it('opens an answer without an end, and ends it with the signal', async () => {
    const client = await serve(() => (response) => {
      response.writeHead(200);
      response.write('one\n');
    });
    const controller = new AbortController();
    const response = await client.stream({ method: 'GET', path: '/x', signal: controller.signal });
    const chunks = response[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).to.equal('one\n');
    controller.abort(new Error('stop'));
    const ended: unknown = await chunks.next().catch((error: unknown) => error);
    expect(ended).to.be.instanceOf(Error).with.property('message', 'stop');
  });
});
