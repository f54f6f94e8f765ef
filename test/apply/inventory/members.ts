import type { Inventory, InventoryEntry } from '../../../src/apply/inventory/inventory.js';
import { inventoryObject } from '../../../src/apply/inventory/inventory.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';

export const SET = { namespace: 'logs', inventory: 'main-inventory', lock: 'main-apply' };

/** A member, by `group/Kind/namespace/name`. */
export function member(key: string, parts: Partial<InventoryEntry> = {}): InventoryEntry {
  const [group = '', kind = '', namespace = '', name = ''] = key.split('/');
  return { group, version: 'v1', kind, ...(namespace ? { namespace } : {}), name, ...parts };
}

export const inventoryOf = (
  entries: readonly InventoryEntry[],
  parts: Partial<Inventory> = {},
): Inventory => ({
  generation: 3,
  phase: 'applied',
  digest: 'abc',
  entries,
  ...parts,
});

/** An object as it comes back from the API server. */
export const stored = (object: KubernetesObject): LiveObject => ({
  ...object,
  metadata: { ...object.metadata, uid: 'uid-1', resourceVersion: '7' },
});

/** The ConfigMap of an inventory as it comes back. */
export const parentOf = (inventory: Inventory): LiveObject => stored(inventoryObject(SET, inventory));
