import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureIn } from '../../kube/api-failure.js';
import { PODS } from '../../kube/built-in-resources.js';
import type { LiveObject } from '../../kube/live-object.js';
import { conditionsOf, partOf } from '../health/health-rule.js';
import type { Session } from '../session/session.js';

/** Why a pod does not run, in the words of the kubelet or the scheduler. */
export interface PodProblem {
  readonly namespace: string;
  readonly pod: string;
  /** Absent when it is no container that fails. */
  readonly container?: string;
  /** Such as `ImagePullBackOff`, `CreateContainerConfigError`, `CrashLoopBackOff`, `Unschedulable`. */
  readonly reason: string;
  readonly message: string;
}

interface ContainerState {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: ContainerState; readonly terminated?: ContainerState };
  readonly lastState?: { readonly terminated?: ContainerState };
}

/** Waiting for these is no problem yet. */
const STARTING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * The first thing that keeps the pods of a workload from running.
 *
 * @param workload something with a selector of labels
 * @returns undefined when nothing does, or when pods may not be read
 */
export async function podProblem(
  { cluster, signal }: Session,
  workload: KubernetesObject,
): Promise<PodProblem | undefined> {
  const { namespace } = workload.metadata;
  const { selector } = (workload['spec'] ?? {}) as {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  const labels = Object.entries(selector?.matchLabels ?? {});
  if (!namespace || labels.length === 0) return undefined;
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  try {
    const { items } = await cluster.list(PODS, { namespace, labelSelector, signal });
    return items.map(problemOf).find((problem) => problem !== undefined);
  } catch (error) {
    if (failureIn(error)?.status === 403) return undefined;
    throw error;
  }
}

function problemOf(pod: LiveObject): PodProblem | undefined {
  if (pod.metadata.deletionTimestamp) return undefined;
  const place = { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name };
  const scheduled = conditionsOf(pod).find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return {
      ...place,
      reason: scheduled.reason ?? 'Unschedulable',
      message: scheduled.message ?? 'finds no node',
    };
  }
  const status = partOf(pod, 'status');
  const containers = [
    ...((status['initContainerStatuses'] ?? []) as readonly ContainerStatus[]),
    ...((status['containerStatuses'] ?? []) as readonly ContainerStatus[]),
  ];
  for (const { name, state, lastState, restartCount = 0 } of containers) {
    const { waiting, terminated } = state ?? {};
    const last = lastState?.terminated ?? terminated;
    if (waiting?.reason && !STARTING.has(waiting.reason)) {
      const ended = last?.exitCode === undefined ? '' : `, last exit code ${last.exitCode}${inWords(last)}`;
      const message = `${waiting.message ?? waiting.reason}${ended}`;
      return { ...place, container: name, reason: waiting.reason, message };
    }
    if (terminated && terminated.exitCode !== 0) {
      const message = `ended with exit code ${terminated.exitCode}${inWords(terminated)}, ${restartCount} restarts`;
      return { ...place, container: name, reason: terminated.reason ?? 'Error', message };
    }
  }
  return undefined;
}

const inWords = ({ reason, message }: ContainerState) => {
  const words = [reason, message?.trim().split('\n').at(-1)].filter((text) => text).join(': ');
  return words ? ` (${words})` : '';
};
