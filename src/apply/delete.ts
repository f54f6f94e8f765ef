import { OpniLoggingError, type Problem } from '../common/error.js';
import { failureIn } from '../kube/api-failure.js';
import type { LeaseLock } from '../kube/lease-lock.js';
import type { InventoryEntry } from './inventory/inventory.js';
import {
  readInventory,
  removeInventory,
  type StoredInventory,
  writeInventory,
} from './inventory/inventory-store.js';
import { findMembers } from './plan/find-members.js';
import { readLive, readObject } from './plan/read-live.js';
import type { Candidate } from './removal/remove-object.js';
import { type DoomedMember, previewTakeDown, type TakeDownOptions, takeDown } from './removal/take-down.js';
import { type TeardownStep, teardownStep } from './removal/teardown.js';
import { type Counts, Report } from './session/report.js';
import { openSession, type Session, type SessionOptions } from './session/session.js';
import { isLockThere, type LockWaits, takeLock } from './session/take-lock.js';
import { keyOf, refOf } from './set/object-ref.js';

/** Options of {@link deleteSet}. */
export interface DeleteOptions extends SessionOptions, TakeDownOptions {
  /** Asks only. @default false */
  readonly dryRun?: boolean;
  /** As in an apply. */
  readonly lock?: LockWaits;
}

