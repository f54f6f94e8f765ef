import type { Command } from 'commander';
import type { ApplySet } from '../apply/set/apply-set.js';
import { OpniLoggingError } from '../common/error.js';
import type { LoadedCluster } from '../config/fleet.js';
import type { ClusterConfig } from '../config/types.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { Cluster } from '../kube/cluster.js';
import type { CliContext } from './context.js';
import { inputPaths } from './input-paths.js';
import { addServerOptions, openServer, type ServerFlags } from './open-server.js';
import { retryNotes } from './retry-notes.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

/** Flags that say which set of which cluster is meant. */
export interface TargetFlags extends ServerFlags {
  /** Name of one cluster of a fleet. */
  readonly cluster?: string;
  readonly manifests?: readonly string[];
  /** `namespace/name` of a set. */
  readonly set?: string;
}

/** A set, and the cluster that has it or shall have it. */
export interface SetTarget {
  readonly set: ApplySet;
  readonly cluster: Cluster;
  /** Name of the kubeconfig's context. */
  readonly context: string;
  /** Configuration that the set comes from; undefined when it is named by `--set`. */
  readonly config?: ClusterConfig;
  /** All objects of the set; to be called where they are needed, since rendering takes its time. */
  readonly objects: () => Promise<readonly KubernetesObject[]>;
}

/** Namespace and name, as an API server takes them; the name is the beginning of others. */
const SET_NAME = /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9]{0,198}[a-z0-9])?)$/;

const OF_MANIFESTS = `
The set is that of one cluster's configuration: of opni-logging.yaml or the folder clusters when no path is given, and
--cluster picks one of several. With --manifests it is made of manifests, as synth writes them or from elsewhere, and
--set names it. The cluster is that of the kubeconfig's current context, unless --context says otherwise.`;

const OF_NAME = `
The set is that of one cluster's configuration: of opni-logging.yaml or the folder clusters when no path is given, and
--cluster picks one of several. With --set no configuration is read. The cluster is that of the kubeconfig's current context, unless --context
says otherwise.`;

/** What the help says about choosing a set. */
export const targetHelp = ({ manifests }: { readonly manifests: boolean }): string =>
  manifests ? OF_MANIFESTS : OF_NAME;

/** Adds the flags of {@link TargetFlags}. */
export function addTargetOptions(command: Command, { manifests }: { readonly manifests: boolean }): Command {
  command
    .argument('[paths...]', 'configuration files, or folders of them')
    .option('--cluster <name>', 'the cluster of a fleet that is meant')
    .option(
      '--set <namespace/name>',
      manifests ? 'name of the set that the manifests make' : 'name of the set, instead of a configuration',
    );
  if (manifests)
    command.option(
      '-f, --manifests <paths...>',
      'manifests instead of a configuration, with --set; - reads standard input',
    );
  return addServerOptions(command);
}

/**
 * Finds the set and connects to the cluster.
 *
 * @param screen where it is told that the API server does not answer
 * @param options.withObjects the command needs the objects of the set, not only its name @default false
 * @throws OpniLoggingError `usage` when it is not clear which set is meant; `config` when the configuration is refused;
 *   `cluster` when the kubeconfig leads to another cluster than the configuration is for
 */
export async function openTarget(
  given: readonly string[],
  flags: TargetFlags,
  context: CliContext,
  screen: Terminal,
  { withObjects = false }: { readonly withObjects?: boolean } = {},
): Promise<SetTarget> {
  const { set, config, objects } =
    flags.set === undefined
      ? await configured(given, flags, context)
      : await named(given, flags, context, withObjects);
  const [{ Cluster }, server] = await Promise.all([import('../kube/cluster.js'), openServer(flags, context)]);
  const cluster = Cluster.connect(server, { onRetry: retryNotes(screen, context.now) });
  try {
    if (config) await assertRightCluster(cluster, config, server.context, context.signal);
  } catch (error) {
    cluster.client.close();
    throw error;
  }
  cluster.discovery.prefetch(context.signal);
  return { set, cluster, context: server.context, config, objects };
}

type Source = Pick<SetTarget, 'set' | 'config' | 'objects'>;

async function named(
  given: readonly string[],
  { set, manifests, cluster }: TargetFlags,
  context: CliContext,
  withObjects: boolean,
): Promise<Source> {
  if (given.length > 0 || cluster !== undefined) {
    throw usageError('--set excludes configuration files and --cluster', 'leave out the one or the other');
  }
  const [, namespace, name] = SET_NAME.exec(set!) ?? [];
  if (!namespace || !name) {
    throw usageError(`--set ${set} is not namespace/name`, 'write it as in --set opni/opni');
  }
  if (withObjects && !manifests) {
    throw usageError('--set needs --manifests here', 'name the manifests, as in -f dist/prod');
  }
  const { setNamed } = await import('../apply/set/apply-set.js');
  return {
    set: setNamed(namespace, name),
    objects: async () => {
      const { readManifests } = await import('./manifests.js');
      return readManifests(manifests ?? [], context);
    },
  };
}

async function configured(
  given: readonly string[],
  flags: TargetFlags,
  context: CliContext,
): Promise<Source> {
  if (flags.manifests) throw usageError('--manifests needs --set', 'name the set, as in --set opni/opni');
  const [{ loadClusters, renderFleet }, { setNamed }, { StackNames }] = await Promise.all([
    import('./clusters.js'),
    import('../apply/set/apply-set.js'),
    import('../constructs/names.js'),
  ]);
  const fleet = await loadClusters(inputPaths(given, context.cwd), context);
  const loaded = oneOf([...fleet], flags.cluster);
  const { namespace, prefix, agent } = loaded.config;
  // With an agent the set is what the agent itself consists of; the stack is the agent's to apply.
  const name = agent ? new StackNames(prefix).agent : prefix;
  return {
    set: setNamed(namespace, name),
    config: loaded.config,
    objects: async () => {
      const rendered = renderFleet([loaded], (_, objects) => objects, context);
      for await (const objects of rendered) return objects;
      return [];
    },
  };
}

function oneOf(clusters: readonly LoadedCluster[], name: string | undefined): LoadedCluster {
  const [only] = clusters;
  if (name === undefined && clusters.length === 1) return only!;
  const names = clusters.map((cluster) => cluster.name);
  if (name === undefined) {
    const choice = `--cluster ${names.slice(0, 3).join(', --cluster ')}${names.length > 3 ? ', …' : ''}`;
    throw usageError(
      `the configuration has ${names.length} clusters, and one is meant`,
      `choose with ${choice}`,
    );
  }
  const found = clusters.find((cluster) => cluster.name === name);
  if (found) return found;
  throw usageError(`the configuration has no cluster ${name}`, `it has ${names.join(', ')}`);
}

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A configuration that says the UID of its cluster goes into no other one. */
async function assertRightCluster(
  cluster: Cluster,
  { cluster: { id, name } }: ClusterConfig,
  context: string,
  signal: AbortSignal,
): Promise<void> {
  if (id === undefined || !UID.test(id)) return;
  const { readClusterId } = await import('../kube/cluster-id.js');
  const actual = await readClusterId(cluster, signal);
  if (actual === undefined || actual === id) return;
  const message = `context "${context}" leads to another cluster than ${name}`;
  throw new OpniLoggingError('cluster', `${message}, and nothing was changed`, {
    problems: [
      {
        path: 'cluster.id',
        message: `the configuration says ${id}, and the cluster of the kubeconfig has ${actual}`,
        fix: 'choose the cluster with --context, or correct cluster.id',
      },
    ],
  });
}
