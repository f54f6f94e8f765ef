import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openApiClient } from '../../src/kube/api-client-http.js';
import type { ApiServer } from '../../src/kube/api-server.js';
import { inClusterServer } from '../../src/kube/in-cluster.js';
import { openKubeconfig } from '../../src/kube/kubeconfig.js';
import { useTempDir } from '../support/temp-dir.js';
import { kubeconfigText } from './api-server.js';
import { refusalOf, stoppedClock } from './client-support.js';
import { type ScriptedServer, startScripted } from './scripted-server.js';
import { type SelfSigned, selfSigned } from './self-signed.js';

const GET = { method: 'GET', path: '/x' } as const;

describe('an authority that is replaced (case 19)', () => {
  const folder = useTempDir();
  let server: ScriptedServer;
  let old: SelfSigned;
  let next: SelfSigned;
  beforeEach(async () => {
    [old, next] = [selfSigned(), selfSigned()];
    server = await startScripted(() => ({ body: { ok: true } }), next);
    write('ca.crt', old.certificate);
  });
  afterEach(() => server.close());
  const write = (name: string, text: string) => writeFileSync(join(folder(), name), text);

  const inPod = (): ApiServer => {
    write('namespace', 'opni');
    write('token', 't0ken');
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) };
    return inClusterServer({ env, folder: folder() })!;
  };
  const byKubeconfig = (): ApiServer => {
    write('config', kubeconfigText(server.url, {}, { 'certificate-authority': 'ca.crt' }));
    return openKubeconfig({ env: {}, kubeconfig: join(folder(), 'config') });
  };
  const clientOf = (api: ApiServer) => openApiClient(api, { clock: stoppedClock() });

  for (const [what, open] of [
    ['in a pod', inPod],
    ['with a kubeconfig that names a file', byKubeconfig],
  ] as const) {
    it(`is read anew by a request, ${what}`, async () => {
      const client = clientOf(open());
      expect((await refusalOf(client.request(GET))).message).to.contain('self-signed certificate');
      write('ca.crt', next.certificate);
      expect((await client.request(GET)).status).to.equal(200);
      expect(server.requests).to.have.length(1);
    });

    it(`is read anew by a watch, ${what}`, async () => {
      const client = clientOf(open());
      write('ca.crt', next.certificate);
      const response = await client.stream(GET);
      expect(response.statusCode).to.equal(200);
      response.destroy();
    });
  }

  it('is read anew once for many requests at a time, and again when it is replaced again', async () => {
    const client = clientOf(inPod());
    write('ca.crt', next.certificate);
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.request(GET)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    client.close();
    const third = selfSigned();
    const { port } = server;
    server.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    server = await startScripted(() => ({ body: {} }), third, {}, port);
    expect((await refusalOf(client.request(GET))).message).to.contain('self-signed certificate');
    write('ca.crt', third.certificate);
    expect((await client.request(GET)).status).to.equal(200);
  });

  it('is refused as before while its file is the same, gone, empty or no certificate', async () => {
    const client = clientOf(inPod());
    const refused = async () => (await refusalOf(client.request(GET))).message;
    expect(await refused()).to.contain('self-signed certificate');
    rmSync(join(folder(), 'ca.crt'));
    expect(await refused()).to.contain('self-signed certificate');
    write('ca.crt', '');
    expect(await refused()).to.contain('self-signed certificate');
    write('ca.crt', '-----BEGIN CERTIFICATE-----\nAAAA');
    expect(await refused()).to.not.equal('');
    expect(server.requests, 'nothing is sent to a server that is not trusted').to.deep.equal([]);
    write('ca.crt', next.certificate);
    expect((await client.request(GET)).status).to.equal(200);
  });

  it('is not read anew for a server that cannot be reached', async () => {
    const api = inPod();
    let reads = 0;
    const trust = { ...api.trust, rereadAuthority: async () => `${reads++}` };
    const client = clientOf({ ...api, trust });
    server.close();
    await refusalOf(client.request(GET));
    expect(reads).to.equal(0);
  });
});
