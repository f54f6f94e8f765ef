import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { loggingCrds, type OperatorVersion } from './logging-crds.js';

const READ = ['get', 'list', 'watch'];
const ALL = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const UPDATE_STATUS = ['get', 'patch', 'update'];

const LOGGING = 'logging.banzaicloud.io';
const EXTENSIONS = 'logging-extensions.banzaicloud.io';

/** Kinds that a team may own in its namespace; the cluster-wide ones are for administrators. */
const TENANT_RESOURCES = ['flows', 'outputs', 'syslogngflows', 'syslogngoutputs'];

/** Groups, resources and verbs in which the rights of the generations are the same. */
const COMMON_RULES: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'persistentvolumeclaims', 'pods', 'secrets', 'serviceaccounts', 'services'],
    verbs: ALL,
  },
  { apiGroups: [''], resources: ['endpoints', 'namespaces', 'nodes', 'nodes/proxy'], verbs: READ },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', ...READ] },
  {
    apiGroups: ['apps', 'extensions'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: ALL,
  },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ALL },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['*'] },
  { apiGroups: ['extensions', 'networking.k8s.io'], resources: ['ingresses'], verbs: ALL },
  { apiGroups: ['monitoring.coreos.com'], resources: ['prometheusrules', 'servicemonitors'], verbs: ALL },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ALL },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
    verbs: ALL,
  },
];

/**
 * Rights of the Logging Operator, as its own release asks for them. Left out are those of features that this project
 * does not use: OpenShift, the telemetry controller, pod security policies.
 *
 * The operator makes roles for what it runs, so whoever applies this role must hold all of these rights, or the verbs
 * `escalate` and `bind`.
 *
 * @param version generation of the operator; it decides which kinds there are
 */
export function operatorRules(version: OperatorVersion): PolicyRule[] {
  return [
    ...COMMON_RULES,
    ...kindRules(LOGGING, version),
    { apiGroups: [LOGGING], resources: ['loggings/finalizers'], verbs: ['update'] },
    ...kindRules(EXTENSIONS, version),
  ];
}

/** Every kind of a group, and its status. */
function kindRules(group: string, version: OperatorVersion): PolicyRule[] {
  const plurals = loggingCrds(version)
    .filter((crd) => crd.spec.group === group)
    .map((crd) => crd.metadata.name.slice(0, -group.length - 1));
  return [
    { apiGroups: [group], resources: plurals, verbs: ALL },
    { apiGroups: [group], resources: plurals.map((plural) => `${plural}/status`), verbs: UPDATE_STATUS },
  ];
}

/** A role for people, and the standard roles of Kubernetes that it becomes part of. */
export interface UserRole {
  /** Added to the operator's name. */
  readonly suffix: string;
  readonly aggregateTo: readonly ('admin' | 'edit' | 'view')[];
  readonly rules: PolicyRule[];
}

/** What `edit`, `admin` and `view` in a namespace mean for the flows and outputs of that namespace. */
export const USER_ROLES: readonly UserRole[] = [
  {
    suffix: 'edit',
    aggregateTo: ['admin', 'edit'],
    rules: [{ apiGroups: [LOGGING], resources: TENANT_RESOURCES, verbs: ALL }],
  },
  {
    suffix: 'view',
    aggregateTo: ['view'],
    rules: [{ apiGroups: [LOGGING], resources: TENANT_RESOURCES, verbs: READ }],
  },
];
