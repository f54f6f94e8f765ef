import type { Json } from '../fields/field-type.js';
import type { DefinitionSpec, KindRegistry } from '../kinds/kind-registry.js';
import type { Entry, Store, StoredObject } from './store.js';

const DEFINITION = 'apiextensions.k8s.io/CustomResourceDefinition';

/** Finalizers that the cluster takes away by itself, at once. */
const OWN_FINALIZERS: ReadonlySet<string> = new Set([
  'kubernetes.io/pvc-protection',
  'kubernetes.io/pv-protection',
  'orphan',
]);

/**
 * Does what the garbage collector, the namespace controller and the finalizer of definitions do, until nothing is left
 * to do.
 */
export class Lifecycle {
  /** Owners that wait for what they own. */
  readonly #goingFirst = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly kinds: KindRegistry,
  ) {}

  settle(): void {
    // Each step may make room for another.
    while (this.#step());
  }

  #step(): boolean {
    const all = [...this.store.all()];
    return all.some((entry) => this.#collect(entry) || this.#finish(entry, all));
  }

  /** Deletes what lost its last owner, and what an owner takes along before it goes itself. */
  #collect({ groupKind, object }: Entry): boolean {
    const { ownerReferences = [], deletionTimestamp } = object.metadata;
    if (ownerReferences.length === 0 || deletionTimestamp) return false;
    const isLost = (uid: string) => this.store.removed.has(uid) || this.#goingFirst.has(uid);
    if (!ownerReferences.every(({ uid }) => isLost(uid))) return false;
    this.#mark(groupKind, object);
    return true;
  }

  #mark(groupKind: string, object: StoredObject): void {
    const { metadata } = object;
    const marked = { ...object, metadata: { ...metadata, deletionTimestamp: this.store.now() } };
    if (metadata.finalizers?.length || groupKind === 'Namespace') this.store.put(groupKind, marked);
    else this.store.remove(groupKind, object);
  }

  /** Takes one thing away that an object in deletion waits for; or the object. */
  #finish({ groupKind, object }: Entry, all: readonly Entry[]): boolean {
    const { metadata } = object;
    if (!metadata.deletionTimestamp) return false;
    const { finalizers = [] } = metadata;
    if (finalizers.includes('orphan')) this.#orphan(metadata.uid, all);
    if (finalizers.includes('foregroundDeletion') && !this.#goingFirst.has(metadata.uid)) {
      this.#goingFirst.add(metadata.uid);
      return true;
    }
    if (groupKind === 'Namespace') return this.#finishNamespace(object, all);
    if (groupKind === DEFINITION && this.#deleteInstances(object)) return true;
    const left = finalizers.filter((name) => !this.#isDone(name, object, all));
    if (left.length === finalizers.length && left.length > 0) return false;
    if (left.length > 0) {
      this.store.put(groupKind, { ...object, metadata: { ...metadata, finalizers: left } });
      return true;
    }
    this.store.remove(groupKind, object);
    if (groupKind === DEFINITION) this.kinds.withdraw(metadata.name);
    return true;
  }

  #isDone(finalizer: string, { metadata, ...rest }: StoredObject, all: readonly Entry[]): boolean {
    if (OWN_FINALIZERS.has(finalizer)) return true;
    if (finalizer === 'foregroundDeletion') {
      return !all.some(({ object }) =>
        object.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid),
      );
    }
    if (finalizer !== 'customresourcecleanup.apiextensions.k8s.io') return false;
    const { group, names } = rest['spec'] as DefinitionSpec;
    return this.store.list(`${group}/${names.kind}`).length === 0;
  }

  #orphan(owner: string, all: readonly Entry[]): void {
    for (const { groupKind, object } of all) {
      const { ownerReferences = [] } = object.metadata;
      const others = ownerReferences.filter(({ uid }) => uid !== owner);
      if (others.length === ownerReferences.length) continue;
      const { ownerReferences: _, ...metadata } = object.metadata;
      const kept = others.length > 0 ? { ...metadata, ownerReferences: others } : metadata;
      this.store.put(groupKind, { ...object, metadata: kept as StoredObject['metadata'] });
    }
  }

  /** @returns whether anything changed */
  #deleteInstances(definition: StoredObject): boolean {
    const { group, names } = definition['spec'] as DefinitionSpec;
    const groupKind = `${group}/${names.kind}`;
    const going = this.store.list(groupKind).filter(({ metadata }) => !metadata.deletionTimestamp);
    for (const object of going) this.#mark(groupKind, object);
    return going.length > 0;
  }

  /** @returns whether anything changed */
  #finishNamespace(namespace: StoredObject, all: readonly Entry[]): boolean {
    const { metadata } = namespace;
    const inside = all.filter(({ object }) => object.metadata.namespace === metadata.name);
    const going = inside.filter(({ object }) => !object.metadata.deletionTimestamp);
    for (const { groupKind, object } of going) this.#mark(groupKind, object);
    if (going.length > 0) return true;
    if (inside.length === 0 && !metadata.finalizers?.length) {
      this.store.remove('Namespace', namespace);
      return true;
    }
    const status = { phase: 'Terminating', conditions: remaining(inside, this.store.now()) };
    const told = (namespace['status'] as Json)['conditions'];
    if (Array.isArray(told) && told.length > 0) return false;
    this.store.put('Namespace', { ...namespace, status });
    return true;
  }
}

/** What a namespace in deletion waits for. */
function remaining(inside: readonly Entry[], lastTransitionTime: string): Json[] {
  const condition = (type: string, isSo: boolean, reason: string, message: string): Json => ({
    type,
    status: isSo ? 'True' : 'False',
    lastTransitionTime,
    reason,
    message,
  });
  const finalizers = [...new Set(inside.flatMap(({ object }) => object.metadata.finalizers ?? []))];
  const counts = finalizers.map(
    (name) =>
      `${name} in ${inside.filter(({ object }) => object.metadata.finalizers?.includes(name)).length} resource instances`,
  );
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    condition(
      'NamespaceContentRemaining',
      true,
      'SomeResourcesRemain',
      `Some resources are remaining: ${inside.length} resource instances`,
    ),
    condition(
      'NamespaceFinalizersRemaining',
      finalizers.length > 0,
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${counts.join(', ')}`,
    ),
  ];
}
