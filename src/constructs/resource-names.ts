import { OpniLoggingError } from '../common/error.js';
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

const NAMESPACED: Readonly<Record<string, readonly string[]>> = {
  '': [
    'ConfigMap configmaps',
    'LimitRange limitranges',
    'PersistentVolumeClaim persistentvolumeclaims',
    'ResourceQuota resourcequotas',
    'Secret secrets',
    'Service services',
    'ServiceAccount serviceaccounts',
  ],
  apps: ['DaemonSet daemonsets', 'Deployment deployments', 'StatefulSet statefulsets'],
  autoscaling: ['HorizontalPodAutoscaler horizontalpodautoscalers'],
  batch: ['CronJob cronjobs', 'Job jobs'],
  'coordination.k8s.io': ['Lease leases'],
  'logging.banzaicloud.io': [
    'ClusterFlow clusterflows',
    'ClusterOutput clusteroutputs',
    'Flow flows',
    'FluentdConfig fluentdconfigs',
    'Output outputs',
  ],
  'logging.opni.io': ['DataPrepper datapreppers'],
  'networking.k8s.io': ['NetworkPolicy networkpolicies'],
  policy: ['PodDisruptionBudget poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['Role roles', 'RoleBinding rolebindings'],
};

const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace namespaces'],
  'apiextensions.k8s.io': ['CustomResourceDefinition customresourcedefinitions'],
  'logging.banzaicloud.io': ['FluentbitAgent fluentbitagents', 'Logging loggings'],
  'logging.opni.io': ['LogAdapter logadapters'],
  'rbac.authorization.k8s.io': ['ClusterRole clusterroles', 'ClusterRoleBinding clusterrolebindings'],
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
  const known = new Map<string, ResourceName>([
    ...tableEntries(NAMESPACED, false),
    ...tableEntries(CLUSTER_SCOPED, true),
    ...objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(declared),
  ]);
  return ({ apiVersion, kind, metadata }) => {
    const found = known.get(`${groupOf(apiVersion)}/${kind}`);
    if (found) return found;
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

function tableEntries(
  table: Readonly<Record<string, readonly string[]>>,
  clusterScoped: boolean,
): [string, ResourceName][] {
  return Object.entries(table).flatMap(([group, kinds]) =>
    kinds.map((entry): [string, ResourceName] => {
      const [kind, plural = ''] = entry.split(' ');
      return [`${group}/${kind}`, { group, plural, clusterScoped }];
    }),
  );
}

function declared(definition: KubernetesObject): [string, ResourceName] {
  const { group, scope, names } = definition['spec'] as {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
  };
  return [`${group}/${names.kind}`, { group, plural: names.plural, clusterScoped: scope === 'Cluster' }];
}
