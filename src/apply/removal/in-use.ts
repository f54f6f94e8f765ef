import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureIn } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { Session } from '../session/session.js';
import { describeRef, keyOf, type ObjectRef, refOf } from '../set/object-ref.js';
import { resourceOf } from './resource-of.js';

/** What stands against deleting something: an object in words, or an API group whose server does not answer. */
export type Use = { readonly by: string } | { readonly unanswered: string };

/** Kinds whose objects come and go by themselves, and that nobody misses. */
const PASSING: ReadonlySet<string> = new Set([
  '/Event',
  'events.k8s.io/Event',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  'coordination.k8s.io/Lease',
  'metrics.k8s.io/PodMetrics',
]);

/** Groups that have nothing but such objects. */
const PASSING_GROUPS: ReadonlySet<string> = new Set(['metrics.k8s.io']);

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
 * @returns undefined when the namespace is empty
 */
export async function namespaceInUse(
  session: Session,
  namespace: string,
  leaving: readonly ObjectRef[],
): Promise<Use | undefined> {
  const { cluster, set, signal } = session;
  const uncounted = new Set(leaving.map(keyOf));
  await cluster.discovery.refresh(signal);
  const resources = await cluster.discovery.all(signal);
  for (const resource of resources.filter(mayCount)) {
    const items = await cluster
      .list(resource, { namespace, metadataOnly: true, signal })
      .then((list) => list.items)
      .catch((error: unknown) => {
        // Its definition went since the kinds were asked for, and its objects with it.
        if (failureIn(error)?.status === 404) return [];
        throw error;
      });
    const inside = items.find((item) => !isPassing(item, resource) && !uncounted.has(keyOf(refOf(item))));
    if (inside) return { by: describeRef(refOf(inside)) };
  }
  const [unanswered] = [...cluster.discovery.brokenGroups()].filter((group) => !PASSING_GROUPS.has(group));
  return unanswered === undefined ? undefined : { unanswered };

  function isPassing(item: LiveObject, { group, kind }: ApiResource): boolean {
    const { name, deletionTimestamp, annotations } = item.metadata;
    if (deletionTimestamp) return true;
    if (OF_EVERY_NAMESPACE.has(`${group}/${kind}/${name}`)) return true;
    if (annotations?.['kubernetes.io/service-account.name'] === 'default') return true;
    return namespace === set.namespace && `${group}/${kind}/${name}` === `/ConfigMap/${set.inventory}`;
  }
}

const mayCount = ({ group, kind, namespaced, verbs }: ApiResource) =>
  namespaced && verbs.includes('list') && verbs.includes('delete') && !PASSING.has(`${group}/${kind}`);

/**
 * An object of the kind that a definition declares.
 *
 * @param leaving objects that do not count, since they would be gone by then
 * @returns undefined when there is none, or when the kind is not served (any more)
 */
export async function definitionInUse(
  session: Session,
  definition: KubernetesObject,
  leaving: readonly ObjectRef[],
): Promise<Use | undefined> {
  const { cluster, signal } = session;
  const { group, names, versions } = definition['spec'] as {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string }[];
  };
  const resource = await resourceOf(session, { group, version: versions[0]?.name ?? '', kind: names.kind });
  if (resource === 'unserved') return undefined;
  if (resource === 'unknown') return { unanswered: group };
  const { items } = await cluster.list(resource, { metadataOnly: true, signal });
  const uncounted = new Set(leaving.map(keyOf));
  const first = items.find((item) => {
    const { deletionTimestamp, finalizers } = item.metadata;
    return (!deletionTimestamp || finalizers?.length) && !uncounted.has(keyOf(refOf(item)));
  });
  return first && { by: describeRef(refOf(first)) };
}
