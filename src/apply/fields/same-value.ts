import { isDeepStrictEqual } from 'node:util';
import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { canonicalQuantity } from './quantity.js';

export type JsonMap = Readonly<Record<string, unknown>>;

/** Whether a value in the cluster is what the API server makes of a wanted one. */
export interface SameValue {
  /** @param names the fields on the way to the value, without the items of lists */
  (wanted: unknown, live: unknown, names: readonly string[]): boolean;
  /** Whether the API server fills in this value where a field is left out. */
  readonly fillsIn: (names: readonly string[], value: unknown) => boolean;
}

/**
 * Kinds whose fields the tables below know. In all others, above all in custom resources and in schemas, where anything
 * may have any name, only equal values are the same.
 */
const KNOWN_KINDS: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Namespace',
  'PersistentVolumeClaim',
  'Pod',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'autoscaling/HorizontalPodAutoscaler',
  'batch/CronJob',
  'batch/Job',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodDisruptionBudget',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
]);

/** End of a path → what the server fills in where it is left out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'containers.ports.protocol': 'TCP',
  'egress.ports.protocol': 'TCP',
  'fieldRef.apiVersion': 'v1',
  'ingress.ports.protocol': 'TCP',
  'initContainers.ports.protocol': 'TCP',
  'resourceFieldRef.divisor': '0',
  'serviceAccountToken.expirationSeconds': 3600,
  'spec.ports.protocol': 'TCP',
  'volumeClaimTemplates.apiVersion': 'v1',
  'volumeClaimTemplates.kind': 'PersistentVolumeClaim',
  'volumeClaimTemplates.metadata.creationTimestamp': null,
  'volumeClaimTemplates.spec.volumeMode': 'Filesystem',
  'volumeClaimTemplates.status': { phase: 'Pending' },
};

/** End of a path → the value that the server leaves out, because it is the same as none. */
const LEFT_OUT: Readonly<Record<string, unknown>> = {
  'env.value': '',
  globalDefault: false,
  'livenessProbe.initialDelaySeconds': 0,
  'metadata.annotations': {},
  'metadata.labels': {},
  'readinessProbe.initialDelaySeconds': 0,
  'spec.hostIPC': false,
  'spec.hostNetwork': false,
  'spec.hostPID': false,
  'spec.minReadySeconds': 0,
  'spec.nodeSelector': {},
  'spec.paused': false,
  'spec.publishNotReadyAddresses': false,
  'startupProbe.initialDelaySeconds': 0,
  'volumeMounts.readOnly': false,
  'volumeMounts.subPath': '',
};

const QUANTITIES: readonly RegExp[] = [
  /(^|\.)resources\.(limits|requests)\.[^.]+$/,
  /\.emptyDir\.sizeLimit$/,
  /\.resourceFieldRef\.divisor$/,
];

/** How values of an object are compared. */
export function normalizationOf(object: KubernetesObject): SameValue {
  return KNOWN_KINDS.has(groupKindOf(object)) ? normalized : exact;
}

/** No table applies. */
const exact: SameValue = Object.assign((wanted: unknown, live: unknown) => isEqual(wanted, live), {
  fillsIn: () => false,
});

const normalized: SameValue = Object.assign(
  (wanted: unknown, live: unknown, names: readonly string[]) => isSame(wanted, live, names),
  { fillsIn },
);

function isSame(wanted: unknown, live: unknown, names: readonly string[]): boolean {
  if (live === undefined) return isLeftOut(wanted, names);
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) &&
      wanted.length === live.length &&
      wanted.every((item, index) => isSame(item, live[index], names))
    );
  }
  if (!isMap(wanted)) return isEqual(wanted, live) || isSameQuantity(wanted, live, names);
  if (!isMap(live)) return false;
  const fields = new Set([...Object.keys(wanted), ...Object.keys(live)]);
  return [...fields].every((name) => {
    const below = [...names, name];
    if (!Object.hasOwn(wanted, name)) return fillsIn(below, live[name]);
    return isSame(wanted[name], Object.hasOwn(live, name) ? live[name] : undefined, below);
  });
}

/** Lists of these kinds are left out when they are empty; of maps and other values only some. */
function isLeftOut(wanted: unknown, names: readonly string[]): boolean {
  if (Array.isArray(wanted)) return wanted.length === 0;
  return endings(names).some(
    (end) => Object.hasOwn(LEFT_OUT, end) && isDeepStrictEqual(LEFT_OUT[end], wanted),
  );
}

function fillsIn(names: readonly string[], value: unknown): boolean {
  return endings(names).some(
    (end) => Object.hasOwn(DEFAULTS, end) && isDeepStrictEqual(DEFAULTS[end], value),
  );
}

/** The last one, two and three names. A single one counts only for a field of the object itself. */
function endings(names: readonly string[]): string[] {
  const lengths = names.length === 1 ? [1] : [2, 3];
  return lengths.map((length) => names.slice(-length).join('.'));
}

function isSameQuantity(wanted: unknown, live: unknown, names: readonly string[]): boolean {
  const path = names.join('.');
  return QUANTITIES.some((pattern) => pattern.test(path)) && canonicalQuantity(wanted) === live;
}

/** Numbers that cannot be told from their neighbours are equal to nothing. */
function isEqual(wanted: unknown, live: unknown): boolean {
  if (typeof wanted === 'number' && Number.isInteger(wanted) && !Number.isSafeInteger(wanted)) return false;
  return isDeepStrictEqual(wanted, live);
}

/** Whether a value is a JSON object. */
export const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
