import { compareText, groupKindOf, type KubernetesObject } from '../constructs/kubernetes-object.js';

/** Name of a {@link Stage}. */
export type StageName = 'namespaces' | 'crds' | 'access' | 'config' | 'workloads' | 'logging';

/** Objects that may reach a cluster together, once all earlier stages are there. */
export interface Stage {
  readonly name: StageName;
  /** Why these objects come here and not later or earlier. */
  readonly reason: string;
  /** Kinds in the order in which they are written and applied: `Kind` of the core group, or `group/Kind`. */
  readonly kinds: readonly string[];
}

/**
 * The order in which objects must reach a cluster. Files are numbered by it, and an apply walks through it.
 *
 * Every kind that Kubernetes itself has is listed. A kind that is not listed is a custom resource and belongs to
 * the last stage, after the kinds that stage lists.
 */
export const STAGES: readonly Stage[] = [
  {
    name: 'namespaces',
    reason: 'Everything else lives in a namespace, and a pod with an unknown priority class is refused.',
    kinds: ['Namespace', 'scheduling.k8s.io/PriorityClass', 'node.k8s.io/RuntimeClass'],
  },
  {
    name: 'crds',
    reason:
      'A custom resource is refused until its definition is established, and operators watch it from their start.',
    kinds: ['apiextensions.k8s.io/CustomResourceDefinition'],
  },
  {
    name: 'access',
    reason:
      'A pod without its account is not started, and an operator without its rights fails its first requests.',
    kinds: [
      'ServiceAccount',
      'rbac.authorization.k8s.io/ClusterRole',
      'rbac.authorization.k8s.io/Role',
      'rbac.authorization.k8s.io/ClusterRoleBinding',
      'rbac.authorization.k8s.io/RoleBinding',
    ],
  },
  {
    name: 'config',
    reason:
      'Pods mount these, and rules of the network and of disruption must hold before the first pod runs.',
    kinds: [
      'ResourceQuota',
      'LimitRange',
      'storage.k8s.io/StorageClass',
      'PersistentVolume',
      'PersistentVolumeClaim',
      'ConfigMap',
      'Secret',
      'networking.k8s.io/NetworkPolicy',
      'networking.k8s.io/IngressClass',
      'Service',
      'Endpoints',
      'discovery.k8s.io/EndpointSlice',
      'policy/PodDisruptionBudget',
      'coordination.k8s.io/Lease',
    ],
  },
  {
    name: 'workloads',
    reason: 'Operators and receivers must run before the resources that they act upon arrive.',
    kinds: [
      'apps/Deployment',
      'apps/StatefulSet',
      'apps/DaemonSet',
      'apps/ReplicaSet',
      'ReplicationController',
      'Pod',
      'batch/Job',
      'batch/CronJob',
      'autoscaling/HorizontalPodAutoscaler',
      'networking.k8s.io/Ingress',
    ],
  },
  {
    name: 'logging',
    reason: 'Custom resources start the collection, so all that takes the records stands already.',
    kinds: [
      'logging.opni.io/DataPrepper',
      'logging.opni.io/LogAdapter',
      'logging.banzaicloud.io/Logging',
      'logging.banzaicloud.io/FluentdConfig',
      'logging.banzaicloud.io/ClusterOutput',
      'logging.banzaicloud.io/Output',
      'logging.banzaicloud.io/ClusterFlow',
      'logging.banzaicloud.io/Flow',
      'logging.banzaicloud.io/FluentbitAgent',
    ],
  },
];

/**
 * Kinds of Kubernetes that come after all others: a webhook whose server does not run yet would block everything
 * that is applied after it.
 */
const LAST_KINDS: readonly string[] = [
  'apiregistration.k8s.io/APIService',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
];

interface Position {
  readonly stage: number;
  readonly rank: number;
}

const LAST_STAGE = STAGES.length - 1;
const UNLISTED: Position = { stage: LAST_STAGE, rank: STAGES[LAST_STAGE]!.kinds.length };
const POSITIONS: ReadonlyMap<string, Position> = new Map([
  ...STAGES.flatMap(({ kinds }, stage) => kinds.map((kind, rank) => [kind, { stage, rank }] as const)),
  ...LAST_KINDS.map((kind, index) => [kind, { stage: LAST_STAGE, rank: UNLISTED.rank + 1 + index }] as const),
]);

function positionOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): Position {
  return POSITIONS.get(groupKindOf(object)) ?? UNLISTED;
}

/** The stage in which an object must reach a cluster. */
export function stageOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): StageName {
  return STAGES[positionOf(object).stage]!.name;
}

/** Number of a stage in {@link STAGES}, from 1; file names begin with it. */
export function stageNumber(name: StageName): number {
  return STAGES.findIndex((stage) => stage.name === name) + 1;
}

/**
 * The objects in the order in which they must reach a cluster: by stage, kind, API version, namespace and name.
 * The order is total for objects of different identity, so the order of the input does not show.
 *
 * @param objects rendered objects; the array stays as it is
 */
export function sortObjects(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects
    .map((object) => ({ object, ...positionOf(object) }))
    .sort(
      (a, b) =>
        a.stage - b.stage ||
        a.rank - b.rank ||
        compareText(a.object.kind, b.object.kind) ||
        compareText(a.object.apiVersion, b.object.apiVersion) ||
        compareText(a.object.metadata.namespace ?? '', b.object.metadata.namespace ?? '') ||
        compareText(a.object.metadata.name, b.object.metadata.name),
    )
    .map(({ object }) => object);
}
