import type { MapType } from '../fields/field-type.js';
import type { FieldTypes } from '../fields/field-types.js';
import type { CustomSchema } from './custom-schema.js';

/** A kind as it is served in one version. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly type: MapType;
  /** Served beside the object itself. */
  readonly subresources: readonly string[];
  /** For kinds of definitions. */
  readonly custom?: CustomSchema;
}

export const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** `apiVersion` of a kind. */
export const apiVersionOf = ({ group, version }: Pick<ServedKind, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** `group/Kind`, and `Kind` for the core group: what tables of kinds are keyed by. */
export const groupKind = ({ group, kind }: Pick<ServedKind, 'group' | 'kind'>): string =>
  group === '' ? kind : `${group}/${kind}`;

/** One line is a kind: type in field-types.txt, group, plural, short names, scope, subresources. */
const TABLE = `
core.v1.ConfigMap - configmaps cm N
core.v1.Endpoints - endpoints ep N
core.v1.Event - events ev N
core.v1.LimitRange - limitranges limits N
core.v1.Namespace - namespaces ns C status
core.v1.Node - nodes no C status
core.v1.PersistentVolume - persistentvolumes pv C status
core.v1.PersistentVolumeClaim - persistentvolumeclaims pvc N status
core.v1.Pod - pods po N status
core.v1.ResourceQuota - resourcequotas quota N status
core.v1.Secret - secrets - N
core.v1.Service - services svc N status
core.v1.ServiceAccount - serviceaccounts sa N
admissionregistration.v1.MutatingWebhookConfiguration admissionregistration.k8s.io mutatingwebhookconfigurations - C
admissionregistration.v1.ValidatingWebhookConfiguration admissionregistration.k8s.io validatingwebhookconfigurations - C
apiextensions.v1.CustomResourceDefinition apiextensions.k8s.io customresourcedefinitions crd,crds C status
kube-aggregator.apiregistration.v1.APIService apiregistration.k8s.io apiservices - C status
apps.v1.DaemonSet apps daemonsets ds N status
apps.v1.Deployment apps deployments deploy N status,scale
apps.v1.ReplicaSet apps replicasets rs N status,scale
apps.v1.StatefulSet apps statefulsets sts N status,scale
autoscaling.v2.HorizontalPodAutoscaler autoscaling horizontalpodautoscalers hpa N status
batch.v1.CronJob batch cronjobs cj N status
batch.v1.Job batch jobs - N status
coordination.v1.Lease coordination.k8s.io leases - N
discovery.v1.EndpointSlice discovery.k8s.io endpointslices - N
events.v1.Event events.k8s.io events ev N
networking.v1.Ingress networking.k8s.io ingresses ing N status
networking.v1.IngressClass networking.k8s.io ingressclasses - C
networking.v1.NetworkPolicy networking.k8s.io networkpolicies netpol N
policy.v1.PodDisruptionBudget policy poddisruptionbudgets pdb N status
rbac.v1.ClusterRole rbac.authorization.k8s.io clusterroles - C
rbac.v1.ClusterRoleBinding rbac.authorization.k8s.io clusterrolebindings - C
rbac.v1.Role rbac.authorization.k8s.io roles - N
rbac.v1.RoleBinding rbac.authorization.k8s.io rolebindings - N
scheduling.v1.PriorityClass scheduling.k8s.io priorityclasses pc C
storage.v1.StorageClass storage.k8s.io storageclasses sc C
`;

/** The kinds that every server has. */
export function builtInKinds(types: FieldTypes): ServedKind[] {
  return TABLE.trim()
    .split('\n')
    .map((line) => {
      const [typeName = '', group = '', plural = '', shortNames = '', scope = '', subresources] =
        line.split(' ');
      const [version = '', kind = ''] = typeName.split('.').slice(-2);
      const type = types.get(typeName);
      if (!type) throw new Error(`field-types.txt has no ${typeName}`);
      return {
        group: group === '-' ? '' : group,
        version,
        kind,
        plural,
        singular: kind.toLowerCase(),
        listKind: `${kind}List`,
        shortNames: shortNames === '-' ? [] : shortNames.split(','),
        namespaced: scope === 'N',
        type,
        subresources: subresources?.split(',') ?? [],
      };
    });
}