/** What came of a deletion. */
export interface DeleteResult {
  /** `nothing` when there was nothing (left) to delete. */
  readonly outcome: 'deleted' | 'nothing' | 'failed';
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

/**
 * Takes a set down, in an order that loses nothing: see `TEARDOWN`. Doing it twice is no error. A run that was
 * interrupted is continued by the next; the inventory goes after all members, and the Lease last.
 *
 * @throws OpniLoggingError `cluster` when the API server cannot be reached, the inventory was edited, or the lock is
 *   lost or held by another
 */
export async function deleteSet(options: DeleteOptions): Promise<DeleteResult> {
  const session = openSession(options);
  const report = new Report(session.emit);
  report.tell({ type: 'step', step: 'plan', message: 'looking for what belongs to the set' });
  const seen = await readInventory(session);
  const found = await membersOf(session, seen);
  const nothing = isNothing(seen, found, options);
  if (options.dryRun && !nothing) {
    await previewTakeDown(session, report, found, options);
    return resultOf(report, 'deleted');
  }
  const locked = !options.dryRun && (await hasHome(session));
  if (nothing && !(locked && (await isLockThere(session)))) return nothingLeft(report, found);
  if (locked) return await deleteLocked(session, report, { seen, found }, options);
  await takeDown(session, report, found, options, () => assertNoHome(session));
  return resultOf(report, 'deleted');
}

/** What was found before the lock was held. */
interface Glance {
  readonly seen: StoredInventory | undefined;
  readonly found: readonly DoomedMember[];
}

async function deleteLocked(
  session: Session,
  report: Report,
  { seen, found }: Glance,
  options: DeleteOptions,
): Promise<DeleteResult> {
  const lock = await takeLock(session, report, options.lock);
  let isGone = false;
  try {
    const stored = await readInventory(session);
    const isSame = stored?.resourceVersion === seen?.resourceVersion;
    const members = isSame ? found : await membersOf(session, stored);
    if (isNothing(stored, members, options)) {
      isGone = true;
      return nothingLeft(report, members);
    }
    isGone = await deleteMembers(session, report, { seen: stored, found: members }, options, lock);
  } finally {
    await (isGone ? lock.remove() : lock.release());
  }
  return resultOf(report, 'deleted');
}

/** @returns whether all is gone, the inventory included */
async function deleteMembers(
  session: Session,
  report: Report,
  { seen, found }: Glance,
  options: DeleteOptions,
  lock: LeaseLock,
): Promise<boolean> {
  await lock.assertHeld();
  const before = seen?.inventory ?? { generation: 0, digest: '', entries: found.map(entryOf) };
  const current = await writeInventory(
    session,
    { ...before, generation: before.generation + 1, phase: 'deleting' },
    seen,
  );
  const { remaining, complete } = await takeDown(session, report, found, options, () => lock.assertHeld());
  if (complete) {
    // It may have gone with its namespace, and the Lease too.
    if (await readInventory(session)) {
      await lock.assertHeld();
      await removeInventory(session, current);
    }
    return true;
  }
  const entries = remaining.map(({ candidate, kept }) => ({
    ...entryOf({ candidate }),
    ...(kept ? { kept } : {}),
  }));
  await writeInventory(session, { ...current.inventory, entries }, current);
  return false;
}

const entryOf = ({ candidate: { ref, uid } }: { readonly candidate: Candidate }): InventoryEntry =>
  uid === undefined ? ref : { ...ref, uid };

/** Steps that are taken only when asked for. */
const KEPT: Readonly<Partial<Record<TeardownStep, string>>> = {
  definitions: 'definitions are deleted only when asked for, since their objects go with them',
  namespaces: 'namespaces are deleted only when asked for',
};

function isOptional(step: TeardownStep, { definitions, namespaces }: DeleteOptions): boolean {
  return (step === 'definitions' && !definitions) || (step === 'namespaces' && !namespaces);
}

const isNothing = (
  stored: StoredInventory | undefined,
  members: readonly DoomedMember[],
  options: DeleteOptions,
) => !stored && members.every(({ step }) => isOptional(step, options));

function nothingLeft(report: Report, kept: readonly DoomedMember[]): DeleteResult {
  for (const { candidate, step } of kept) report.object('kept', candidate.ref, { message: KEPT[step] });
  return resultOf(report, 'nothing');
}

async function membersOf(session: Session, stored: StoredInventory | undefined): Promise<DoomedMember[]> {
  const entries = stored?.inventory.entries ?? [];
  const { found, strays } = await readLive(session, entries, true);
  const labelled = stored
    ? strays
    : [
        ...strays,
        ...(await findMembers(session, [], new Set([session.set.namespace]), { everywhere: true })),
      ];
  const listed = new Set(entries.map(keyOf));
  return [
    ...entries.map(({ uid, recreating: _, kept: __, ...ref }) => {
      const live = found.get(keyOf(ref));
      return { candidate: { ref, uid, byLabelOnly: false }, live, step: teardownStep(ref, live) };
    }),
    ...labelled
      .filter((live) => !listed.has(keyOf(refOf(live))))
      .map((live) => ({
        candidate: { ref: refOf(live), uid: live.metadata.uid, byLabelOnly: true },
        live,
        step: teardownStep(refOf(live), live),
      })),
  ];
}

/**
 * Whether the namespace of inventory and lock can take them. In one that is being deleted neither can be made any more;
 * what is left of the set goes without, since nobody can begin anything new there.
 */
async function hasHome(session: Session): Promise<boolean> {
  const { namespace } = session.set;
  try {
    const live = await readObject(session, { group: '', version: 'v1', kind: 'Namespace', name: namespace });
    return live !== undefined && !live.metadata.deletionTimestamp;
  } catch (error) {
    // Whoever may work in a namespace need not be allowed to read it.
    if (failureIn(error)?.status === 403) return true;
    throw error;
  }
}

async function assertNoHome(session: Session): Promise<void> {
  if (!(await hasHome(session))) return;
  const { namespace } = session.set;
  throw new OpniLoggingError(
    'cluster',
    `Namespace ${namespace} was made anew while the set was deleted. Nothing more was changed; run again.`,
  );
}

function resultOf(report: Report, done: 'deleted' | 'nothing'): DeleteResult {
  const { counts, problems } = report;
  const outcome = problems.length > 0 ? 'failed' : done;
  report.tell({ type: 'step', step: 'done', message: outcome });
  return { outcome, counts, problems };
}
