import type { Clock } from '../common/clock.js';
import { messageOf, OpniLoggingError } from '../common/error.js';
import type { Cluster } from '../kube/cluster.js';
import { readClusterId } from '../kube/cluster-id.js';
import { backOffMs, retryPolicy } from '../kube/retry.js';

const BACK_OFF = retryPolicy({ firstDelayMs: 1000, maxDelayMs: 30_000 });

/**
 * The id of the cluster: the one that is configured, else that of the cluster itself, asked for until it is known. No
 * event is read before, since each document tells it.
 *
 * @returns undefined when the signal was aborted before
 */
export async function clusterIdOf(
  configured: string | undefined,
  cluster: Cluster,
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onTrouble: (message: string) => void;
  },
): Promise<string | undefined> {
  const { clock, signal, onTrouble } = options;
  if (configured !== undefined) return configured;
  for (let failures = 1; !signal.aborted; failures++) {
    let trouble = 'the namespace kube-system may not be read; allow it, or set cluster.id';
    try {
      const id = await readClusterId(cluster, signal);
      if (id !== undefined) return id;
    } catch (error) {
      if (signal.aborted) return undefined;
      trouble = messageOf(error);
    }
    // It may throw, to give up.
    onTrouble(trouble);
    const delayMs = backOffMs(BACK_OFF, failures, () => clock.random());
    await clock.sleep(delayMs, signal).catch(() => undefined);
  }
  return undefined;
}

/**
 * The same for whoever does not want to wait.
 *
 * @throws OpniLoggingError `cluster` when it is not known; the signal's reason once it is aborted
 */
export async function clusterIdNow(
  configured: string | undefined,
  cluster: Cluster,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string> {
  const id = await clusterIdOf(configured, cluster, {
    ...options,
    onTrouble: (message) => {
      throw new OpniLoggingError('cluster', `the id of the cluster is not known: ${message}`);
    },
  });
  options.signal.throwIfAborted();
  return id!;
}
