import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { Session } from '../session/session.js';
import { describeRef, keyOf, type ObjectRef, refOf } from '../set/object-ref.js';

/** Kinds whose objects come and go by themselves, and that nobody misses. */
const PASSING: ReadonlySet<string> = new Set([
  '/Event',
  'events.k8s.io/Event',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  'coordination.k8s.io/Lease',
  'metrics.k8s.io/PodMetrics',
]);

/** What Kubernetes itself puts into every namespace. */
const OF_EVERY_NAMESPACE: ReadonlySet<string> = new Set([
  '/ConfigMap/kube-root-ca.crt',
  '/ServiceAccount/default',
]);

/**
 * What stands against deleting a namespace: the first object in it that is neither made by Kubernetes itself nor about
 * to go. Members of the set count too: one that is still there is wanted, or was kept, such as a volume claim. Objects
 * with a controller count, unless they are being deleted.
 *
 * @param leaving objects that do not count, since they would be gone by then
 * @returns the object in words; undefined when the namespace is empty
 */
export async function namespaceInUse(
  session: Session,
  namespace: string,
  leaving: readonly ObjectRef[],
): Promise<string | undefined> {
  const { cluster, set, signal } = session;
  const uncounted = new Set(leaving.map(keyOf));
  await cluster.discovery.refresh(signal);
  const resources = await cluster.discovery.all(signal);
  for (const resource of resources.filter(isListable)) {
    const { items } = await cluster.list(resource, { namespace, metadataOnly: true, signal });
    const inside = items.find((item) => !isPassing(item, resource) && !uncounted.has(keyOf(refOf(item))));
    if (inside) return describeRef(refOf(inside));
  }
  return undefined;

  function isPassing(item: LiveObject, { group, kind }: ApiResource): boolean {
    const { name, deletionTimestamp, annotations } = item.metadata;
    if (deletionTimestamp || PASSING.has(`${group}/${kind}`)) return true;
    if (OF_EVERY_NAMESPACE.has(`${group}/${kind}/${name}`)) return true;
    if (annotations?.['kubernetes.io/service-account.name'] === 'default') return true;
    return namespace === set.namespace && `${group}/${kind}/${name}` === `/ConfigMap/${set.inventory}`;
  }
}

const isListable = ({ namespaced, verbs }: ApiResource) =>
  namespaced && verbs.includes('list') && verbs.includes('delete');

/**
 * An object of the kind that a definition declares.
 *
 * @param leaving objects that do not count, since they would be gone by then
 * @returns its name in words; undefined when there is none, or when the kind is not served (any more)
 */
export async function definitionInUse(
  session: Session,
  definition: KubernetesObject,
  leaving: readonly ObjectRef[],
): Promise<string | undefined> {
  const { cluster, signal } = session;
  const { group, names } = definition['spec'] as {
    readonly group: string;
    readonly names: { readonly kind: string };
  };
  const resource = await cluster.discovery.findKind(group, names.kind, signal);
  if (!resource) return undefined;
  const { items } = await cluster.list(resource, { metadataOnly: true, signal });
  const uncounted = new Set(leaving.map(keyOf));
  const first = items.find((item) => {
    const { deletionTimestamp, finalizers } = item.metadata;
    return (!deletionTimestamp || finalizers?.length) && !uncounted.has(keyOf(refOf(item)));
  });
  return first && describeRef(refOf(first));
}
