import { mapPool } from '../../common/pool.js';
import type { Health } from '../health/health.js';
import type { InventoryPhase } from '../inventory/inventory.js';
import { readInventory } from '../inventory/inventory-store.js';
import { kindKey } from '../plan/defined-kinds.js';
import { readLive } from '../plan/read-live.js';
import { openSession, type SessionOptions } from '../session/session.js';
import { compareRefs, groupKindOfRef, keyOf, type ObjectRef } from '../set/object-ref.js';
import { type ObjectStatus, objectStatus, unservedStatus } from './object-status.js';
import { PARTS, type PartName, partOfMember } from './parts.js';
import { requiredStatus } from './required-status.js';

/** The state of a part of the data path: that of its worst object. */
export interface PartStatus {
  readonly part: PartName;
  /** `absent` when the set has nothing of this part. */
  readonly state: 'ok' | 'waiting' | 'failed' | 'absent';
  /** What does the work of this part, and everything that is not as it should be. */
  readonly objects: readonly ObjectStatus[];
}

/** The state of a set in a cluster. */
export interface SetStatus {
  /** `absent` when nothing is applied. */
  readonly phase: InventoryPhase | 'absent';
  /** Number of members. */
  readonly members: number;
  readonly healthy: boolean;
  readonly parts: readonly PartStatus[];
}

/** Kinds that do the work. */
const WORKERS: ReadonlySet<string> = new Set([
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/StatefulSet',
  'logging.banzaicloud.io/ClusterFlow',
  'logging.banzaicloud.io/ClusterOutput',
  'logging.banzaicloud.io/FluentbitAgent',
  'logging.banzaicloud.io/Logging',
]);

/**
 * Reads how the members of a set are, along the data path. What a member waits for is told in the words of the pod that
 * does not run. Changes nothing.
 *
 * @throws OpniLoggingError `cluster` when the inventory or members cannot be read
 */
export async function readStatus(options: SessionOptions): Promise<SetStatus> {
  const session = openSession(options);
  const stored = await readInventory(session);
  if (!stored) return { phase: 'absent', members: 0, healthy: false, parts: partsOf([]) };
  const { entries, phase } = stored.inventory;
  // Secrets are healthy when they are there, and whoever looks at the status need not be allowed to read them.
  const refs = entries.filter((entry) => groupKindOfRef(entry) !== 'Secret' && !entry.kept);
  const { found, unserved } = await readLive(session, refs, true);
  const objects = [...found.values()];
  const states = await mapPool(
    refs,
    session.concurrency,
    async ({ uid: _, recreating: __, kept: ___, ...ref }) => {
      const live = found.get(keyOf(ref));
      const status = unserved.has(kindKey(ref))
        ? unservedStatus(ref)
        : await objectStatus(session, ref, live, objects);
      return { part: partOfMember(ref, live), status };
    },
    session.signal,
  );
  const required = await requiredStatus(session, objects, new Set(entries.map(keyOf)));
  const parts = partsOf([...states, ...required.map((status) => ({ part: 'opensearch' as const, status }))]);
  const healthy = phase === 'applied' && parts.every(({ state }) => state === 'ok' || state === 'absent');
  return { phase, members: entries.length, healthy, parts };
}

function partsOf(
  states: readonly { readonly part: PartName; readonly status: ObjectStatus }[],
): PartStatus[] {
  return PARTS.map((part) => {
    const all = states.filter((state) => state.part === part).map(({ status }) => status);
    const objects = all
      .filter(({ object, health }) => isTold(part, object, health))
      .sort((a, b) => compareRefs(a.object, b.object));
    return { part, state: stateOf(all), objects };
  });
}

/** What does no work of the data path is told only when something is to be said of it. */
const isTold = (part: PartName, object: ObjectRef, { state, warning }: Health) =>
  state !== 'Current' || warning === true || part === 'opensearch' || WORKERS.has(groupKindOfRef(object));

function stateOf(all: readonly ObjectStatus[]): PartStatus['state'] {
  if (all.length === 0) return 'absent';
  if (all.some(({ health }) => health.state === 'Failed' || health.state === 'NotFound')) return 'failed';
  return all.every(({ health }) => health.state === 'Current') ? 'ok' : 'waiting';
}
