import { isJson, type Json } from '../fields/field-type.js';
import { groupKind, type ServedKind } from '../kinds/kinds.js';
import { badRequest, conflict, notFound, Refusal, type Resource } from '../requests/refusal.js';
import type { ObjectRequest } from '../requests/request.js';
import type { World } from '../requests/world.js';
import type { StoredObject } from './store.js';

/** What a deletion asks for. */
export interface DeleteOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun: boolean;
}

/** Kinds whose deletion is answered with the object, and not with a Status. */
const ANSWERED_WITH_OBJECT: ReadonlySet<string> = new Set([
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
  'storage.k8s.io/StorageClass',
]);

const DEFINITION = 'apiextensions.k8s.io/CustomResourceDefinition';
const DEFINITION_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** Finalizers of the garbage collector, which acts at once. */
const FINALIZERS: Readonly<Record<'Foreground' | 'Orphan', string>> = {
  Foreground: 'foregroundDeletion',
  Orphan: 'orphan',
};

/** Reads what a deletion asks for, in its body or its query. */
export function deleteOptions({ call, dryRun }: ObjectRequest): DeleteOptions {
  const text = call.body.toString('utf8');
  const body = (text === '' ? {} : JSON.parse(text)) as Json;
  if (!isJson(body)) throw badRequest('the object provided is unrecognized (must be DeleteOptions)');
  const {
    preconditions,
    propagationPolicy,
    dryRun: dry,
  } = body as {
    readonly preconditions?: DeleteOptions['preconditions'];
    readonly propagationPolicy?: DeleteOptions['propagationPolicy'];
    readonly dryRun?: readonly string[];
  };
  const asked = call.query.get('propagationPolicy') as DeleteOptions['propagationPolicy'] | null;
  return {
    preconditions,
    propagationPolicy: propagationPolicy ?? asked ?? undefined,
    dryRun: dryRun || (dry ?? []).includes('All'),
  };
}

/** Deletes objects. */
export class ObjectDeleter {
  constructor(private readonly world: World) {}

  /**
   * Deletes an object, or marks it as one that goes once its finalizers are done.
   *
   * @returns the answer: the object when it stays for now, else mostly a Status
   * @throws Refusal
   */
  delete(kind: ServedKind, namespace: string | undefined, name: string, options: DeleteOptions): Json {
    const { store } = this.world;
    const live = store.get(groupKind(kind), namespace, name);
    if (!live) throw notFound(kind, name);
    checkPreconditions(kind, live, options);
    if (groupKind(kind) === 'Namespace' && PROTECTED.has(name)) {
      const why = 'this namespace may not be deleted';
      throw new Refusal(403, 'Forbidden', `namespaces "${name}" is forbidden: ${why}`, {
        name,
        kind: 'namespaces',
      });
    }
    const marked = this.#marked(kind, live, options);
    if (options.dryRun) return marked ?? answer(kind, live);
    if (!marked) {
      store.remove(groupKind(kind), live);
      this.world.settle();
      return answer(kind, live);
    }
    const stored = marked === live ? live : store.put(groupKind(kind), marked);
    this.world.settle();
    return stored;
  }

  /** The object as one that is being deleted; undefined when nothing holds it. */
  #marked(
    kind: ServedKind,
    live: StoredObject,
    { propagationPolicy }: DeleteOptions,
  ): StoredObject | undefined {
    const { metadata } = live;
    const added =
      propagationPolicy && propagationPolicy !== 'Background' ? [FINALIZERS[propagationPolicy]] : [];
    // Objects go with their definition.
    if (groupKind(kind) === DEFINITION) added.push(DEFINITION_FINALIZER);
    const finalizers = [...new Set([...(metadata.finalizers ?? []), ...added])];
    const isNamespace = groupKind(kind) === 'Namespace';
    const status = live['status'] as Json | undefined;
    if (finalizers.length === 0 && !isNamespace) return undefined;
    if (metadata.deletionTimestamp && added.every((name) => metadata.finalizers?.includes(name))) return live;
    return {
      ...live,
      ...(isNamespace ? { status: { ...status, phase: 'Terminating' } } : {}),
      ...(groupKind(kind) === DEFINITION ? { status: this.#terminating(status) } : {}),
      metadata: {
        ...metadata,
        ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
        deletionTimestamp: metadata.deletionTimestamp ?? this.world.store.now(),
        deletionGracePeriodSeconds: 0,
        ...(finalizers.length > 0 ? { finalizers } : {}),
      },
    };
  }

  #terminating(status: Json | undefined): Json {
    const condition = {
      type: 'Terminating',
      status: 'True',
      lastTransitionTime: this.world.store.now(),
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    };
    return { ...status, conditions: [...((status?.['conditions'] ?? []) as Json[]), condition] };
  }
}

const PROTECTED: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

function checkPreconditions(kind: ServedKind, { metadata }: StoredObject, options: DeleteOptions): void {
  const { name } = metadata;
  const { uid, resourceVersion } = options.preconditions ?? {};
  const isOther = uid !== undefined && uid !== metadata.uid;
  const isOlder = resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion;
  if (!isOther && !isOlder) return;
  const [what, given, actual] = isOther
    ? ['UID', uid, metadata.uid]
    : ['ResourceVersion', resourceVersion, metadata.resourceVersion];
  if (groupKind(kind) === DEFINITION) {
    throw conflict(
      kind,
      name,
      `Precondition failed: ${what} in precondition: ${given}, ${what} in object meta: ${actual}`,
    );
  }
  const since = isOther ? 'deleted and then recreated' : 'modified';
  const why = `the ${what} in the precondition (${given}) does not match the ${what} in record (${actual}). The object might have been ${since}`;
  // The server leaves the kind out here.
  throw new Refusal(409, 'Conflict', `Operation cannot be fulfilled on  "${name}": ${why}`, { name });
}

function answer(kind: ServedKind, { metadata, ...rest }: StoredObject): Json {
  if (ANSWERED_WITH_OBJECT.has(groupKind(kind))) return { ...rest, metadata };
  const { group, plural }: Resource = kind;
  const about = { name: metadata.name, ...(group === '' ? {} : { group }), kind: plural, uid: metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: about };
}
