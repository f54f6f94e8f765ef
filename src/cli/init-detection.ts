import { resolve } from 'node:path';
import { messageOf, OpniLoggingError } from '../common/error.js';
import type { IdentityConfig } from '../config/types.js';
import type { CliContext } from './context.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

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

/** What came of asking. */
export interface Detection {
  /** Absent when nothing is taken from a cluster. */
  readonly values?: DetectedValues;
  /** What the user should know, one sentence each; printed already. */
  readonly notes: readonly string[];
}

/**
 * Asks the cluster of the kubeconfig what it is. A cluster that does not answer is a note and no failure, unless a flag
 * names the kubeconfig or the context. One of another distribution than the flags say is a note, since then the
 * kubeconfig points elsewhere.
 *
 * @throws OpniLoggingError `cluster` when flags name a cluster that cannot be asked; `usage` when they also forbid to
 */
export async function detectValues(
  context: CliContext,
  terminal: Terminal,
  flags: DetectionFlags,
): Promise<Detection> {
  const named = (['kubeconfig', 'context'] as const).filter((flag) => flags[flag] !== undefined);
  const namedFlags = named.map((flag) => `--${flag}`).join(' and ');
  if (!flags.detect) {
    if (named.length === 0) return { notes: [] };
    throw usageError(`--no-detect excludes ${namedFlags}`, `leave out --no-detect, or ${namedFlags}`);
  }
  terminal.progress('asking the cluster of the kubeconfig …');
  const detection = await ask(context, flags).catch((error: unknown): Detection => {
    terminal.clearProgress();
    context.signal.throwIfAborted();
    const message = `the cluster could not be asked: ${messageOf(error)}`;
    if (named.length === 0) return { notes: [message] };
    const fix = `mend ${namedFlags}, or write --no-detect instead`;
    throw new OpniLoggingError('cluster', message, { problems: [{ message, fix }], cause: error });
  });
  terminal.clearProgress();
  for (const note of detection.notes) terminal.note(`note: ${note}`);
  return detection;
}

async function ask(context: CliContext, flags: DetectionFlags): Promise<Detection> {
  const { readClusterFacts } = await import('../kube/cluster-facts.js');
  const { detectDistribution } = await import('../distributions/detect.js');
  const facts = await readClusterFacts({
    env: context.env,
    kubeconfig: flags.kubeconfig === undefined ? undefined : resolve(context.cwd, flags.kubeconfig),
    context: flags.context,
    signal: context.signal,
  });
  if (!facts) {
    if (flags.context === undefined) return { notes: [] };
    throw new OpniLoggingError('cluster', `there is no kubeconfig with the context "${flags.context}"`);
  }
  const { distribution, reason } = detectDistribution(facts);
  if (flags.distribution !== undefined && flags.distribution !== distribution) {
    const elsewhere = `the cluster of context "${facts.context}" is ${distribution}; nothing was taken from it`;
    return { notes: [...facts.notes, elsewhere] };
  }
  const kubernetesVersion = /^v(1\.\d+)\./.exec(facts.gitVersion)?.[1];
  const values = { distribution, reason, context: facts.context, id: facts.clusterId, kubernetesVersion };
  return { values, notes: facts.notes };
}
