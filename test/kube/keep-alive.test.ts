import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { openApiClient } from '../../src/kube/api-client-http.js';
import { serverAt } from './client-support.js';
import { type Reply, type ScriptedServer, startScripted } from './scripted-server.js';
import { selfSigned } from './self-signed.js';

const TABLE = '/proc/net/tcp';
const GET = { method: 'GET', path: '/x' } as const;

/** A watch that says nothing. */
const quiet: Reply = (response) => {
  response.writeHead(200);
  response.flushHeaders();
};

interface Timer {
  /** 2 is the timer of TCP keep-alive. */
  readonly kind: number;
  /** Until it goes off, in seconds. */
  readonly seconds: number;
}

/** The timer of the connection between two ports of this machine, as the kernel tells it. */
function timerOf(from: number, to: number): Timer | undefined {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of readFileSync(TABLE, 'utf8').split('\n')) {
    const [, local, remote, , , timer = ''] = line.trim().split(/\s+/);
    if (!local?.endsWith(`:${hex(from)}`) || !remote?.endsWith(`:${hex(to)}`)) continue;
    const [kind = '', left = ''] = timer.split(':');
    return { kind: Number.parseInt(kind, 16), seconds: Number.parseInt(left, 16) / 100 };
  }
  return undefined;
}

describe('a connection to an API server', () => {
  let server: ScriptedServer;
  let proxy: Server | undefined;
  const responses: IncomingMessage[] = [];
  before(function () {
    if (existsSync(TABLE)) return;
    console.log(`      skipped: there is no ${TABLE} to read the timers of connections from`);
    this.skip();
  });
  afterEach(() => {
    for (const response of responses.splice(0)) response.destroy();
    server?.close();
    proxy?.close();
    proxy = undefined;
  });

  /** The client's timer once the kernel waits for nothing else. */
  async function settledTimer(from: number, to: number): Promise<Timer | undefined> {
    for (let left = 50; left > 0; left -= 1) {
      const timer = timerOf(from, to);
      if (timer?.kind === 2) return timer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return timerOf(from, to);
  }

  function expectProbes(timer: Timer | undefined): void {
    expect(timer?.kind, 'keep-alive is on').to.equal(2);
    // With ten probes, one each second, a dead peer is found within 45 s.
    expect(timer?.seconds).to.be.within(20, 35);
  }

  for (const [what, tls] of [
    ['plain', undefined],
    ['with TLS', selfSigned()],
  ] as const) {
    it(`is probed while a watch is quiet, ${what} (case 4)`, async () => {
      server = await startScripted(() => quiet, tls);
      const client = openApiClient(serverAt(server.url, { trust: { authority: tls?.certificate } }));
      responses.push(await client.stream(GET));
      expectProbes(await settledTimer(server.requests[0]!.socket.remotePort!, server.port));
    });

    it(`is probed by the watch after a request on the same connection, ${what} (case 4)`, async () => {
      server = await startScripted((_, index) => (index === 0 ? {} : quiet), tls);
      const client = openApiClient(serverAt(server.url, { trust: { authority: tls?.certificate } }));
      await client.request(GET);
      responses.push(await client.stream(GET));
      expect(server.connections()).to.equal(1);
      expectProbes(await settledTimer(server.requests[1]!.socket.remotePort!, server.port));
    });
  }

  it('is probed up to the proxy (case 4)', async () => {
    const tls = selfSigned();
    server = await startScripted(() => quiet, tls);
    const opened: Socket[] = [];
    proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      opened.push(socket);
      const onward = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
      socket.on('close', () => onward.destroy());
      request.resume();
    });
    await new Promise<void>((resolve) => {
      proxy?.listen(0, '127.0.0.1', resolve);
    });
    const { port } = proxy.address() as AddressInfo;
    const through = { proxy: new URL(`http://127.0.0.1:${port}`), trust: { authority: tls.certificate } };
    responses.push(await openApiClient(serverAt(server.url, through)).stream(GET));
    expectProbes(await settledTimer(opened[0]!.remotePort!, port));
  });
});
