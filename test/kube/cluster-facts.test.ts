import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { messageOf, OpniLoggingError } from '../../src/common/error.js';
import {
  type ClusterFacts,
  type ClusterFactsOptions,
  readClusterFacts,
} from '../../src/kube/cluster-facts.js';
import {
  type Answer,
  type FakeApiServer,
  kubeconfigText,
  RKE2_ANSWERS,
  startApiServer,
} from './api-server.js';
import { type SelfSigned, selfSigned } from './self-signed.js';

const TOKEN = 't0ken';

describe('readClusterFacts', () => {
  let folder: string;
  let server: FakeApiServer;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opni-kube-'));
  });
  afterEach(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const serve = async (answers: Readonly<Record<string, Answer>> = RKE2_ANSWERS, tls?: SelfSigned) => {
    server = await startApiServer(answers, tls);
    return server;
  };
  const read = (options: Partial<ClusterFactsOptions> = {}): Promise<ClusterFacts | undefined> =>
    readClusterFacts({ env: { PATH: process.env['PATH'] }, ...options });
  const refusal = async (options: Partial<ClusterFactsOptions>): Promise<string> => {
    const error: unknown = await read(options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(OpniLoggingError).with.property('code', 'cluster');
    expect(messageOf(error)).to.not.contain(TOKEN).and.not.contain('\n');
    return messageOf(error);
  };

  it('reads version, nodes and the UID of kube-system with the token of the kubeconfig', async () => {
    const { url, requests } = await serve();
    const kubeconfig = file('config', kubeconfigText(url));
    expect(await read({ kubeconfig })).to.deep.equal({
      context: 'test',
      gitVersion: 'v1.31.4+rke2r1',
      nodes: [{ labels: { 'kubernetes.io/os': 'linux' }, annotations: {} }],
      clusterId: '5c1b7ffe-6d0f-4a51-9f1c-1c2f5f3f9a10',
      notes: [],
    });
    expect(requests.map((request) => request.line)).to.have.members([
      'GET /version',
      'GET /api/v1/nodes?limit=500',
      'GET /api/v1/namespaces/kube-system',
    ]);
    expect(requests.map((request) => request.authorization)).to.deep.equal(Array(3).fill(`Bearer ${TOKEN}`));
  });

  it('trusts the authority of the kubeconfig, and nothing else', async () => {
    const tls = selfSigned();
    const { url } = await serve(RKE2_ANSWERS, tls);
    const authority = (pem: string) => ({
      'certificate-authority-data': Buffer.from(pem).toString('base64'),
    });
    const trusted = file('trusted', kubeconfigText(url, { token: TOKEN }, authority(tls.certificate)));
    expect((await read({ kubeconfig: trusted }))?.gitVersion).to.equal('v1.31.4+rke2r1');
    const other = file('other', kubeconfigText(url, { token: TOKEN }, authority(selfSigned().certificate)));
    expect(await refusal({ kubeconfig: other })).to.match(/certificate|signature/);
  });

  it('finds nothing without a kubeconfig', async () => {
    expect(await read({ env: { HOME: folder } })).to.equal(undefined);
    expect(await read({ env: { KUBECONFIG: join(folder, 'none') } })).to.equal(undefined);
  });

  it('reads ~/.kube/config, and KUBECONFIG before it', async () => {
    const { url } = await serve();
    mkdirSync(join(folder, '.kube'));
    file('.kube/config', kubeconfigText(url));
    expect((await read({ env: { HOME: folder } }))?.context).to.equal('test');
    const KUBECONFIG = file('other', kubeconfigText(url).replaceAll('"test"', '"from-env"'));
    expect((await read({ env: { HOME: folder, KUBECONFIG } }))?.context).to.equal('from-env');
  });

  it('merges the files of KUBECONFIG as kubectl does: the first one wins', async () => {
    const { url } = await serve();
    const first = file('first', kubeconfigText(url));
    const second = file('second', kubeconfigText('http://127.0.0.1:1').replaceAll('"test"', '"second"'));
    const KUBECONFIG = [first, second].join(delimiter);
    expect((await read({ env: { KUBECONFIG } }))?.context).to.equal('test');
    expect((await read({ env: { KUBECONFIG }, context: 'second' }))?.context).to.equal('second');
  });

  it('tells which context is missing', async () => {
    const kubeconfig = file('config', kubeconfigText('http://127.0.0.1:1'));
    expect(await refusal({ kubeconfig, context: 'prod' })).to.equal('the kubeconfig has no context "prod"');
  });

  it('refuses a broken kubeconfig without quoting it', async () => {
    const kubeconfig = file('config', `users:\n  - name: u\n   token: ${TOKEN}\n`);
    expect(await refusal({ kubeconfig })).to.equal(`${kubeconfig} is no readable kubeconfig`);
  });

  for (const [status, expected] of [
    [401, 'the credentials were refused (401)'],
    [403, 'the account may not read it (403)'],
    [500, 'the server answered 500'],
  ] as const) {
    it(`gives up when the version is refused with ${status}, without quoting the answer`, async () => {
      const { url } = await serve({ ...RKE2_ANSWERS, '/version': { status, body: { message: TOKEN } } });
      const kubeconfig = file('config', kubeconfigText(url));
      expect(await refusal({ kubeconfig })).to.equal(`GET /version: ${expected}`);
    });
  }

  it('does without nodes and cluster id when the account may not read them, and says so', async () => {
    const denied = { status: 403, body: {} };
    const { url } = await serve({ '/version': RKE2_ANSWERS['/version']!, '/api/v1/nodes': denied });
    const facts = await read({ kubeconfig: file('config', kubeconfigText(url)) });
    expect(facts).to.include({ gitVersion: 'v1.31.4+rke2r1', clusterId: undefined });
    expect(facts?.notes).to.deep.equal([
      'the distribution is told by the version alone: GET /api/v1/nodes: the account may not read it (403)',
      'the cluster id is not known: GET /api/v1/namespaces/kube-system: the server answered 404',
    ]);
  });

  it('refuses a server that is no Kubernetes API server', async () => {
    const { url } = await serve({ ...RKE2_ANSWERS, '/version': { body: '<html>' } });
    expect(await refusal({ kubeconfig: file('a', kubeconfigText(url)) })).to.equal(
      'GET /version: the answer is not JSON',
    );
    server.close();
    const { url: other } = await serve({ ...RKE2_ANSWERS, '/version': { body: {} } });
    expect(await refusal({ kubeconfig: file('b', kubeconfigText(other)) })).to.contain(
      'not that of a Kubernetes',
    );
  });

  it('says when nothing listens', async () => {
    const { url } = await serve();
    server.close();
    expect(await refusal({ kubeconfig: file('config', kubeconfigText(url)) })).to.contain('ECONNREFUSED');
  });

  it('gives up at the deadline, and at once when stopped', async () => {
    const { url } = await serve({ ...RKE2_ANSWERS, '/version': 'silence' });
    const kubeconfig = file('config', kubeconfigText(url));
    expect(await refusal({ kubeconfig, timeoutMs: 200 })).to.equal('no answer within 0.2 s');
    const stopped = await read({ kubeconfig, signal: AbortSignal.abort(new Error('stop')) }).catch(messageOf);
    expect(stopped).to.equal('stop');
  });

  describe('with a credential program', () => {
    const program = (script: string): string => {
      const path = file('plugin', `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const withPlugin = (url: string) =>
      file(
        'config',
        kubeconfigText(url, {
          exec: { apiVersion: 'v1', command: './plugin', args: ['x'], env: [{ name: 'T', value: TOKEN }] },
        }),
      );

    it('runs it beside the kubeconfig, with its environment, and uses the token', async () => {
      const { url, requests } = await serve();
      program(
        'test "$1" = x && test -n "$KUBERNETES_EXEC_INFO" && echo "{\\"status\\":{\\"token\\":\\"$T\\"}}"',
      );
      await read({ kubeconfig: withPlugin(url) });
      expect(requests[0]?.authorization).to.equal(`Bearer ${TOKEN}`);
    });

    it('says that it failed, without what it wrote', async () => {
      const { url } = await serve();
      const path = program(`echo ${TOKEN} >&2; echo ${TOKEN}; exit 3`);
      expect(await refusal({ kubeconfig: withPlugin(url) })).to.equal(
        `the credential program ${path} ended with code 3`,
      );
      program(`echo ${TOKEN}`);
      expect(await refusal({ kubeconfig: withPlugin(url) })).to.contain('printed no credential');
      rmSync(path);
      expect(await refusal({ kubeconfig: withPlugin(url) })).to.contain('did not run');
    });

    it('ends it at the deadline', async () => {
      const { url } = await serve();
      program('exec sleep 30');
      const begun = Date.now();
      expect(await refusal({ kubeconfig: withPlugin(url), timeoutMs: 400 })).to.equal(
        'no answer within 0.4 s',
      );
      expect(Date.now() - begun).to.be.below(5000);
    });
  });
});
