import { randomUUID } from 'node:crypto';
import type { Json } from '../fields/field-type.js';

/** Metadata as the server keeps it. */
export interface StoredMetadata extends Json {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: {
    kind: string;
    apiVersion: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
  }[];
  managedFields?: unknown[];
}

/** An object as the server keeps it, in the version in which it was last written. */
export interface StoredObject extends Json {
  apiVersion: string;
  kind: string;
  metadata: StoredMetadata;
}

/** An object with the kind under which it is kept, as `group/Kind`. */
export interface Entry {
  readonly groupKind: string;
  readonly object: StoredObject;
}

/** Holds the objects. What goes in and what comes out are copies. */
export class Store {
  readonly #kinds = new Map<string, Map<string, StoredObject>>();
  #version = 1000;
  /** UIDs of objects that are gone. */
  readonly removed = new Set<string>();

  constructor(private readonly nowMs: () => number) {}

  /** The version of the last write. */
  get version(): string {
    return String(this.#version);
  }

  /** Now, in the spelling of timestamps. */
  now(): string {
    return new Date(this.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  uid(): string {
    return randomUUID();
  }

  get(groupKind: string, namespace: string | undefined, name: string): StoredObject | undefined {
    const object = this.#kinds.get(groupKind)?.get(keyOf(namespace, name));
    return object && structuredClone(object);
  }

  /** In the order of namespace and name. */
  list(groupKind: string, namespace?: string): StoredObject[] {
    const objects = [...(this.#kinds.get(groupKind)?.entries() ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
    return structuredClone(objects);
  }

  /** All objects, as they are kept: nobody may change them. Walking through all of them is frequent, so they are no copies. */
  *all(): Generator<Entry> {
    for (const [groupKind, objects] of this.#kinds) {
      for (const object of objects.values()) yield { groupKind, object };
    }
  }

  /** Keeps an object under a new version. */
  put(groupKind: string, object: StoredObject): StoredObject {
    this.#version += 1;
    const kept = structuredClone(object);
    kept.metadata.resourceVersion = this.version;
    const objects = this.#kinds.get(groupKind) ?? new Map<string, StoredObject>();
    this.#kinds.set(groupKind, objects);
    objects.set(keyOf(kept.metadata.namespace, kept.metadata.name), kept);
    return structuredClone(kept);
  }

  remove(groupKind: string, { metadata }: StoredObject): void {
    this.#version += 1;
    this.removed.add(metadata.uid);
    this.#kinds.get(groupKind)?.delete(keyOf(metadata.namespace, metadata.name));
  }
}

const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;
