import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { openApiClient } from '../../src/kube/api-client-http.js';
import { proxyFromEnvironment } from '../../src/kube/proxy.js';
import { refusalOf, serverAt, stoppedClock } from './client-support.js';
import { type ScriptedServer, startScripted } from './scripted-server.js';
import { selfSigned } from './self-signed.js';

describe('proxyFromEnvironment', () => {
  const proxyFor = (url: string, env: NodeJS.ProcessEnv) => proxyFromEnvironment(new URL(url), env)?.href;
  const HTTPS_PROXY = 'http://proxy.example:3128';

  it('takes the variable of the scheme, in upper case before lower case', () => {
    expect(proxyFor('https://a.example', { HTTPS_PROXY })).to.equal(`${HTTPS_PROXY}/`);
    expect(proxyFor('https://a.example', { https_proxy: 'b:1', HTTPS_PROXY })).to.equal(`${HTTPS_PROXY}/`);
    expect(proxyFor('https://a.example', { https_proxy: 'proxy.example:1' })).to.equal(
      'http://proxy.example:1/',
    );
    expect(proxyFor('http://a.example', { HTTPS_PROXY })).to.equal(undefined);
    expect(proxyFor('http://a.example', { HTTP_PROXY: HTTPS_PROXY })).to.equal(`${HTTPS_PROXY}/`);
  });

  it('reaches this machine directly', () => {
    for (const url of ['https://localhost:6443', 'https://127.0.0.5', 'https://[::1]:6443']) {
      expect(proxyFor(url, { HTTPS_PROXY }), url).to.equal(undefined);
    }
  });

  const CASES: readonly (readonly [
    noProxy: string,
    direct: readonly string[],
    through: readonly string[],
  ])[] = [
    ['*', ['https://a.example'], []],
    ['a.example', ['https://a.example', 'https://b.a.example'], ['https://ba.example']],
    ['.a.example', ['https://b.a.example'], ['https://a.example']],
    ['*.a.example', ['https://b.a.example'], ['https://a.example']],
    ['a.example:6443', ['https://a.example:6443'], ['https://a.example']],
    ['10.1.2.3', ['https://10.1.2.3:6443'], ['https://10.1.2.4']],
    ['10.1.0.0/16', ['https://10.1.2.3'], ['https://10.2.0.1', 'https://a.example']],
    ['fd00::/8', ['https://[fd12::1]'], ['https://[fe80::1]', 'https://10.1.2.3']],
    ['fd00::1', ['https://[fd00::1]:6443'], ['https://[fd00::2]']],
    [' x , A.EXAMPLE ', ['https://a.example'], ['https://b.example']],
    ['10.0.0.0/99, /8', [], ['https://10.1.2.3']],
  ];
  for (const [noProxy, direct, through] of CASES) {
    it(`understands NO_PROXY=${noProxy}`, () => {
      const env = { HTTPS_PROXY, NO_PROXY: noProxy };
      for (const url of direct) expect(proxyFor(url, env), url).to.equal(undefined);
      for (const url of through) expect(proxyFor(url, env), url).to.equal(`${HTTPS_PROXY}/`);
    });
  }

  it('refuses a proxy of another kind, without quoting it', () => {
    expect(() => proxyFor('https://a.example', { HTTPS_PROXY: 'socks5://u:s3cret@proxy' }))
      .to.throw(/^HTTPS_PROXY is no address of an HTTP proxy$/)
      .with.property('code', 'cluster');
  });
});

describe('the client behind a proxy', () => {
  let server: ScriptedServer;
  let proxy: Server;
  let asked: IncomingMessage[];
  let answers: string[];
  beforeEach(async () => {
    asked = [];
    answers = [];
    proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request);
      const refusal = answers.shift();
      if (refusal) return socket.end(`HTTP/1.1 ${refusal}\r\n\r\n`);
      const onward = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(() => {
    server.close();
    proxy.closeAllConnections();
    proxy.close();
  });
  const proxyUrl = () => new URL(`http://user:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const get = { method: 'GET', path: '/x' } as const;

  it('asks it for a tunnel, and keeps the tunnel', async () => {
    const tls = selfSigned();
    server = await startScripted(() => ({ body: { ok: true } }), tls);
    const client = openApiClient(
      serverAt(server.url, { proxy: proxyUrl(), trust: { authority: tls.certificate } }),
    );
    expect((await client.request(get)).body).to.deep.equal({ ok: true });
    expect((await client.request(get)).status).to.equal(200);
    expect(asked.map(({ url }) => url)).to.deep.equal([`127.0.0.1:${server.port}`]);
    expect(asked[0]?.headers['proxy-authorization']).to.equal(
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    );
    expect(asked[0]?.headers.authorization).to.equal(undefined);
    client.close();
  });

  it('trusts nobody more for that', async () => {
    server = await startScripted(() => ({}), selfSigned());
    const trust = { authority: selfSigned().certificate };
    const client = openApiClient(serverAt(server.url, { proxy: proxyUrl(), trust }));
    expect((await refusalOf(client.request(get))).message).to.match(/certificate|signature/);
    expect(server.requests).to.have.length(0);
  });

  it('tries again when it cannot reach the server, and says that it was the proxy when it refuses', async () => {
    server = await startScripted(() => ({}));
    answers = ['503 Service Unavailable', '407 Proxy Authentication Required'];
    const clock = stoppedClock();
    const client = openApiClient(serverAt(server.url, { proxy: proxyUrl() }), { clock });
    const { port } = proxy.address() as AddressInfo;
    expect((await refusalOf(client.request(get))).message).to.equal(
      `GET /x: through the proxy 127.0.0.1:${port}: Bad response: 407`,
    );
    expect(clock.slept).to.have.length(1);
    expect((await client.request(get)).status).to.equal(200);
  });
});
