import { failureIn } from './api-failure.js';
import { NAMESPACES } from './built-in-resources.js';
import type { Cluster } from './cluster.js';

/**
 * The id of a cluster: the UID of its `kube-system` namespace, which lives as long as the cluster.
 *
 * @returns undefined when the account may not read it
 * @throws OpniLoggingError `cluster` when the API server does not answer
 */
export async function readClusterId(cluster: Cluster, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await cluster.get(NAMESPACES, undefined, 'kube-system', { signal }))?.metadata.uid;
  } catch (error) {
    if (failureIn(error)?.status === 403) return undefined;
    throw error;
  }
}
