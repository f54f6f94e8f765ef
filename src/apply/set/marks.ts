import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import { managedBy } from '../fields/gitops-marks.js';

/**
 * Who writes the fields that this project declares. It never changes, since fields of another name would stay behind.
 * It does not begin with `kubectl`, because Flux takes over what such managers own.
 */
export const FIELD_MANAGER = 'opni-logging';

/** Who writes the inventory. */
export const INVENTORY_MANAGER = 'opni-logging-applyset';

/** Label of every member of a set; its value is the id of the set. It is constant for the life of the set. */
export const PART_OF_LABEL = 'applyset.kubernetes.io/part-of';

/** Label of an inventory: the id of its set. */
export const ID_LABEL = 'applyset.kubernetes.io/id';

/** Annotation of a namespace that an apply made, and did not find: the id of the set. */
export const CREATED_ANNOTATION = 'logging.opni.io/created-by-set';

/** Annotation that keeps an object when it goes from the set or the set is deleted; its value is `keep`. */
export const KEEP_ANNOTATION = 'logging.opni.io/on-removal';

/** Annotations by which an object says that it must not be deleted, of this project and of others that users know. */
const KEEP_MARKS: readonly { readonly key: string; readonly keeps: (value: string) => boolean }[] = [
  { key: KEEP_ANNOTATION, keeps: (value) => value === 'keep' },
  { key: 'helm.sh/resource-policy', keeps: (value) => value === 'keep' },
  { key: 'cli-utils.sigs.k8s.io/on-remove', keeps: (value) => value === 'keep' },
  { key: 'client.lifecycle.config.k8s.io/deletion', keeps: (value) => value === 'detach' },
  { key: 'kustomize.toolkit.fluxcd.io/prune', keeps: (value) => value === 'disabled' },
  {
    key: 'argocd.argoproj.io/sync-options',
    keeps: (value) =>
      value.split(',').some((option) => /^(Prune|Delete)=(false|confirm)$/.test(option.trim())),
  },
];

/** The annotation that keeps an object from being deleted; undefined when there is none. */
export function keepMarkOf({ metadata }: KubernetesObject): string | undefined {
  const annotations = metadata.annotations ?? {};
  return KEEP_MARKS.find(({ key, keeps }) => annotations[key] !== undefined && keeps(annotations[key]))?.key;
}

/** Id of the set that an object says it belongs to. */
export const setOf = ({ metadata }: KubernetesObject): string | undefined => metadata.labels?.[PART_OF_LABEL];

/** Kinds that Kubernetes makes of Services, with all labels of the Service. */
const COPIES: ReadonlySet<string> = new Set(['Endpoints', 'discovery.k8s.io/EndpointSlice']);

/**
 * Whether the label makes an object that no inventory lists a member of a set. It does not where it was copied: by a
 * controller to what it owns, by Kubernetes from a Service, by a person who made an object after the pattern of another;
 * none of these was applied by this engine. Nor where another tool took the object over.
 */
export function isMemberByLabel(live: LiveObject, setId: string): boolean {
  if (setOf(live) !== setId || COPIES.has(groupKindOf(live)) || managedBy(live)) return false;
  const { ownerReferences = [], managedFields = [] } = live.metadata;
  if (ownerReferences.some(({ controller }) => controller)) return false;
  return managedFields.some(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply');
}

/** Id of the set whose apply made an object, and did not find it. */
export const createdBy = ({ metadata }: KubernetesObject): string | undefined =>
  metadata.annotations?.[CREATED_ANNOTATION];

/** The object without the mark of {@link createdBy}. */
export function withoutCreatedBy(object: KubernetesObject): KubernetesObject {
  const { [CREATED_ANNOTATION]: _, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}
