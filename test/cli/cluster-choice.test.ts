import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectToCluster } from '../../src/kube/connect.js';
import { kubeconfigText } from '../kube/api-server.js';
import { TOKENS } from '../support/cluster/test-cluster.js';
import { CONFIG, configMap, NAMESPACE, nothingOf, useCommandCluster } from './cluster-commands.js';

const COMMANDS: readonly (readonly [args: readonly string[], failed: number])[] = [
  [['apply'], 1],
  [['diff'], 2],
  [['status'], 1],
  [['delete', '--yes'], 1],
];
const OTHER_ID = '5c1b7ffe-6d0f-4a51-9f1c-1c2f5f3f9a10';

describe('choosing a cluster', () => {
  const opened = useCommandCluster();

  beforeEach(() => {
    opened().folder.write('opni-logging.yaml', CONFIG);
  });

  for (const [args, failed] of COMMANDS) {
    const [command] = args;

    it(`says to ${command} that there is no kubeconfig at all`, async () => {
      const { cli, folder } = opened();
      const run = await cli(args, { env: { KUBECONFIG: undefined, HOME: folder.path } });
      expect(run).to.deep.equal({
        code: failed,
        stdout: '',
        stderr:
          'error: there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config is not there\n' +
          '    fix: name one with --kubeconfig, or set KUBECONFIG\n',
      });
    });

    it(`tells ${command} which contexts there are`, async () => {
      const run = await opened().cli([...args, '--context', 'nope']);
      expect(run).to.deep.equal({
        code: failed,
        stdout: '',
        stderr: 'error: the kubeconfig has no context "nope"\n    fix: choose one with --context: test\n',
      });
    });

    it(`keeps ${command} from a cluster that the configuration is not for`, async () => {
      const { cli, cluster, folder } = opened();
      folder.write('opni-logging.yaml', CONFIG.replace('name: prod', `name: prod\n  id: ${OTHER_ID}`));
      const system = await cluster.get('v1', 'Namespace', 'kube-system');
      const { code, stdout, stderr } = await cli(args);
      expect({ code, stdout, stderr }).to.deep.equal({
        code: failed,
        stdout: '',
        stderr: `cluster.id: the configuration says ${OTHER_ID}, and the cluster of the kubeconfig has ${system?.metadata.uid}
    fix: choose the cluster with --context, or correct cluster.id

error: context "test" leads to another cluster than prod, and nothing was changed
`,
      });
      expect(cluster.front.calls.map(({ line }) => line)).to.deep.equal([
        'GET /api/v1/namespaces/kube-system',
      ]);
    });

    it(`tells ${command} where a cluster does not answer`, async () => {
      const { cli, cluster } = opened();
      const { url } = cluster;
      cluster.close();
      const { code, stdout, stderr } = await cli([...args, '--quiet']);
      expect({ code, stdout }).to.deep.equal({ code: failed, stdout: '' });
      expect(stderr).to.match(/^error: GET \/api.*: connect ECONNREFUSED 127\.0\.0\.1:\d+\n/);
      expect(stderr).to.contain(
        `\n    fix: see whether the cluster runs, and whether ${url} (context "test") can be reached from here\n`,
      );
    });
  }

  it('takes a cluster whose id the configuration says', async () => {
    const { cli, cluster, folder } = opened();
    const system = await cluster.get('v1', 'Namespace', 'kube-system');
    folder.write(
      'opni-logging.yaml',
      CONFIG.replace('name: prod', `name: prod\n  id: ${system?.metadata.uid}`),
    );
    expect((await cli(['status'])).stdout).to.equal(nothingOf('opni', 'opni'));
  });

  it('says where KUBECONFIG points, when nothing is there', async () => {
    const { stderr } = await opened().cli(['status'], { env: { KUBECONFIG: '/nowhere/config' } });
    expect(stderr).to.equal(
      'error: there is no kubeconfig where KUBECONFIG points: /nowhere/config\n' +
        '    fix: name one with --kubeconfig, or set KUBECONFIG\n',
    );
  });

  it('says that the kubeconfig of --kubeconfig is not there; its path starts in the working directory', async () => {
    const { cli, folder } = opened();
    const { stderr } = await cli(['status', '--kubeconfig', 'nope']);
    expect(stderr).to.equal(
      `error: ${join(folder.path, 'nope')} is no readable kubeconfig\n` +
        '    fix: there is no such file; check the path\n',
    );
  });

  it('says which right an account lacks', async () => {
    const { cli, kubeconfigOf, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const set = ['--set', 'opni/few', '--kubeconfig', kubeconfigOf('limited')];
    const said =
      'error: read ConfigMap opni/few-inventory: configmaps "few-inventory" is forbidden: ' +
      'User "limited" cannot get resource "configmaps" in API group "" in the namespace "opni"\n' +
      '    fix: give the account this right, or choose another account with --context\n';
    expect((await cli(['status', ...set])).stderr).to.equal(said);
    expect((await cli(['apply', '-f', file, ...set])).stderr).to.equal(
      `set opni/few in context test\ncomparing 2 objects with the cluster\n${said}`,
    );
  });

  it('prints one document for machines when it fails', async () => {
    const { cli } = opened();
    for (const [args, failed] of COMMANDS) {
      const { code, stdout, stderr } = await cli([...args, '--context', 'nope', '--json']);
      const message = 'the kubeconfig has no context "nope"';
      const fix = 'choose one with --context: test';
      expect({ code, stderr }).to.deep.equal({ code: failed, stderr: '' });
      expect(JSON.parse(stdout)).to.deep.equal({
        ok: false,
        code: 'cluster',
        message,
        problems: [{ message, fix }],
      });
    }
  });
});

describe('connectToCluster', () => {
  const opened = useCommandCluster();

  it('connects as the kubeconfig of KUBECONFIG says', async () => {
    const { cluster, folder } = opened();
    const KUBECONFIG = folder.write('config', kubeconfigText(cluster.url, { token: TOKENS.admin }));
    const connected = connectToCluster({ env: { KUBECONFIG } });
    expect(cluster.front.calls).to.deep.equal([]);
    const nodes = await connected.discovery.find('v1', 'Node');
    expect((await connected.list(nodes!)).items).to.have.length(2);
    connected.client.close();
  });

  it('takes ~/.kube/config, or a file and a context that are named', () => {
    const { folder } = opened();
    mkdirSync(join(folder.path, '.kube'));
    folder.write('.kube/config', kubeconfigText('http://127.0.0.1:1'));
    const kubeconfig = folder.write('other', kubeconfigText('http://127.0.0.1:2'));
    const env = { HOME: folder.path };
    expect(connectToCluster({ env }).client.address).to.equal('http://127.0.0.1:1');
    const named = connectToCluster({ env, kubeconfig, context: 'test' });
    expect(named.client.address).to.equal('http://127.0.0.1:2');
  });

  it('prefers a kubeconfig to the cluster of the pod, and takes that when there is none', () => {
    const { folder } = opened();
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const KUBECONFIG = folder.write('config', kubeconfigText('http://127.0.0.1:1'));
    expect(connectToCluster({ env: { ...pod, KUBECONFIG } }).client.address).to.equal('http://127.0.0.1:1');
    // Here is no pod, so its files are missing.
    expect(() => connectToCluster({ env: pod })).to.throw(
      /^the service account of this pod cannot be read: /,
    );
  });

  it('says what to do when there is neither a kubeconfig nor a pod', () => {
    expect(() => connectToCluster({ env: {} })).to.throw(
      'there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config is not there',
    );
  });
});
