import { createServer } from 'node:net';
import { expect } from 'chai';
import type { ApiRequest } from '../../src/kube/api-client.js';
import type { RetryNotice } from '../../src/kube/retry.js';
import { clientAt, refusalOf, stoppedClock } from './client-support.js';
import {
  failure,
  type Reply,
  reset,
  type ScriptedServer,
  silence,
  startScripted,
} from './scripted-server.js';

const OK: Reply = { body: { ok: true } };

/** Says that an answer of ten bytes comes, and gives four. */
const halfBody: Reply = (response) => {
  response.writeHead(200, { 'content-length': '10' });
  response.write('{"ok', () => response.socket?.destroy());
};

describe('retries of the client', () => {
  let server: ScriptedServer;
  afterEach(() => server?.close());

  /** The first replies one after another, then success. */
  const serve = async (...replies: readonly Reply[]) => {
    server = await startScripted((_, index) => replies[index] ?? OK);
    const clock = stoppedClock();
    const notices: RetryNotice[] = [];
    const client = clientAt(server.url, { clock, onRetry: (notice) => notices.push(notice) });
    const send = (parts: Partial<ApiRequest> = {}) =>
      client.request({ method: 'GET', path: '/api/v1/x', ...parts });
    return { send, clock, notices, client };
  };

  const PASSING: readonly (readonly [string, Reply])[] = [
    ['a reset', reset],
    ['half of an answer', halfBody],
    ['429', failure(429, 'TooManyRequests', 'too many requests')],
    ['502 of a load balancer', { status: 502, body: '<html>bad gateway</html>' }],
    ['503', failure(503, 'ServiceUnavailable', 'not now')],
    ['504', failure(504, 'Timeout', 'took too long')],
    ['etcd without a leader', failure(500, 'InternalError', 'etcdserver: leader changed')],
    ['etcd that is slow', failure(500, 'InternalError', 'etcdserver: request timed out')],
    [
      'a webhook that does not answer',
      failure(
        500,
        'InternalError',
        'Internal error occurred: failed calling webhook "a.b": connection refused',
      ),
    ],
    [
      'a conversion that does not answer',
      failure(500, 'InternalError', 'conversion webhook for a/v1, Kind=B failed: Post "https://x": EOF'),
    ],
    ['a server that asks to come back', failure(500, 'ServerTimeout', 'later', { retryAfterSeconds: 1 })],
    [
      'a quota in use',
      failure(
        409,
        'Conflict',
        'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
      ),
    ],
  ];
  for (const [what, reply] of PASSING) {
    it(`#21 tries again after ${what}`, async () => {
      const { send, clock } = await serve(reply, reply);
      expect(await send()).to.deep.include({ status: 200, body: { ok: true } });
      expect(server.requests).to.have.length(3);
      expect(clock.slept).to.have.length(2);
    });
  }

  const FINAL: readonly (readonly [string, Reply])[] = [
    ['400', failure(400, 'BadRequest', 'no')],
    ['401', failure(401, 'Unauthorized', 'no')],
    ['403', failure(403, 'Forbidden', 'exceeded quota: q')],
    ['404', failure(404, 'NotFound', 'no')],
    ['410', failure(410, 'Expired', 'too old')],
    ['422', failure(422, 'Invalid', 'failed calling webhook is only text here')],
    ['409 of another writer', failure(409, 'Conflict', 'the object has been modified', { kind: 'pods' })],
    [
      '409 of another field manager',
      failure(409, 'Conflict', 'conflict', { causes: [{ reason: 'FieldManagerConflict' }] }),
    ],
    ['500 of a defect', failure(500, 'InternalError', 'nil pointer')],
  ];
  for (const [what, reply] of FINAL) {
    it(`does not try again after ${what}`, async () => {
      const { send, clock } = await serve(reply);
      expect((await send()).status).to.be.greaterThan(399);
      expect(server.requests).to.have.length(1);
      expect(clock.slept).to.deep.equal([]);
    });
  }

  it('tries again after silence, and says what it waits for', async () => {
    const { send, notices } = await serve(silence);
    expect((await send({ timeoutMs: 30 })).status).to.equal(200);
    expect(notices).to.deep.equal([
      { request: 'GET /api/v1/x', reason: 'no answer within 0.03 s', attempts: 1, delayMs: 125 },
    ]);
  });

  it('waits twice as long each time, up to 10 s, and gives the last answer after 10 attempts', async () => {
    const busy = failure(503, 'ServiceUnavailable', 'not now');
    const { send, clock } = await serve(...Array<Reply>(11).fill(busy));
    expect((await send()).status).to.equal(503);
    expect(server.requests).to.have.length(10);
    // Chance is a half.
    expect(clock.slept.map((ms) => ms * 2)).to.deep.equal([
      250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000,
    ]);
  });

  it('waits as long as the server asks, in seconds or up to a date', async () => {
    const asking = (headers: Record<string, string>): Reply => ({ status: 429, headers });
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
    const { send, clock } = await serve(
      asking({ 'retry-after': '7' }),
      asking({ date, 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' }),
    );
    await send();
    expect(clock.slept).to.deep.equal([7125, 20_125]);
  });

  it('gives the answer when the server asks for more than a minute', async () => {
    const { send } = await serve(
      { status: 429, headers: { 'retry-after': '60' } },
      { status: 429, headers: { 'retry-after': '61' } },
    );
    expect(await send()).to.include({ status: 429, retryAfterSeconds: 61 });
    expect(server.requests).to.have.length(2);
  });

  it('tries once when told to', async () => {
    const { send } = await serve(failure(503, 'ServiceUnavailable', 'not now'));
    expect((await send({ retry: false })).status).to.equal(503);
    expect(server.requests).to.have.length(1);
  });

  for (const method of ['PATCH', 'PUT', 'DELETE'] as const) {
    it(`sends a ${method} again when the connection is lost, with the same bytes`, async () => {
      const { send } = await serve(reset);
      expect((await send({ method, body: { a: 1 } })).status).to.equal(200);
      expect(server.requests.map(({ body }) => body)).to.deep.equal(['{"a":1}', '{"a":1}']);
    });
  }

  it('does not send a POST again that may have arrived, but one that was turned away', async () => {
    const { send } = await serve(reset);
    const error = await refusalOf(send({ method: 'POST', body: {} }));
    expect(error).to.have.property('code', 'cluster');
    expect(server.requests).to.have.length(1);
    server.close();
    const second = await serve(failure(429, 'TooManyRequests', 'too many requests'));
    expect((await second.send({ method: 'POST', body: {} })).status).to.equal(200);
  });

  it('gives up soon on a server that never listened, since its address may be wrong', async () => {
    const port = await freePort();
    const reasons: string[] = [];
    const client = clientAt(`http://127.0.0.1:${port}`, { onRetry: ({ reason }) => reasons.push(reason) });
    const error = await refusalOf(client.request({ method: 'POST', path: '/x' }));
    expect(error.message).to.match(/^POST \/x: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
    expect(reasons).to.have.length(3);
  });

  it('waits longer for a server that is gone for a while', async () => {
    const { send, notices, client } = await serve(OK);
    await send();
    client.close();
    server.close();
    const error = await refusalOf(send());
    expect(error.message).to.contain('ECONNREFUSED');
    expect(notices).to.have.length(9);
  });

  it('replaces a kept connection that the server has just closed, without a wait', async () => {
    const { send, clock, client } = await serve(OK, reset);
    await send();
    expect((await send({ method: 'PATCH', body: {} })).status).to.equal(200);
    expect(clock.slept).to.deep.equal([]);
    expect(client.sent).to.deep.equal({ GET: 1, PATCH: 2 });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
