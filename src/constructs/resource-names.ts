import { OpniLoggingError } from '../common/error.js';
import { clusterScopeTest } from './cluster-scope.js';
import { groupOf, type KubernetesObject } from './kubernetes-object.js';

/** What the API server calls a kind in its addresses and in rules. */
export interface ResourceName {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural name, such as `networkpolicies`. */
  readonly plural: string;
  /** Whether its objects belong to the cluster and not to a namespace. */
  readonly clusterScoped: boolean;
}

/** Kinds that the stack is made of, by group, with their plural names. */
const PLURALS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'ConfigMap configmaps',
    'LimitRange limitranges',
    'Namespace namespaces',
    'PersistentVolumeClaim persistentvolumeclaims',
    'ResourceQuota resourcequotas',
    'Secret secrets',
    'Service services',
    'ServiceAccount serviceaccounts',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition customresourcedefinitions'],
  apps: ['DaemonSet daemonsets', 'Deployment deployments', 'StatefulSet statefulsets'],
  autoscaling: ['HorizontalPodAutoscaler horizontalpodautoscalers'],
  batch: ['CronJob cronjobs', 'Job jobs'],
  'coordination.k8s.io': ['Lease leases'],
  'logging.banzaicloud.io': [
    'ClusterFlow clusterflows',
    'ClusterOutput clusteroutputs',
    'Flow flows',
    'FluentbitAgent fluentbitagents',
    'FluentdConfig fluentdconfigs',
    'Logging loggings',
    'Output outputs',
  ],
  'networking.k8s.io': ['NetworkPolicy networkpolicies'],
  policy: ['PodDisruptionBudget poddisruptionbudgets'],
  'rbac.authorization.k8s.io': [
    'ClusterRole clusterroles',
    'ClusterRoleBinding clusterrolebindings',
    'Role roles',
    'RoleBinding rolebindings',
  ],
  'scheduling.k8s.io': ['PriorityClass priorityclasses'],
};

/** Finds the resource name of an object's kind. */
export type ResourceNames = (object: KubernetesObject) => ResourceName;

/**
 * Resource names of the kinds that the stack is made of, and of every kind that a definition among the objects
 * declares. A definition wins.
 *
 * @returns a function that throws OpniLoggingError `construct` for a kind that is not known
 */
export function resourceNames(objects: readonly KubernetesObject[]): ResourceNames {
  const isClusterScoped = clusterScopeTest(objects);
  const plurals = new Map<string, string>([
    ...Object.entries(PLURALS).flatMap(([group, kinds]) =>
      kinds.map((entry): [string, string] => {
        const [kind = '', plural = ''] = entry.split(' ');
        return [`${group}/${kind}`, plural];
      }),
    ),
    ...objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(declared),
  ]);
  return (object) => {
    const { apiVersion, kind, metadata } = object;
    const group = groupOf(apiVersion);
    const plural = plurals.get(`${group}/${kind}`);
    if (plural !== undefined) return { group, plural, clusterScoped: isClusterScoped(object) };
    throw new OpniLoggingError('construct', `${kind} of ${apiVersion} has no known resource name`, {
      problems: [
        {
          path: `${kind} ${metadata.name}`,
          message: 'the rights to apply it cannot be written, because its resource name is not known',
          fix: 'give its CustomResourceDefinition among the objects, or leave the object out',
        },
      ],
    });
  };
}

function declared(definition: KubernetesObject): [string, string] {
  const { group, names } = definition['spec'] as { group: string; names: { kind: string; plural: string } };
  return [`${group}/${names.kind}`, names.plural];
}
