import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { messageOf, OpniLoggingError } from '../../src/common/error.js';
import { openApiClient } from '../../src/kube/api-client-http.js';
import { openKubeconfig } from '../../src/kube/kubeconfig.js';
import { useTempDir } from '../support/temp-dir.js';
import { kubeconfigText } from './api-server.js';
import { refusalOf, type StoppedClock, stoppedClock } from './client-support.js';
import { type Reply, type ScriptedServer, type SeenRequest, startScripted } from './scripted-server.js';
import { selfSigned } from './self-signed.js';

describe('openKubeconfig', () => {
  const folder = useTempDir();
  let server: ScriptedServer;
  let clock: StoppedClock;
  beforeEach(async () => {
    clock = stoppedClock();
    server = await startScripted(() => ({}));
  });
  afterEach(() => server.close());

  const file = (name: string, text: string) => {
    writeFileSync(join(folder(), name), text);
    return join(folder(), name);
  };
  const program = (script: string) => chmodSync(file('plugin', `#!/bin/sh\n${script}\n`), 0o755);
  const open = (user: unknown, cluster: unknown = {}) =>
    openKubeconfig({
      env: { PATH: process.env['PATH'] },
      kubeconfig: file('config', kubeconfigText(server.url, user, cluster)),
      clock,
    });
  const clientOf = (user: unknown, cluster?: unknown) => openApiClient(open(user, cluster), { clock });
  const get = { method: 'GET', path: '/x' } as const;
  const serve = async (reply: (request: SeenRequest, index: number) => Reply) => {
    server.close();
    server = await startScripted(reply);
  };
  const authorizations = () => server.requests.map(({ headers }) => headers.authorization);

  it('sends a token', async () => {
    await clientOf({ token: 't0ken' }).request(get);
    expect(authorizations()).to.deep.equal(['Bearer t0ken']);
  });

  it('sends name and password', async () => {
    await clientOf({ username: 'u', password: 'p:ä' }).request(get);
    expect(authorizations()).to.deep.equal([`Basic ${Buffer.from('u:p:ä').toString('base64')}`]);
  });

  it('sends nothing for a context without a user', async () => {
    const text = JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'c' } }],
      clusters: [{ name: 'c', cluster: { server: server.url } }],
    });
    const opened = openKubeconfig({ env: {}, kubeconfig: file('config', text) });
    expect((await openApiClient(opened).request(get)).status).to.equal(200);
    expect(authorizations()).to.deep.equal([undefined]);
  });

  it('acts as somebody else', async () => {
    await clientOf({
      token: 't',
      as: 'jane',
      'as-uid': '7',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'example.com/Scope': ['x'] },
    }).request(get);
    expect(server.requests[0]?.headers).to.include({
      'impersonate-user': 'jane',
      'impersonate-uid': '7',
      'impersonate-group': 'a, b',
      'impersonate-extra-example.com%2fscope': 'x',
    });
  });

  it('reads a token file beside the kubeconfig, and reads it anew each minute', async () => {
    file('token', 'first\n');
    const client = clientOf({ tokenFile: 'token', token: 'not this one' });
    await client.request(get);
    file('token', 'second');
    clock.advance(59_999);
    await client.request(get);
    clock.advance(1);
    await client.request(get);
    rmSync(join(folder(), 'token'));
    clock.advance(60_000);
    await client.request(get);
    expect(authorizations()).to.deep.equal(
      ['first', 'first', 'second', 'second'].map((token) => `Bearer ${token}`),
    );
  });

  it('reads a token file at once after a refusal, and takes the refusal when the token is the same', async () => {
    await serve(({ headers }) => ({ status: headers.authorization === 'Bearer good' ? 200 : 401 }));
    file('token', 'stale');
    const client = clientOf({ tokenFile: 'token' });
    expect((await client.request(get)).status).to.equal(401);
    file('token', 'good');
    expect((await client.request(get)).status).to.equal(200);
    expect(authorizations()).to.deep.equal(['Bearer stale', 'Bearer stale', 'Bearer good']);
  });

  it('says which file of the user is missing', async () => {
    const error = await refusalOf(clientOf({ tokenFile: 'gone' }).request(get));
    expect(error.message).to.match(/^context "test": ENOENT.*gone/);
  });

  for (const form of ['data', 'files'] as const) {
    it(`shows a client certificate out of ${form}`, async () => {
      const tls = selfSigned();
      const own = selfSigned();
      server.close();
      const seen: string[] = [];
      server = await startScripted(
        ({ socket }) => {
          seen.push((socket as TLSSocket).getPeerX509Certificate()?.toString() ?? '');
          return {};
        },
        tls,
        { requestCert: true, rejectUnauthorized: false },
      );
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      file('own.crt', own.certificate);
      file('own.key', own.key);
      file('ca.crt', tls.certificate);
      const user =
        form === 'data'
          ? { 'client-certificate-data': base64(own.certificate), 'client-key-data': base64(own.key) }
          : { 'client-certificate': 'own.crt', 'client-key': 'own.key' };
      const cluster =
        form === 'data'
          ? { 'certificate-authority-data': base64(tls.certificate) }
          : { 'certificate-authority': 'ca.crt' };
      expect((await clientOf(user, cluster).request(get)).status).to.equal(200);
      expect(seen).to.deep.equal([own.certificate]);
    });
  }

  describe('with a credential program', () => {
    const exec = (parts: Record<string, unknown> = {}) => ({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', ...parts },
    });
    /** Prints a token with the number of the run. */
    const counting = (extra = '') =>
      program(`echo x >> "${folder()}/runs"
printf '{"status":{"token":"t%d"${extra}}}' $(wc -l < "${folder()}/runs")`);
    const runs = () => readFileSync(join(folder(), 'runs'), 'utf8').split('\n').length - 1;

    it('runs it once for all requests', async () => {
      counting();
      const client = clientOf(exec());
      await Promise.all([client.request(get), client.request(get), client.request(get)]);
      await client.request(get);
      expect(authorizations()).to.deep.equal(Array(4).fill('Bearer t1'));
      expect(runs()).to.equal(1);
    });

    it('runs it again before the credential runs out', async () => {
      counting(',\\"expirationTimestamp\\":\\"2026-01-01T00:01:00Z\\"'.replaceAll('\\', ''));
      const client = clientOf(exec());
      await client.request(get);
      clock.advance(49_999);
      await client.request(get);
      clock.advance(1);
      await client.request(get);
      expect(authorizations()).to.deep.equal(['Bearer t1', 'Bearer t1', 'Bearer t2']);
    });

    it('runs it once more after a refusal, however many requests were refused', async () => {
      await serve(({ headers }) => ({ status: headers.authorization === 'Bearer t1' ? 401 : 200 }));
      counting();
      const client = clientOf(exec());
      const answers = await Promise.all([client.request(get), client.request(get), client.request(get)]);
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
      expect(runs()).to.equal(2);
      expect(client.sent).to.deep.equal({ GET: 6 });
    });

    it('takes the second refusal for an answer', async () => {
      await serve(() => ({ status: 401 }));
      counting();
      expect((await clientOf(exec()).request(get)).status).to.equal(401);
      expect(runs()).to.equal(2);
      expect(server.requests).to.have.length(2);
    });

    it('renews for a watch too', async () => {
      await serve(({ headers }) => ({ status: headers.authorization === 'Bearer t1' ? 401 : 200 }));
      counting();
      const response = await clientOf(exec()).stream(get);
      expect(response.statusCode).to.equal(200);
      response.destroy();
    });

    it('tells it the cluster when it wants to know', async () => {
      program(`printf '%s' "$KUBERNETES_EXEC_INFO" > "${folder()}/info"; echo '{"status":{"token":"t"}}'`);
      const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { a: 1 } }];
      await clientOf(exec({ provideClusterInfo: true }), { extensions }).request(get);
      expect(JSON.parse(readFileSync(join(folder(), 'info'), 'utf8'))).to.deep.equal({
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        spec: { interactive: false, cluster: { server: server.url, config: { a: 1 } } },
      });
    });

    it('stops it when it takes too long', async () => {
      program('exec sleep 30');
      const opened = openKubeconfig({
        env: { PATH: process.env['PATH'] },
        kubeconfig: file('config', kubeconfigText(server.url, exec(), {})),
        execTimeoutMs: 50,
      });
      const error = await refusalOf(openApiClient(opened).request(get));
      expect(error.message).to.match(/^the credential program \S+\/plugin took longer than 0\.05 s$/);
    });

    it('lets one request stop waiting while another still does', async () => {
      counting();
      const client = clientOf(exec());
      const controller = new AbortController();
      const first = client.request({ ...get, signal: controller.signal }).catch(messageOf);
      const second = client.request(get);
      controller.abort(new Error('stop'));
      expect(await first).to.equal('stop');
      expect((await second).status).to.equal(200);
      expect(runs()).to.equal(1);
    });
  });

  describe('refuses', () => {
    const refused = (text: string): OpniLoggingError => {
      try {
        openKubeconfig({ env: {}, kubeconfig: file('config', text) });
      } catch (error) {
        expect(error).to.be.instanceOf(OpniLoggingError);
        return error as OpniLoggingError;
      }
      throw new Error('was not refused');
    };
    const context = (parts: Record<string, unknown>) =>
      JSON.stringify({
        'current-context': 'a',
        contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1' } }],
        users: [{ name: 'u', user: {} }],
        ...parts,
      });

    it('a file that is not YAML, with the line and without its text', () => {
      const error = refused('users:\n  - name: u\n   token: s3cret\n');
      expect(error.problems).to.deep.equal([
        {
          file: join(folder(), 'config'),
          line: 3,
          message: 'is not YAML',
          fix: 'check the indentation and the quotes',
        },
      ]);
      expect(`${error.message}${String(error.cause)}${JSON.stringify(error.problems)}`).to.not.contain(
        's3cret',
      );
    });

    it('a file of another kind', () => {
      expect(refused('- a\n').message).to.contain('is no readable kubeconfig');
      expect(refused('clusters: here').message).to.contain('is no readable kubeconfig');
    });

    it('an empty file, and a context that names what is not there', () => {
      expect(refused('').message).to.equal('the kubeconfig has no current context');
      expect(refused(context({ clusters: [] })).message).to.equal(
        'context "a" names a cluster that is not there',
      );
      expect(refused(context({ users: [] })).message).to.equal('context "a" names a user that is not there');
    });

    it('an address that is none, without quoting it', () => {
      const error = refused(context({ clusters: [{ name: 'c', cluster: { server: 'u:s3cret@host' } }] }));
      expect(error.message).to.equal('context "a": the server of its cluster is no address');
    });

    it('a proxy of another kind, without quoting it', () => {
      const cluster = { server: 'https://127.0.0.1', 'proxy-url': 'socks5://u:s3cret@host' };
      const error = refused(context({ clusters: [{ name: 'c', cluster }] }));
      expect(error.message).to.equal('the proxy-url of context "a" is no address of an HTTP proxy');
    });

    it('an authority that cannot be read', () => {
      const cluster = { server: 'https://127.0.0.1', 'certificate-authority': 'gone.crt' };
      expect(refused(context({ clusters: [{ name: 'c', cluster }] })).message).to.match(
        /^context "a": ENOENT.*gone\.crt/,
      );
    });
  });

  it('takes the namespace of the context', () => {
    const text = kubeconfigText(server.url).replace('"user":"u"', '"user":"u","namespace":"mine"');
    expect(openKubeconfig({ env: {}, kubeconfig: file('config', text) }).namespace).to.equal('mine');
  });

  it('still knows users with an auth-provider', async () => {
    const config = {
      'id-token': `${Buffer.from('{}').toString('base64url')}.${Buffer.from('{"exp":4102444800}').toString('base64url')}.x`,
      'client-id': 'c',
      'idp-issuer-url': 'https://issuer.example',
      'refresh-token': 'r',
    };
    await clientOf({ 'auth-provider': { name: 'oidc', config } }).request(get);
    expect(authorizations()).to.deep.equal([`Bearer ${config['id-token']}`]);
  });
});
