import { messageOf, OpniLoggingError } from '../common/error.js';
import type { DistributionFacts, NodeFacts } from '../distributions/detect.js';
import type { ApiAnswer, ApiClient, ApiRequest } from './api-client.js';
import { openApiClient } from './api-client-http.js';
import { type KubeconfigOptions, kubeconfigFiles, openKubeconfig } from './kubeconfig.js';
import { metadataAccept } from './list-objects.js';

/** Options of {@link readClusterFacts}. */
export interface ClusterFactsOptions extends KubeconfigOptions {
  /** Longest time for everything together, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Gives up earlier. @default never */
  readonly signal?: AbortSignal;
}

/** What a cluster says about itself. */
export interface ClusterFacts extends DistributionFacts {
  /** Context of the kubeconfig that was asked. */
  readonly context: string;
  /** UID of the `kube-system` namespace; undefined when it may not be read. */
  readonly clusterId?: string;
  /** What could not be read, one sentence each. */
  readonly notes: readonly string[];
}

interface PartialMetadata {
  readonly metadata?: {
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** One page of nodes tells the distribution; all clusters of one kind have the marks on every node. */
const NODE_LIMIT = 500;

/**
 * Asks the cluster of the kubeconfig for its version, its nodes, and the UID of `kube-system`.
 *
 * @returns undefined when there is no kubeconfig
 * @throws OpniLoggingError `cluster` when the kubeconfig is unusable or the server gives no version in time
 */
export async function readClusterFacts(options: ClusterFactsOptions): Promise<ClusterFacts | undefined> {
  if (kubeconfigFiles(options).length === 0) return undefined;
  const timeoutMs = options.timeoutMs ?? 5000;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  try {
    return await ask(options, signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!deadline.aborted) throw error;
    throw new OpniLoggingError('cluster', `no answer within ${timeoutMs / 1000} s`, { cause: error });
  }
}

async function ask(options: KubeconfigOptions, signal: AbortSignal): Promise<ClusterFacts> {
  const server = openKubeconfig(options);
  const client = openApiClient(server);
  const notes: string[] = [];
  const orNote = async <T>(answer: Promise<T>, consequence: string): Promise<T | undefined> => {
    try {
      return await answer;
    } catch (error) {
      signal.throwIfAborted();
      notes.push(`${consequence}: ${messageOf(error)}`);
      return undefined;
    }
  };
  const [version, nodes, kubeSystem] = await Promise.all([
    read<{ readonly gitVersion?: unknown }>(client, { path: '/version', signal }),
    orNote(
      read<{ readonly items?: readonly PartialMetadata[] }>(client, {
        path: '/api/v1/nodes',
        query: { limit: NODE_LIMIT },
        // A full node carries up to 50 image names, some 20 kB each.
        accept: metadataAccept('PartialObjectMetadataList'),
        signal,
      }),
      'the distribution is told by the version alone',
    ),
    orNote(
      read<PartialMetadata>(client, { path: '/api/v1/namespaces/kube-system', signal }),
      'the cluster id is not known',
    ),
  ]).finally(() => client.close());
  if (typeof version.gitVersion !== 'string') {
    throw new OpniLoggingError('cluster', 'GET /version: the answer is not that of a Kubernetes API server');
  }
  return {
    context: server.context,
    gitVersion: version.gitVersion,
    nodes: (nodes?.items ?? []).map(toNodeFacts),
    clusterId: kubeSystem?.metadata?.uid,
    notes,
  };
}

const toNodeFacts = ({ metadata }: PartialMetadata): NodeFacts => ({
  labels: metadata?.labels ?? {},
  annotations: metadata?.annotations ?? {},
});

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'the credentials were refused (401)',
  403: 'the account may not read it (403)',
};

/** One attempt, since a person waits. Never quotes the answer: at the other end may be anything. */
async function read<T extends object>(client: ApiClient, request: Omit<ApiRequest, 'method'>): Promise<T> {
  const answer: ApiAnswer = await client.request({ ...request, method: 'GET', retry: false });
  const refuse = (why: string) => new OpniLoggingError('cluster', `GET ${request.path}: ${why}`);
  if (answer.status !== 200) {
    throw refuse(REFUSALS[answer.status] ?? `the server answered ${answer.status}`);
  }
  if (typeof answer.body !== 'object' || answer.body === null) throw refuse('the answer is not JSON');
  return answer.body as T;
}
