import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { OpniLoggingError } from '../../common/error.js';
import { VERSION } from '../../common/version.js';
import { compareText, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import { type ApplySet, setIdOf } from '../set/apply-set.js';
import { ID_LABEL } from '../set/marks.js';
import { compareRefs, type ObjectRef } from '../set/object-ref.js';

/** A member of a set, as the inventory records it. */
export interface InventoryEntry extends ObjectRef {
  /** UID of the object that was applied; absent until that is known. */
  readonly uid?: string;
  /** Set while the object is deleted to be made anew. */
  readonly recreating?: boolean;
  /** Set when it left the set and a rule of safety keeps it, such as for a definition. */
  readonly kept?: boolean;
}

/**
 * What is going on with the set: `applying` and `deleting` are written before the first change, so that whoever comes
 * after a crash knows; `applied` says that the entries are exactly what is in the cluster.
 */
export type InventoryPhase = 'applying' | 'applied' | 'deleting';

/** All members of a set. */
export interface Inventory {
  /** Counts the changes of the set, from 1. */
  readonly generation: number;
  readonly phase: InventoryPhase;
  /** Hash of the set that was applied last, or is being applied. */
  readonly digest: string;
  readonly entries: readonly InventoryEntry[];
}

/** Tool name in the annotation that tells other ApplySet tools whose set this is. */
const TOOL = 'opni-logging';

const TOOLING = 'applyset.kubernetes.io/tooling';
const GROUP_KINDS = 'applyset.kubernetes.io/contains-group-kinds';
const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces';
const HASH = 'logging.opni.io/inventory-hash';

const TEXT_KEY = 'inventory.json';
const PACKED_KEY = 'inventory.json.gz';

/** From this size on the list is compressed, in bytes. An object can have about 1.5 MiB in all. */
export const COMPRESS_ABOVE_BYTES = 500 * 1024;

/** Largest list that is written, in bytes of base64. */
export const MAX_INVENTORY_BYTES = 1024 * 1024;

/** Largest list that is unpacked, in bytes. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** A row of the list: short, because there may be thousands. */
type Row = readonly [
  group: string,
  version: string,
  kind: string,
  namespace: string,
  name: string,
  uid: string,
  flags: string,
];

interface Document {
  readonly schema: 1;
  readonly generation: number;
  readonly phase: InventoryPhase;
  readonly digest: string;
  readonly entries: readonly Row[];
}

/**
 * The ConfigMap of an inventory: a parent as kubectl's ApplySet tooling knows it, with the list of all members.
 *
 * @throws OpniLoggingError `cluster` when the list does not fit into an object
 */
export function inventoryObject(set: ApplySet, inventory: Inventory): KubernetesObject {
  const text = JSON.stringify(documentOf(inventory));
  const kinds = inventory.entries.map(({ group, kind }) => (group === '' ? kind : `${kind}.${group}`));
  const namespaces = inventory.entries.flatMap(({ namespace }) =>
    namespace === undefined || namespace === set.namespace ? [] : [namespace],
  );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: set.inventory,
      namespace: set.namespace,
      labels: { [ID_LABEL]: setIdOf(set), 'app.kubernetes.io/managed-by': TOOL },
      annotations: {
        [TOOLING]: `${TOOL}/v${VERSION}`,
        [GROUP_KINDS]: sortedUnique(kinds).join(','),
        [NAMESPACES]: sortedUnique(namespaces).join(','),
        [HASH]: hashOf(text),
      },
    },
    ...contentOf(text, set),
  };
}

/**
 * Reads an inventory.
 *
 * @throws OpniLoggingError `cluster` when the ConfigMap belongs to another tool or set, or was edited; the message names
 *   the key that is wrong
 */
