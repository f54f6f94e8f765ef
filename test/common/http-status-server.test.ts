import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { OpniLoggingError } from '../../src/common/error.js';
import {
  type StatusServer,
  type StatusServerOptions,
  startStatusServer,
} from '../../src/common/http-status-server.js';

const HOST = '127.0.0.1';

describe('the status server', () => {
  const servers: StatusServer[] = [];
  const start = async (options: Partial<StatusServerOptions> = {}) => {
    const routes = {
      '/healthz': () => ({ status: 200, contentType: 'text/plain', body: 'läuft\n' }),
      '/readyz': () => ({ status: 503, contentType: 'text/plain', body: 'not yet\n' }),
    };
    const server = await startStatusServer({ port: 0, host: HOST, routes, ...options });
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  const ask = (server: StatusServer, path: string, method = 'GET') =>
    fetch(`http://${HOST}:${server.port}${path}`, { method });

  /** Opens a connection, sends something, and gives what comes until the server ends it. */
  const talk = async (port: number, text: string): Promise<string> => {
    const socket = connect(port, HOST);
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part)).on('error', () => socket.destroy());
    socket.write(text);
    await once(socket, 'close');
    return Buffer.concat(parts).toString();
  };

  it('answers its paths, whatever query stands behind them', async () => {
    const server = await start();
    const healthy = await ask(server, '/healthz?verbose=1');
    expect(healthy.status).to.equal(200);
    expect(healthy.headers.get('content-type')).to.equal('text/plain');
    expect(await healthy.text()).to.equal('läuft\n');
    expect((await ask(server, '/readyz')).status).to.equal(503);
  });

  it('answers HEAD with the length and without the body', async () => {
    const { port } = await start();
    const text = await talk(port, 'HEAD /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(text)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.match(/content-length: 7\r\n/)
      .and.match(/\r\n\r\n$/);
  });

  it('knows no other path, no name that every object has, and no other method', async () => {
    const server = await start();
    for (const path of ['/', '/healthz/', '/constructor', '/__proto__']) {
      expect((await ask(server, path)).status, path).to.equal(404);
    }
    const refused = await ask(server, '/healthz', 'POST');
    expect(refused.status).to.equal(405);
    expect(refused.headers.get('allow')).to.equal('GET, HEAD');
  });

  it('answers 500 for a route that throws, and tells why to the program only', async () => {
    const errors: unknown[] = [];
    const failure = new Error('secret reason');
    const routes = {
      '/metrics': () => {
        throw failure;
      },
    };
    const answer = await ask(await start({ routes, onError: (error) => errors.push(error) }), '/metrics');
    expect(answer.status).to.equal(500);
    expect(await answer.text()).to.equal('failed\n');
    expect(errors).to.deep.equal([failure]);
  });

  it('refuses headers that are too large', async () => {
    const { port } = await start();
    const text = await talk(port, `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(9000)}\r\n\r\n`);
    expect(text).to.match(/^HTTP\/1\.1 431 /);
  });

  it('closes at once, also with connections that are open and say nothing', async () => {
    const server = await start();
    const idle = connect(server.port, HOST);
    await once(idle, 'connect');
    await (await ask(server, '/healthz')).text();
    const gone = once(idle, 'close');
    idle.on('error', () => idle.destroy());
    const before = performance.now();
    await Promise.all([server.close(), server.close(), gone]);
    expect(performance.now() - before).to.be.below(1000);
    expect(await ask(server, '/healthz').then(String, () => 'refused')).to.equal('refused');
  });

  it('says what to do when the port is taken', async () => {
    const { port } = await start();
    const error = await start({ port }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(OpniLoggingError).and.include({ code: 'io' });
    const [problem] = (error as OpniLoggingError).problems;
    expect(problem!.message).to.equal(`cannot listen at port ${port}: another program has it`);
    expect(problem!.fix).to.include('choose another port');
  });
});
