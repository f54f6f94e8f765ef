import type { Json } from '../fields/field-type.js';
import { groupKind, type ServedKind } from '../kinds/kinds.js';
import type { StoredObject } from '../objects/store.js';
import { type Send, writeStatus } from './controller-access.js';

/** What becomes of workloads: their pods run, they hang, or nobody looks at them. */
export type WorkloadMode = 'ready' | 'stuck' | 'none';

const MANAGER = 'kube-controller-manager';

interface Spec {
  readonly replicas?: number;
  readonly completions?: number;
  readonly suspend?: boolean;
}

type Progress = (object: StoredObject, isReady: boolean, now: string, nodes: number) => Json;

const condition = (type: string, isSo: boolean, reason: string, message: string, now: string): Json => ({
  type,
  status: isSo ? 'True' : 'False',
  reason,
  message,
  lastUpdateTime: now,
  lastTransitionTime: now,
});

const replicasOf = ({ spec }: StoredObject) => (spec as Spec).replicas ?? 1;

const deployment: Progress = (object, isReady, now) => {
  const replicas = replicasOf(object);
  const { name } = object.metadata;
  const ready = isReady ? replicas : 0;
  return {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: ready,
    availableReplicas: ready,
    unavailableReplicas: replicas - ready,
    conditions: isReady
      ? [
          condition(
            'Available',
            true,
            'MinimumReplicasAvailable',
            'Deployment has minimum availability.',
            now,
          ),
          condition(
            'Progressing',
            true,
            'NewReplicaSetAvailable',
            `ReplicaSet "${name}" has successfully progressed.`,
            now,
          ),
        ]
      : [
          condition(
            'Available',
            false,
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
            now,
          ),
          condition('Progressing', true, 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`, now),
        ],
  };
};

const statefulSet: Progress = (object, isReady) => {
  const replicas = replicasOf(object);
  const ready = isReady ? replicas : 0;
  const revision = `${object.metadata.name}-${object.metadata.generation}`;
  return {
    replicas,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: replicas,
    updatedReplicas: replicas,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  };
};

const daemonSet: Progress = (_, isReady, __, nodes) => ({
  currentNumberScheduled: nodes,
  desiredNumberScheduled: nodes,
  numberMisscheduled: 0,
  numberReady: isReady ? nodes : 0,
  numberAvailable: isReady ? nodes : 0,
  numberUnavailable: isReady ? 0 : nodes,
  updatedNumberScheduled: nodes,
});

const PROGRESS: Readonly<Record<string, Progress>> = {
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
};

/** Labels that the nodes have. */
const NODE_LABELS: ReadonlySet<string> = new Set(['kubernetes.io/arch', 'kubernetes.io/os', 'workload']);

/** Whether some node has the labels that the pods ask for. */
function fitsNodes({ spec }: StoredObject): boolean {
  const { template } = (spec ?? {}) as {
    readonly template?: { readonly spec?: { readonly nodeSelector?: object } };
  };
  return Object.keys(template?.spec?.nodeSelector ?? {}).every((label) => NODE_LABELS.has(label));
}

/** Plays the controllers of workloads. Pods and ReplicaSets are not made. */
export class Workloads {
  constructor(
    private readonly send: Send,
    private readonly now: () => string,
    private readonly nodes: number,
  ) {}

  written(kind: ServedKind, object: StoredObject, mode: WorkloadMode): void {
    const { generation, deletionTimestamp } = object.metadata;
    if (mode === 'none' || deletionTimestamp) return;
    const isReady = mode === 'ready' && fitsNodes(object);
    if (groupKind(kind) === 'batch/Job') this.#job(kind, object, isReady);
    if (groupKind(kind) === 'PersistentVolumeClaim') this.#claim(kind, object, isReady);
    if (kind.kind === 'APIService') this.#apiService(kind, object, isReady);
    const progress = PROGRESS[groupKind(kind)];
    const observed = (object['status'] as { readonly observedGeneration?: number } | undefined)
      ?.observedGeneration;
    if (!progress || observed === generation) return;
    const status = { observedGeneration: generation, ...progress(object, isReady, this.now(), this.nodes) };
    const revision = { 'deployment.kubernetes.io/revision': '1' };
    writeStatus(this.send, MANAGER, kind, object, status, kind.kind === 'Deployment' ? revision : undefined);
  }

  /** Whether an extension server answers. */
  #apiService(kind: ServedKind, object: StoredObject, isReady: boolean): void {
    if ((object['status'] as Json | undefined)?.['conditions']) return;
    const available = isReady
      ? { status: 'True', reason: 'Passed', message: 'all checks passed' }
      : {
          status: 'False',
          reason: 'MissingEndpoints',
          message: 'endpoints for the service have no addresses',
        };
    const conditions = [{ type: 'Available', ...available, lastTransitionTime: this.now() }];
    writeStatus(this.send, MANAGER, kind, object, { conditions });
  }

  /** A claim is bound as if its first pod were there. */
  #claim(kind: ServedKind, object: StoredObject, isReady: boolean): void {
    const { phase } = (object['status'] ?? {}) as { readonly phase?: string };
    if (isReady && phase !== 'Bound') writeStatus(this.send, MANAGER, kind, object, { phase: 'Bound' });
  }

  #job(kind: ServedKind, object: StoredObject, isReady: boolean): void {
    const { startTime } = (object['status'] ?? {}) as { readonly startTime?: string };
    const { suspend, completions = 1 } = object['spec'] as Spec;
    if (startTime !== undefined || suspend) return;
    const now = this.now();
    const done = (type: string) => ({
      ...condition(type, true, 'CompletionsReached', 'Reached expected number of succeeded pods', now),
      lastProbeTime: now,
      lastUpdateTime: undefined,
    });
    const status = isReady
      ? {
          startTime: now,
          completionTime: now,
          succeeded: completions,
          ready: 0,
          conditions: [done('SuccessCriteriaMet'), done('Complete')],
        }
      : { startTime: now, active: 1, ready: 0 };
    writeStatus(this.send, MANAGER, kind, object, status);
  }
}
