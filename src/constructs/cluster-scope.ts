import { groupKindOf, type KubernetesObject } from './kubernetes-object.js';

/** Kinds without a namespace: those of Kubernetes 1.25 to 1.37, and those of the logging stack. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/IngressClass',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
  // Despite their names, ClusterFlow and ClusterOutput are namespaced.
  'logging.banzaicloud.io/FluentbitAgent',
  'logging.banzaicloud.io/Logging',
  'logging.banzaicloud.io/LoggingRoute',
  'logging-extensions.banzaicloud.io/EventTailer',
]);

/** Tells which objects belong to the cluster and not to a namespace. */
export type ScopeTest = (object: KubernetesObject) => boolean;

/**
 * A test for cluster-scoped objects that knows the built-in kinds and every kind that a definition among the given
 * objects declares. Any other kind counts as namespaced, so nothing is taken from objects that are not known.
 *
 * @param objects all objects of a cluster
 */
export function clusterScopeTest(objects: Iterable<KubernetesObject>): ScopeTest {
  const declared = new Map<string, boolean>();
  for (const object of objects) {
    if (groupKindOf(object) !== 'apiextensions.k8s.io/CustomResourceDefinition') continue;
    const spec = object['spec'] as { group?: string; scope?: string; names?: { kind?: string } } | undefined;
    declared.set(`${spec?.group}/${spec?.names?.kind}`, spec?.scope === 'Cluster');
  }
  return (object) => {
    const groupKind = groupKindOf(object);
    return declared.get(groupKind) ?? CLUSTER_SCOPED.has(groupKind);
  };
}

/** The object without `metadata.namespace`; the object itself when it has none. */
export function withoutNamespace(object: KubernetesObject): KubernetesObject {
  if (object.metadata.namespace === undefined) return object;
  const { namespace: _stamped, ...metadata } = object.metadata;
  return { ...object, metadata };
}
