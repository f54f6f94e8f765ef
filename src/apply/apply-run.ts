import { OpniLoggingError } from '../common/error.js';
import type { LeaseLock } from '../kube/lease-lock.js';
import type { ApplyOptions } from './apply-options.js';
import { type Inventory, type InventoryEntry, isSameInventory } from './inventory/inventory.js';
import { readInventory, type StoredInventory, writeInventory } from './inventory/inventory-store.js';
import type { Decision } from './plan/decision.js';
import { makePlan, type Plan } from './plan/make-plan.js';
import type { PlanOptions } from './plan/plan-objects.js';
import { type PruneRun, prune } from './removal/prune.js';
import { untouched } from './removal/remove-all.js';
import type { Report } from './session/report.js';
import { DEFAULT_WAIT_MS, type Session } from './session/session.js';
import { takeLock } from './session/take-lock.js';
import { keyOf, refOf } from './set/object-ref.js';
import type { ObjectSet } from './set/object-set.js';
import { runStages, type StageRun, type StagesOptions } from './stages/run-stages.js';

/** How a plan is made for an apply. */
export const planOptionsOf = ({
  conflicts = {},
  recreate = true,
  dryRun = false,
}: ApplyOptions): PlanOptions => ({
  conflicts,
  recreate,
  tryCreates: dryRun,
});

const membersOf = (decisions: readonly Decision[]) =>
  decisions.filter(({ member }) => member).map(({ object }) => refOf(object));

/** What pruning needs to know of a run. */
export const pruneRun = (
  { candidates, decisions }: Plan,
  inventory: Inventory | undefined,
  uids: ReadonlyMap<string, string>,
  fence: () => Promise<void>,
): Omit<PruneRun, 'timeoutMs'> => ({
  candidates,
  appliedUids: new Set(uids.values()),
  // A list that was lost is made anew from what is there.
  known: inventory
    ? inventory.entries.filter(({ kept }) => !kept).length
    : candidates.length + decisions.filter(({ live, member }) => live && member).length,
  fence,
});

/** The part of an apply that changes the cluster. */
export class ApplyRun {
  constructor(
    private readonly session: Session,
    private readonly report: Report,
    private readonly wanted: ObjectSet,
    private readonly options: ApplyOptions,
  ) {}

  private get waitMs(): number {
    return this.options.waitMs ?? DEFAULT_WAIT_MS;
  }

  /**
   * @param seen the inventory that the plan was made with
   * @returns UIDs of the objects that are in the cluster as wanted, by `keyOf`
   */
  async work(seen: StoredInventory | undefined, made: Plan): Promise<ReadonlyMap<string, string>> {
    const { session, report } = this;
    let stages = this.stages(made);
    // The lock and the inventory live in a namespace that may be a member itself.
    const { namespace } = session.set;
    if (made.newNamespaces.has(namespace)) await stages.makeNamespace(namespace);
    const lock = await takeLock(session, report, this.options.lock);
    try {
      const stored = await readInventory(session);
      if (stored?.resourceVersion === seen?.resourceVersion) {
        await this.change(lock, stored, made, stages);
      } else {
        const plan = await makePlan(session, this.wanted, stored?.inventory, planOptionsOf(this.options));
        stages = this.stages(plan);
        await this.change(lock, stored, plan, stages);
      }
    } finally {
      await lock.release();
    }
    return stages.uids;
  }

  private stages(plan: Plan): StageRun {
    const { conflicts = {} } = this.options;
    const options: StagesOptions = { conflicts, waitMs: this.waitMs };
    return runStages(this.session, this.report, plan.decisions, options);
  }

  private async change(
    lock: LeaseLock,
    stored: StoredInventory | undefined,
    plan: Plan,
    stages: StageRun,
  ): Promise<void> {
    const { session, report } = this;
    const before = stored?.inventory;
    // Planning may have taken long, and a first inventory has no version that would tell of another one.
    await lock.assertHeld();
    let current = await this.write(stored, this.intent(before, plan));
    const note = async (key: string) => {
      // Without its UID: the object has another one as soon as it is made anew, and belongs to the set all the same.
      const entries = current.inventory.entries.map(({ uid, ...entry }) =>
        keyOf(entry) === key ? { ...entry, recreating: true } : withUid(entry, uid),
      );
      current = await this.write(current, { ...current.inventory, entries });
    };
    let noted: Promise<void> = Promise.resolve();
    await stages.run({
      fence: () => lock.assertHeld(),
      // One after the other, since each write needs the version that the one before made.
      journal: (key) => {
        noted = noted.then(() => note(key));
        return noted;
      },
    });
    const members = membersOf(plan.decisions);
    const failed = report.problems.length > 0;
    if (failed && plan.candidates.length > 0) {
      report.tell({
        type: 'warning',
        message: 'nothing that left the set was removed, because of the failures',
      });
    }
    const rest = failed
      ? { remaining: untouched(plan.candidates), complete: false }
      : await prune(
          session,
          report,
          {
            ...pruneRun(plan, before, stages.uids, () => lock.assertHeld()),
            timeoutMs: this.waitMs,
          },
          this.options.prune ?? {},
        );
    const entries: InventoryEntry[] = [
      ...members.map((ref) => withUid(ref, stages.uids.get(keyOf(ref)))),
      ...rest.remaining.map(({ candidate: { ref, uid }, kept }) => ({
        ...withUid(ref, uid),
        ...(kept ? { kept } : {}),
      })),
    ];
    const phase = report.problems.length === 0 && rest.complete ? 'applied' : 'applying';
    await this.write(current, { ...current.inventory, phase, entries });
  }

  /** What the inventory says before the first change: all that was there, and all that may come. */
  private intent(before: Inventory | undefined, { decisions, candidates }: Plan): Inventory {
    const entries = new Map((before?.entries ?? []).map((entry) => [keyOf(entry), entry]));
    for (const { ref, uid } of candidates) {
      if (!entries.has(keyOf(ref))) entries.set(keyOf(ref), withUid(ref, uid));
    }
    for (const { object, member, live, action } of decisions) {
      const ref = refOf(object);
      // What is being deleted gives its place to an object with another UID.
      const uid = action === 'await-gone' ? undefined : live?.metadata.uid;
      if (member) entries.set(keyOf(ref), withUid(ref, uid));
    }
    return {
      generation: (before?.generation ?? 0) + 1,
      phase: 'applying',
      digest: this.wanted.digest(),
      entries: [...entries.values()],
    };
  }

  private async write(stored: StoredInventory | undefined, inventory: Inventory): Promise<StoredInventory> {
    this.session.signal?.throwIfAborted();
    // A run that fails in the same way again writes nothing again.
    if (stored && isSameInventory(stored.inventory, inventory)) return stored;
    try {
      return await writeInventory(this.session, inventory, stored);
    } catch (error) {
      if (!(error instanceof OpniLoggingError)) throw error;
      throw new OpniLoggingError(error.code, `The inventory could not be written: ${error.message}`, {
        problems: error.problems,
        cause: error,
      });
    }
  }
}

const withUid = <Ref extends object>(ref: Ref, uid: string | undefined): Ref & { readonly uid?: string } =>
  uid === undefined ? ref : { ...ref, uid };
