import type { Problem } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { LiveObject } from '../kube/live-object.js';
import type { ApplyOptions } from './apply-options.js';
import { ApplyRun, planOptionsOf, pruneRun } from './apply-run.js';
import { settle } from './health/settle.js';
import type { Inventory } from './inventory/inventory.js';
import { readInventory } from './inventory/inventory-store.js';
import { type Decision, isQuiet, uidsOf } from './plan/decision.js';
import { makePlan, type Plan } from './plan/make-plan.js';
import { readLive } from './plan/read-live.js';
import { isAskedFor, keepAll, prune } from './removal/prune.js';
import { type Counts, Report } from './session/report.js';
import { openSession, type Session } from './session/session.js';
import { keyOf, refOf } from './set/object-ref.js';
import { objectSet } from './set/object-set.js';

/** What came of an apply. */
export interface ApplyResult {
  /**
   * - `unchanged`: everything was as wanted, and no request wrote anything
   * - `applied`: everything is as wanted now; with a dry run, would be
   * - `failed`: `problems` says what is not
   */
  readonly outcome: 'unchanged' | 'applied' | 'failed';
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

/**
 * Makes a cluster have exactly the objects of a set, by server-side apply.
 *
 * It may be killed at any time: what it is about to do is in the inventory before the first change, so the next run
 * finishes it. It may be run by several actors: a Lease keeps them apart. What others own is left alone and reported.
 * What left the set is removed, if nothing failed and it is certain that it is what was applied.
 *
 * @param objects all objects of the set, rendered
 * @returns what came of it; an object that was refused is a problem in the result and no error
 * @throws OpniLoggingError `construct` or `cluster` when the set is refused as a whole, before anything was changed; or
 *   `cluster` when the API server cannot be reached or the lock is lost; the signal's reason once it is aborted
 */
export async function applySet(
  objects: readonly KubernetesObject[],
  options: ApplyOptions,
): Promise<ApplyResult> {
  const wanted = objectSet(objects);
  const session = openSession(options);
  const report = new Report(session.emit);
  const count = wanted.objects.length;
  report.tell({
    type: 'step',
    step: 'plan',
    message: `comparing ${count === 1 ? '1 object' : `${count} objects`} with the cluster`,
  });
  session.cluster.discovery.prefetch(session.signal);
  const stored = await readInventory(session);
  const planOptions = planOptionsOf(options);
  const plan = await makePlan(session, wanted, stored?.inventory, planOptions);
  if (options.dryRun) return await preview(session, report, plan, stored?.inventory, options);

  const changed = needsWork(plan, stored?.inventory, options);
  const uids = changed
    ? await new ApplyRun(session, report, wanted, options).work(stored, plan)
    : reportUnchanged(report, plan, options);
  if (options.health && report.problems.length === 0) {
    const objects = plan.decisions.filter(({ member }) => member).map(({ object }) => object);
    // What was not written may have changed all the same: by what was written beside it.
    const live = changed ? (await readLive(session, objects.map(refOf), true)).found : liveOf(plan);
    await settle(session, report, { objects, uids, live }, options.health);
  }
  return resultOf(report, changed);
}

function resultOf(report: Report, changed: boolean): ApplyResult {
  const { counts, problems } = report;
  const outcome = problems.length > 0 ? 'failed' : changed ? 'applied' : 'unchanged';
  report.tell({ type: 'step', step: 'done', message: outcome });
  return { outcome, counts, problems };
}

const isProblem = ({ action }: Decision) => action === 'failed' || action === 'conflict';
const isWrite = ({ action }: Decision) => !isQuiet(action);

/** Whether the cluster or the inventory has to be changed. */
function needsWork(
  { decisions, candidates }: Plan,
  inventory: Inventory | undefined,
  { prune: pruning = {} }: ApplyOptions,
): boolean {
  if (decisions.some(isWrite)) return true;
  const entries = new Map((inventory?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  const untracked = decisions.some(({ member, live, object, action }) => {
    if (!member || action === 'failed') return false;
    const ref = refOf(object);
    const entry = entries.get(keyOf(ref));
    return !entry || entry.uid !== live?.metadata.uid || entry.version !== ref.version || entry.kept;
  });
  if (untracked) return true;
  if (decisions.some(isProblem)) return false;
  const settled =
    pruning.enabled === false ||
    candidates.every(({ ref }) => entries.get(keyOf(ref))?.kept && !isAskedFor(ref, pruning));
  return inventory?.phase !== 'applied' || !settled;
}

function reportUnchanged(
  report: Report,
  { decisions, candidates }: Plan,
  { prune: { enabled = true } = {} }: ApplyOptions,
): ReadonlyMap<string, string> {
  for (const { object, action, message, fields, fix } of decisions) {
    if (!isQuiet(action)) throw new TypeError('a plan without work writes nothing');
    report.object(action, refOf(object), { message, fields, fix });
  }
  if (!enabled) keepAll(report, candidates);
  return new Map();
}

/** Objects as they were read, where nothing was written. */
const liveOf = ({ decisions }: Plan): ReadonlyMap<string, LiveObject> =>
  new Map(
    decisions.flatMap(({ action, object, live }) =>
      action === 'unchanged' && live ? [[keyOf(refOf(object)), live] as const] : [],
    ),
  );

const WOULD = {
  create: 'created',
  update: 'configured',
  recreate: 'recreated',
  'await-gone': 'created',
} as const;

/** What a plan would do. */
async function preview(
  session: Session,
  report: Report,
  plan: Plan,
  inventory: Inventory | undefined,
  options: ApplyOptions,
): Promise<ApplyResult> {
  for (const { object, action, message, fields, fix } of plan.decisions) {
    report.object(isQuiet(action) ? action : WOULD[action], refOf(object), { message, fields, fix });
  }
  if (report.problems.length === 0) {
    const run = pruneRun(plan, inventory, uidsOf(plan.decisions), async () => {});
    await prune(session, report, { ...run, timeoutMs: 0, dryRun: true }, options.prune ?? {});
  }
  return resultOf(report, needsWork(plan, inventory, options));
}
