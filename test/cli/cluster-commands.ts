import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { kubeconfigText } from '../kube/api-server.js';
import type { ModelOptions } from '../support/api-server/model-api-server.js';
import { openModel } from '../support/cluster/model-tier.js';
import { type TestUser, TOKENS } from '../support/cluster/test-cluster.js';
import { type RunOptions, type RunResult, runCli } from './fake-context.js';
import { temporaryFolder } from './temporary-folder.js';

/** The password that stands in the cluster of a test, and must not stand in any output. */
export const PASSWORD = 'correct-horse-battery';

/** A cluster of the model, and a folder to call the command in. */
export type CommandCluster = Awaited<ReturnType<typeof openCommandCluster>>;

/** Opens a cluster of the model that the kubeconfig of {@link CommandCluster.cli} leads to. */
export async function openCommandCluster(options: ModelOptions = {}) {
  const { cluster, server } = await openModel({ loggingOperator: true, ...options });
  const folder = temporaryFolder();
  const configOf = (user: TestUser) => kubeconfigText(cluster.url, { token: TOKENS[user] });
  const KUBECONFIG = folder.write('kubeconfig', configOf('admin'));
  return {
    cluster,
    server,
    folder,
    /** Runs the command in the folder, with the kubeconfig. */
    cli: (args: readonly string[], more: RunOptions = {}): Promise<RunResult> =>
      runCli(args, { cwd: folder.path, ...more, env: { KUBECONFIG, ...more.env } }),
    /** Writes a kubeconfig of another user, and gives its path. */
    kubeconfigOf: (user: TestUser) => folder.write(`kubeconfig-${user}`, configOf(user)),
    /** Writes manifests, and gives the name of their file. */
    manifests: (name: string, objects: readonly unknown[]): string => {
      folder.write(name, objects.map((object) => `---\n${stringify(object)}`).join(''));
      return name;
    },
    close: () => {
      cluster.close();
      folder.remove();
    },
  };
}

/** Gives each test of the surrounding `describe` a cluster of its own. */
export function useCommandCluster(options: ModelOptions = {}): () => CommandCluster {
  let opened: CommandCluster | undefined;
  beforeEach(async () => {
    opened = await openCommandCluster(options);
  });
  afterEach(() => {
    opened?.close();
    opened = undefined;
  });
  return () => opened!;
}

/** The configuration of most tests, in `opni-logging.yaml`. */
export const CONFIG = `apiVersion: opni-logging/v1
cluster:
  name: prod
  distribution: rke2
opensearch:
  url: https://opensearch.example.com:9200
  username: logs-writer
`;

/** Puts the namespace and the Secret with the password into the cluster, as a person does. */
export async function makeSecret({ cluster }: CommandCluster): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'opni' } };
  await cluster.send('POST', '/api/v1/namespaces', namespace, { mayFail: true });
  const metadata = { name: 'opni-opensearch-auth', namespace: 'opni' };
  const data = { password: Buffer.from(PASSWORD).toString('base64') };
  await cluster.send('POST', '/api/v1/namespaces/opni/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data,
  });
}

/** A ConfigMap in the namespace `opni`. */
export const configMap = (name: string, data: object = { key: 'value' }): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'opni' }, data }) as KubernetesObject;

/** The namespace `opni`. */
export const NAMESPACE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'opni' },
};

/** What the status says of a set that is not there. */
export const nothingOf = (namespace: string, name: string): string =>
  `set ${namespace}/${name}: nothing is applied in context test: ConfigMap ${namespace}/${name}-inventory is not there
  next: opni-logging apply makes it; objects of the set that are there stay as they are
`;