export function parseInventory(set: ApplySet, parent: LiveObject): Inventory {
  const { labels = {}, annotations = {} } = parent.metadata;
  const tooling = annotations[TOOLING];
  if (tooling === undefined) throw broken(set, `annotation ${TOOLING}`, 'is missing');
  if (tooling.replace(/\/[^/]*$/, '') !== TOOL) {
    throw broken(set, `annotation ${TOOLING}`, `says that it belongs to ${tooling}`);
  }
  if (labels[ID_LABEL] === undefined) throw broken(set, `label ${ID_LABEL}`, 'is missing');
  if (labels[ID_LABEL] !== setIdOf(set)) throw broken(set, `label ${ID_LABEL}`, 'is the id of another set');
  const { key, text } = textOf(set, parent);
  if (annotations[HASH] !== hashOf(text)) {
    throw broken(set, `annotation ${HASH}`, `does not fit ${key}: one of the two was edited`);
  }
  try {
    return inventoryOf(JSON.parse(text) as Document);
  } catch (error) {
    throw broken(set, key, 'is no list of members', error);
  }
}

/** Whether two inventories say the same, but for their number. */
export const isSameInventory = (a: Inventory, b: Inventory): boolean =>
  JSON.stringify({ ...documentOf(a), generation: 0 }) === JSON.stringify({ ...documentOf(b), generation: 0 });

function documentOf({ generation, phase, digest, entries }: Inventory): Document {
  const rows = [...entries]
    .sort(compareRefs)
    .map(
      ({ group, version, kind, namespace = '', name, uid = '', recreating, kept }): Row => [
        group,
        version,
        kind,
        namespace,
        name,
        uid,
        recreating ? 'recreating' : kept ? 'kept' : '',
      ],
    );
  return { schema: 1, generation, phase, digest, entries: rows };
}

function inventoryOf({ schema, generation, phase, digest, entries }: Document): Inventory {
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === 7 && row.every((cell) => typeof cell === 'string');
  const known =
    schema === 1 &&
    Number.isInteger(generation) &&
    ['applying', 'applied', 'deleting'].includes(phase) &&
    typeof digest === 'string' &&
    entries.every(isRow);
  if (!known) throw new Error('unknown form');
  return {
    generation,
    phase,
    digest,
    entries: entries.map(([group, version, kind, namespace, name, uid, flags]) => ({
      group,
      version,
      kind,
      name,
      ...(namespace === '' ? {} : { namespace }),
      ...(uid === '' ? {} : { uid }),
      ...(flags === 'recreating' ? { recreating: true } : {}),
      ...(flags === 'kept' ? { kept: true } : {}),
    })),
  };
}

function contentOf(text: string, set: ApplySet): { readonly data?: object; readonly binaryData?: object } {
  if (Buffer.byteLength(text) <= COMPRESS_ABOVE_BYTES) return { data: { [TEXT_KEY]: text } };
  const packed = gzipSync(text, { level: 9 }).toString('base64');
  if (packed.length > MAX_INVENTORY_BYTES) {
    throw new OpniLoggingError(
      'cluster',
      `ConfigMap ${set.namespace}/${set.inventory}: the list of members takes ${packed.length} bytes, and at most ${MAX_INVENTORY_BYTES} fit; divide the set`,
    );
  }
  return { binaryData: { [PACKED_KEY]: packed } };
}

function textOf(set: ApplySet, parent: LiveObject): { readonly key: string; readonly text: string } {
  const { data = {}, binaryData = {} } = parent as LiveObject & {
    readonly data?: Readonly<Record<string, string>>;
    readonly binaryData?: Readonly<Record<string, string>>;
  };
  const text = data[TEXT_KEY];
  if (text !== undefined) return { key: `data.${TEXT_KEY}`, text };
  const packed = binaryData[PACKED_KEY];
  const key = `binaryData.${PACKED_KEY}`;
  if (packed === undefined) throw broken(set, `data.${TEXT_KEY}`, 'is missing');
  try {
    const bytes = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES });
    return { key, text: bytes.toString('utf8') };
  } catch (error) {
    throw broken(set, key, 'cannot be unpacked', error);
  }
}

function broken(set: ApplySet, key: string, what: string, cause?: unknown): OpniLoggingError {
  const path = `ConfigMap ${set.namespace}/${set.inventory}`;
  return new OpniLoggingError('cluster', `${path}: ${key} ${what}. Nothing was changed.`, {
    cause,
    problems: [
      {
        path,
        message: `${key} ${what}`,
        fix: 'restore the ConfigMap, or delete it: the list is then made anew from the labels of the members',
      },
    ],
  });
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

const sortedUnique = (texts: readonly string[]) => [...new Set(texts)].sort(compareText);
