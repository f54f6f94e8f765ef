import type { KubernetesMetadata, KubernetesObject } from '../constructs/kubernetes-object.js';

/** Which fields a writer has set, as the API server records them. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldsV1;
  /** Set when the entry is of a subresource, such as `status` or `scale`. */
  readonly subresource?: string;
}

/** A set of fields: `f:name` a field, `k:{…}` an item of a keyed list, `v:…` an item of a set, `.` the item itself. */
export interface FieldsV1 {
  readonly [member: string]: FieldsV1;
}

/** An owner that the garbage collector follows. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** Metadata that the API server adds. */
export interface LiveMetadata extends KubernetesMetadata {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** An object as an API server returns it. */
export interface LiveObject extends KubernetesObject {
  readonly metadata: LiveMetadata;
}
