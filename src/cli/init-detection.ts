import { resolve } from 'node:path';
import { messageOf } from '../common/error.js';
import type { IdentityConfig } from '../config/types.js';
import type { CliContext } from './context.js';
import type { Terminal } from './terminal.js';

/** What `init` reads from a cluster. */
export interface DetectedValues {
  readonly distribution: IdentityConfig['distribution'];
  /** Half a sentence: why it is this distribution. */
  readonly reason: string;
  /** Context of the kubeconfig that was asked. */
  readonly context: string;
  readonly id?: string;
  /** Minor version, as in `1.31`. */
  readonly kubernetesVersion?: string;
}

/** Flags that say which cluster to ask. */
export interface DetectionFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** False with `--no-detect`. */
  readonly detect: boolean;
  readonly distribution?: string;
}

/**
 * Asks the cluster of the kubeconfig what it is. A cluster that does not answer is a note and no failure; so is one
 * of another distribution than the flags say, since then the kubeconfig points elsewhere.
 */
export async function detectValues(
  context: CliContext,
  terminal: Terminal,
  flags: DetectionFlags,
): Promise<DetectedValues | undefined> {
  if (!flags.detect) return undefined;
  const { readClusterFacts } = await import('../kube/cluster-facts.js');
  const { detectDistribution } = await import('../distributions/detect.js');
  terminal.progress('asking the cluster of the kubeconfig …');
  try {
    const facts = await readClusterFacts({
      env: context.env,
      kubeconfig: flags.kubeconfig && resolve(context.cwd, flags.kubeconfig),
      context: flags.context,
      signal: context.signal,
    });
    if (!facts) return undefined;
    for (const note of facts.notes) terminal.note(`note: ${note}`);
    const { distribution, reason } = detectDistribution(facts);
    if (flags.distribution !== undefined && flags.distribution !== distribution) {
      terminal.note(
        `note: the cluster of context "${facts.context}" is ${distribution}; nothing was taken from it`,
      );
      return undefined;
    }
    const kubernetesVersion = /^v(1\.\d+)\./.exec(facts.gitVersion)?.[1];
    return { distribution, reason, context: facts.context, id: facts.clusterId, kubernetesVersion };
  } catch (error) {
    context.signal.throwIfAborted();
    terminal.note(`note: the cluster could not be asked: ${messageOf(error)}`);
    return undefined;
  } finally {
    terminal.clearProgress();
  }
}
