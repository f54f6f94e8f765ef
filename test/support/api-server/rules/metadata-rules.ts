import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../fields/field-type.js';
import { groupKind, type ServedKind } from '../kinds/kinds.js';
import type { Store, StoredMetadata, StoredObject } from '../objects/store.js';
import { type FieldError, forbiddenValue, invalidValue } from '../requests/refusal.js';

/** Kinds whose `generation` is not counted. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Endpoints',
  'Event',
  'LimitRange',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
  'apiregistration.k8s.io/APIService',
  'coordination.k8s.io/Lease',
  'events.k8s.io/Event',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'storage.k8s.io/StorageClass',
]);

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** What clients may not say of a new object. */
const SERVERS_OWN: readonly string[] = [
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'resourceVersion',
  'selfLink',
];

/** Metadata of an object that is made. What only the server may set is set anew. */
export function newMetadata(
  kind: ServedKind,
  given: Json,
  namespace: string | undefined,
  store: Store,
): StoredMetadata {
  const kept = Object.fromEntries(Object.entries(given).filter(([name]) => !SERVERS_OWN.includes(name)));
  const random = Array.from({ length: 5 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join(
    '',
  );
  return {
    ...kept,
    name: (given['name'] as string | undefined) ?? `${given['generateName']}${random}`,
    ...(namespace === undefined ? {} : { namespace }),
    uid: store.uid(),
    creationTimestamp: store.now(),
    ...(UNCOUNTED.has(groupKind(kind)) ? {} : { generation: 1 }),
  } as unknown as StoredMetadata;
}

/** Metadata of an object that is changed: what only the server may set stays. */
export function keptMetadata(next: Json, { metadata: live }: StoredObject): StoredMetadata {
  const { uid, generation, creationTimestamp, deletionTimestamp, resourceVersion } = live;
  const kept = { ...next, generation, creationTimestamp, deletionTimestamp, resourceVersion };
  return { ...kept, uid: (next['uid'] as string | undefined) ?? uid } as unknown as StoredMetadata;
}

/** Whether a change is one that controllers have to act upon. */
export function countsAsChange(kind: ServedKind, live: StoredObject, next: StoredObject): boolean {
  if (UNCOUNTED.has(groupKind(kind))) return false;
  const content = ({ metadata: _, status, ...rest }: StoredObject) =>
    kind.custom && !kind.subresources.includes('status') ? { ...rest, status } : rest;
  return !isDeepStrictEqual(content(live), content(next));
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** What is wrong with the metadata of an object. */
export function metadataErrors(kind: ServedKind, metadata: StoredMetadata): FieldError[] {
  const errors: FieldError[] = [];
  const { name, labels = {} } = metadata;
  if (kind.group === 'rbac.authorization.k8s.io') {
    if (/[/%]/.test(name)) errors.push(invalidValue('metadata.name', name, "may not contain '/'"));
  } else if (groupKind(kind) === 'Namespace' || groupKind(kind) === 'Service') {
    if (!LABEL.test(name) || name.length > 63) errors.push(invalidValue('metadata.name', name, LABEL_RULE));
  } else if (!SUBDOMAIN.test(name) || name.length > 253) {
    errors.push(invalidValue('metadata.name', name, SUBDOMAIN_RULE));
  }
  for (const value of Object.values(labels)) {
    if (value.length > 63)
      errors.push(invalidValue('metadata.labels', value, 'must be no more than 63 bytes'));
    else if (!LABEL_VALUE.test(value)) errors.push(invalidValue('metadata.labels', value, VALUE_RULE));
  }
  return errors;
}

/** What may not be changed in the metadata of an object. */
export function metadataUpdateErrors(live: StoredMetadata, next: StoredMetadata): FieldError[] {
  const errors: FieldError[] = [];
  if (next.uid !== live.uid) errors.push(invalidValue('metadata.uid', next.uid, 'field is immutable'));
  if (live.deletionTimestamp) {
    const before = new Set(live.finalizers ?? []);
    const added = (next.finalizers ?? []).filter((name) => !before.has(name));
    if (added.length > 0) {
      const names = added.map((name) => JSON.stringify(name)).join(', ');
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
      errors.push(forbiddenValue('metadata.finalizers', why));
    }
  }
  return errors;
}

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
