import { OpniLoggingError } from '../../common/error.js';
import { failureOf, refusal } from '../../kube/api-failure.js';
import { CONFIG_MAPS } from '../../kube/built-in-resources.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { Session } from '../session/session.js';
import { INVENTORY_MANAGER } from '../set/marks.js';
import { type Inventory, inventoryObject, isSameInventory, parseInventory } from './inventory.js';

/** An inventory with the version of the object that it was read from. */
export interface StoredInventory {
  readonly inventory: Inventory;
  readonly uid: string;
  readonly resourceVersion: string;
}

/**
 * Reads the inventory of the set.
 *
 * @returns undefined when there is none
 * @throws OpniLoggingError `cluster` when it cannot be read, or is not what was written
 */
export async function readInventory({ cluster, set, signal }: Session): Promise<StoredInventory | undefined> {
  const parent = await cluster.get(CONFIG_MAPS, set.namespace, set.inventory, { signal });
  return parent && storedOf(parseInventory(set, parent), parent);
}

/**
 * Writes the inventory, if nobody has changed it since it was read.
 *
 * @param before what was read; undefined when there was none
 * @throws OpniLoggingError `cluster` when the write was refused
 */
export async function writeInventory(
  session: Session,
  inventory: Inventory,
  before: StoredInventory | undefined,
): Promise<StoredInventory> {
  const { cluster, set } = session;
  const object = inventoryObject(set, inventory);
  const version = before && { uid: before.uid, resourceVersion: before.resourceVersion };
  const answer = await cluster.apply(
    CONFIG_MAPS,
    { ...object, metadata: { ...object.metadata, ...version } },
    { fieldManager: INVENTORY_MANAGER, force: true },
  );
  if (answer.status === 409) {
    // A first attempt whose answer got lost was carried out, and made the version that it named an old one.
    const there = await readInventory({ ...session, signal: undefined });
    if (there && isSame(there.inventory, inventory)) return there;
  }
  const failure = failureOf(answer);
  // The UID of a live object that is not the one that was named counts as a change of its UID.
  if (failure?.causes.some(({ field }) => field === 'metadata.uid')) {
    const message = 'somebody deleted it and made it anew just now. Run again.';
    throw new OpniLoggingError('cluster', `ConfigMap ${set.namespace}/${set.inventory}: ${message}`, {
      cause: failure,
    });
  }
  if (failure) throw refusal(`ConfigMap ${set.namespace}/${set.inventory}`, answer);
  return storedOf(inventory, answer.body as LiveObject);
}

/** Deletes the inventory; it is no failure when it is gone. */
export async function removeInventory({ cluster, set }: Session, stored: StoredInventory): Promise<void> {
  const { uid, resourceVersion } = stored;
  const answer = await cluster.remove(CONFIG_MAPS, set.namespace, set.inventory, { uid, resourceVersion });
  if (answer.status >= 300 && answer.status !== 404) {
    throw refusal(`ConfigMap ${set.namespace}/${set.inventory}`, answer);
  }
}

const isSame = (a: Inventory, b: Inventory) => a.generation === b.generation && isSameInventory(a, b);

const storedOf = (inventory: Inventory, { metadata }: LiveObject): StoredInventory => ({
  inventory,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});
