import { mapPool } from '../../common/pool.js';
import { failureIn } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { Session } from '../session/session.js';
import { isMemberByLabel, PART_OF_LABEL } from '../set/marks.js';
import { apiVersionOfRef, keyOf, type ObjectRef, refOf } from '../set/object-ref.js';
import { kindKey } from './defined-kinds.js';

/** What a cluster has of a set. */
export interface LiveState {
  /** Objects that were asked for and are there, by `keyOf`. */
  readonly found: ReadonlyMap<string, LiveObject>;
  /** Objects that carry the label of the set and were not asked for. */
  readonly strays: readonly LiveObject[];
  /** Kinds that are not served, as `group/version/kind`. */
  readonly unserved: ReadonlySet<string>;
}

/** Up to this many objects of a kind are read one by one; for more a list of names is cheaper. */
const MAX_SINGLE_READS = 4;

/** Objects of one kind in one namespace. */
interface Batch {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly refs: ObjectRef[];
}

/**
 * Reads the objects of a set, and finds others that carry its label.
 *
 * Lists instead of single reads wherever there are several of a kind: reading a thousand objects costs a few requests.
 * Secrets are never listed, since whoever applies needs no right to read those of others.
 *
 * @param refs the objects to read
 * @param known whether an inventory exists. Then nearly all objects carry the label, and a list of those suffices.
 */
export async function readLive(
  session: Session,
  refs: readonly ObjectRef[],
  known: boolean,
): Promise<LiveState> {
  const { cluster, signal, concurrency } = session;
  const batches = new Map<string, Batch>();
  const unserved = new Set<string>();
  for (const ref of refs) {
    const resource = await cluster.discovery.find(apiVersionOfRef(ref), ref.kind, signal);
    if (!resource) {
      unserved.add(kindKey(ref));
      continue;
    }
    const namespace = resource.namespaced ? ref.namespace : undefined;
    const key = `${kindKey(ref)}/${namespace ?? ''}`;
    const batch = batches.get(key) ?? { resource, namespace, refs: [] };
    batch.refs.push(ref);
    batches.set(key, batch);
  }
  const reads = await mapPool(
    [...batches.values()],
    concurrency,
    (batch) => listBatch(session, batch, known),
    signal,
  );
  const single = reads.flatMap(({ batch, unread }) => unread.map((ref) => ({ batch, ref })));
  const objects = await mapPool(
    single,
    concurrency,
    ({ batch: { resource, namespace }, ref }) => cluster.get(resource, namespace, ref.name, { signal }),
    signal,
  );
  const asked = new Set(refs.map(keyOf));
  const all = [...reads.flatMap(({ listed }) => listed), ...objects.filter((live) => live !== undefined)];
  const found = all.filter((live) => asked.has(keyOf(refOf(live))));
  const strays = reads
    .flatMap(({ listed, names }) => [...listed, ...names])
    .filter((live) => !asked.has(keyOf(refOf(live))) && isMemberByLabel(live, session.setId));
  return { found: new Map(found.map((live) => [keyOf(refOf(live)), live])), strays, unserved };
}

/** Reads one object; undefined when it, or its kind, is not there. */
export async function readObject(session: Session, ref: ObjectRef): Promise<LiveObject | undefined> {
  const { cluster, signal } = session;
  const resource = await cluster.discovery.find(apiVersionOfRef(ref), ref.kind, signal);
  return resource && cluster.get(resource, ref.namespace, ref.name, { signal });
}

/** What lists tell of a batch, and what is left to be read one by one. */
interface BatchRead {
  readonly batch: Batch;
  /** Whole objects. */
  readonly listed: readonly LiveObject[];
  /** Objects of which only the metadata is there. */
  readonly names: readonly LiveObject[];
  readonly unread: readonly ObjectRef[];
}

async function listBatch(session: Session, batch: Batch, known: boolean): Promise<BatchRead> {
  const { resource, refs } = batch;
  const nothing = { batch, listed: [], names: [], unread: refs };
  const isSecret = resource.group === '' && resource.kind === 'Secret';
  if (isSecret || !resource.verbs.includes('list')) return nothing;
  const listed = await listOrUndefined(session, batch, known);
  if (!listed) return nothing;
  const missing = without(refs, listed);
  if (!known) return { batch, listed: [], names: listed, unread: without(refs, missing.map(keyOf)) };
  if (missing.length <= MAX_SINGLE_READS) return { batch, listed, names: [], unread: missing };
  const names = await listOrUndefined(session, batch, false);
  const absent = names ? without(missing, names) : [];
  return { batch, listed, names: [], unread: without(missing, absent.map(keyOf)) };
}

/** The references that are not among some objects or keys. */
function without(refs: readonly ObjectRef[], others: readonly (LiveObject | string)[]): ObjectRef[] {
  const keys = new Set(others.map((other) => (typeof other === 'string' ? other : keyOf(refOf(other)))));
  return refs.filter((ref) => !keys.has(keyOf(ref)));
}

/** All members by label, or the names of all objects; undefined when listing is not allowed. */
async function listOrUndefined(
  { cluster, setId, signal }: Session,
  { resource, namespace }: Batch,
  known: boolean,
): Promise<readonly LiveObject[] | undefined> {
  try {
    const selection = known ? { labelSelector: `${PART_OF_LABEL}=${setId}` } : { metadataOnly: true };
    return (await cluster.list(resource, { namespace, ...selection, signal })).items;
  } catch (error) {
    const status = failureIn(error)?.status;
    if (status === 403) return undefined;
    // The kind went away just now.
    if (status === 404) return [];
    throw error;
  }
}
