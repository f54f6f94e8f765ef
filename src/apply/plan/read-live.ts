import { mapPool } from '../../common/pool.js';
import { failureIn } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { Session } from '../session/session.js';
import { PART_OF_LABEL, setOf } from '../set/marks.js';
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
const READ_SINGLY = 4;

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
  const found = new Map<string, LiveObject>();
  const strays: LiveObject[] = [];
  await mapPool(
    [...batches.values()],
    concurrency,
    async (batch) => {
      const wanted = new Set(batch.refs.map(keyOf));
      for (const live of await readBatch(session, batch, known)) {
        const key = keyOf(refOf(live));
        if (wanted.has(key)) found.set(key, live);
        else if (setOf(live) === session.setId) strays.push(live);
      }
    },
    signal,
  );
  return { found, strays, unserved };
}

/** Reads one object; undefined when it, or its kind, is not there. */
export async function readObject(session: Session, ref: ObjectRef): Promise<LiveObject | undefined> {
  const { cluster, signal } = session;
  const resource = await cluster.discovery.find(apiVersionOfRef(ref), ref.kind, signal);
  return resource && cluster.get(resource, ref.namespace, ref.name, { signal });
}

async function readBatch(session: Session, batch: Batch, known: boolean): Promise<readonly LiveObject[]> {
  const { resource, refs } = batch;
  const isSecret = resource.group === '' && resource.kind === 'Secret';
  if (isSecret || !resource.verbs.includes('list')) return readSingly(session, batch, refs);
  const listed = await listOrUndefined(session, batch, known);
  if (!listed) return readSingly(session, batch, refs);
  const keys = new Set(listed.map((live) => keyOf(refOf(live))));
  if (!known) {
    // A list of names: those that are there are read whole.
    const present = refs.filter((ref) => keys.has(keyOf(ref)));
    const wanted = new Set(present.map(keyOf));
    return [
      ...(await readSingly(session, batch, present)),
      ...listed.filter((live) => !wanted.has(keyOf(refOf(live)))),
    ];
  }
  const missing = refs.filter((ref) => !keys.has(keyOf(ref)));
  const others = missing.length > READ_SINGLY ? await presentOf(session, batch, missing) : missing;
  return [...listed, ...(await readSingly(session, batch, others))];
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

async function presentOf(
  session: Session,
  batch: Batch,
  refs: readonly ObjectRef[],
): Promise<readonly ObjectRef[]> {
  const names = await listOrUndefined(session, batch, false);
  if (!names) return refs;
  const keys = new Set(names.map((live) => keyOf(refOf(live))));
  return refs.filter((ref) => keys.has(keyOf(ref)));
}

async function readSingly(
  { cluster, concurrency, signal }: Session,
  { resource, namespace }: Batch,
  refs: readonly ObjectRef[],
): Promise<readonly LiveObject[]> {
  const objects = await mapPool(
    refs,
    concurrency,
    (ref) => cluster.get(resource, namespace, ref.name, { signal }),
    signal,
  );
  return objects.filter((live) => live !== undefined);
}
