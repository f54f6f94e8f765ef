import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openApiClient } from '../../src/kube/api-client-http.js';
import { inClusterServer } from '../../src/kube/in-cluster.js';
import { useTempDir } from '../support/temp-dir.js';
import { stoppedClock } from './client-support.js';
import { type ScriptedServer, startScripted } from './scripted-server.js';
import { selfSigned } from './self-signed.js';

describe('inClusterServer', () => {
  const folder = useTempDir();
  let server: ScriptedServer | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });
  const write = (name: string, text: string) => writeFileSync(join(folder(), name), text);
  const get = { method: 'GET', path: '/x' } as const;

  it('is none outside of a pod', () => {
    expect(inClusterServer({ env: {}, folder: folder() })).to.equal(undefined);
    expect(inClusterServer({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, folder: folder() })).to.equal(
      undefined,
    );
  });

  it('reads the token anew each minute and after a refusal, and outlives a moment without it', async () => {
    const tls = selfSigned();
    let valid = ['one'];
    server = await startScripted(
      ({ headers }) => ({
        status: valid.some((token) => headers.authorization === `Bearer ${token}`) ? 200 : 401,
      }),
      tls,
    );
    write('ca.crt', tls.certificate);
    write('namespace', 'opni\n');
    write('token', 'one\n');
    const clock = stoppedClock();
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) };
    const opened = inClusterServer({ env, folder: folder(), clock });
    expect(opened).to.deep.include({ context: 'in-cluster', namespace: 'opni' });
    const client = openApiClient(opened!, { clock });
    const status = async () => (await client.request(get)).status;
    expect(await status()).to.equal(200);
    valid = ['two'];
    write('token', 'two');
    expect(await status()).to.equal(200);
    valid = ['two', 'three'];
    write('token', 'three');
    expect(await status()).to.equal(200);
    clock.advance(60_000);
    expect(await status()).to.equal(200);
    rmSync(join(folder(), 'token'));
    clock.advance(60_000);
    expect(await status()).to.equal(200);
    expect(
      server.requests.map(({ headers }) => headers.authorization?.slice('Bearer '.length)),
    ).to.deep.equal(['one', 'one', 'two', 'two', 'three', 'three']);
  });

  it('writes an IPv6 address in brackets', () => {
    for (const name of ['ca.crt', 'namespace', 'token']) write(name, 'x');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    expect(inClusterServer({ env, folder: folder() })?.url.href).to.equal('https://[fd00::1]/');
  });

  it('says what to do when the service account is not mounted', () => {
    mkdirSync(join(folder(), 'empty'));
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    expect(() => inClusterServer({ env, folder: join(folder(), 'empty') }))
      .to.throw(/^the service account of this pod cannot be read: ENOENT/)
      .with.nested.property('problems[0].fix')
      .that.contains('automountServiceAccountToken');
  });
});
