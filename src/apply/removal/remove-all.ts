import { mapPool } from '../../common/pool.js';
import { stageNumber, stageOf } from '../../synth/stages.js';
import type { ObjectAction } from '../session/engine-events.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { apiVersionOfRef, type ObjectRef } from '../set/object-ref.js';
import { type Candidate, type Removal, type RemovalRules, removeObject } from './remove-object.js';
import { type GoingObject, type StuckObject, waitUntilGone } from './wait-gone.js';

/** Options of {@link removeAll}. */
export interface RemoveAllOptions {
  readonly rules: RemovalRules;
  /** What a removal is called. */
  readonly action: Extract<ObjectAction, 'pruned' | 'deleted'>;
  /** How long to wait for each group to be gone, in milliseconds. */
  readonly timeoutMs: number;
  /** Called for objects that are still there when that time is over, before they count as failed. @default none */
  readonly onStuck?: (stuck: readonly GoingObject[]) => Promise<void>;
}

/** What is left of candidates. */
export interface RemoveAllResult {
  /** Candidates that still belong to the set: not gone, not certain, or kept on purpose. */
  readonly remaining: readonly { readonly candidate: Candidate; readonly kept: boolean }[];
  readonly complete: boolean;
}

/** Candidates that nothing was done about, as what is left. */
export const untouched = (candidates: readonly Candidate[]) =>
  candidates.map((candidate) => ({ candidate, kept: candidate.kept === true }));

/**
 * Removes groups of objects one after the other; a group is waited for before the next one is touched. After a failure
 * no further group is.
 */
export async function removeAll(
  session: Session,
  report: Report,
  groups: readonly (readonly Candidate[])[],
  options: RemoveAllOptions,
): Promise<RemoveAllResult> {
  const remaining: { candidate: Candidate; kept: boolean }[] = [];
  const leaving: ObjectRef[] = [];
  const rules: RemovalRules = options.rules.dryRun ? { ...options.rules, leaving } : options.rules;
  let complete = true;
  let failed = false;
  for (const group of groups) {
    if (failed) {
      remaining.push(...untouched(group));
      continue;
    }
    const going: (GoingObject & { readonly candidate: Candidate })[] = [];
    const removals = await mapPool(
      group,
      session.concurrency,
      async (candidate) => ({ candidate, removal: await removeObject(session, candidate, rules) }),
      session.signal,
    );
    for (const { candidate, removal } of removals) {
      if (removal.outcome === 'going') going.push({ ref: candidate.ref, uid: removal.uid, candidate });
      else if (!tell(report, candidate, removal, options)) failed = true;
      else if (removal.outcome === 'gone') leaving.push(candidate.ref);
      if (removal.outcome === 'deferred') complete = false;
      if (removal.outcome === 'failed' || removal.outcome === 'deferred')
        remaining.push({ candidate, kept: false });
      if (removal.outcome === 'kept' && removal.member) remaining.push({ candidate, kept: true });
    }
    const stuck = await waitGoing(session, report, going, options);
    for (const object of going) {
      const late = stuck.find(({ ref }) => ref === object.ref);
      if (!late) {
        report.object(options.action, object.ref);
        continue;
      }
      failed = true;
      remaining.push({ candidate: object.candidate, kept: false });
      report.object('failed', object.ref, {
        message: `is still there after ${Math.round(options.timeoutMs / 1000)} s: ${late.message}`,
        fix: `${wayOut(late, options)}; the next run continues`,
      });
    }
  }
  return { remaining, complete: complete && !failed };
}

/** How to let go of what is stuck. */
function wayOut({ finalizers }: StuckObject, { action }: RemoveAllOptions): string {
  if (finalizers.length === 0) return 'see why it is not let go';
  const controllers = `see whether what takes ${finalizers.length === 1 ? 'this finalizer' : 'these finalizers'} away still runs`;
  if (action !== 'deleted') return controllers;
  return `${controllers}; if that is gone for good, strip ${finalizers.length === 1 ? 'it' : 'them'} (--strip-finalizer ${finalizers.join(' ')})`;
}

async function waitGoing(
  session: Session,
  report: Report,
  going: readonly GoingObject[],
  { timeoutMs, onStuck }: RemoveAllOptions,
) {
  if (going.length === 0) return [];
  const wait = { reason: 'until it is gone', timeoutMs };
  const stuck = await waitUntilGone(session, report, going, wait);
  if (stuck.length === 0 || !onStuck) return stuck;
  await onStuck(stuck);
  return waitUntilGone(session, report, stuck, { ...wait, timeoutMs: 5000 });
}

const UNANSWERED_FIX = 'see why its APIService is not available, then run again';

/** Tells what became of a candidate; false when it failed. */
function tell(
  report: Report,
  { ref }: Candidate,
  removal: Exclude<Removal, { outcome: 'going' }>,
  { action }: RemoveAllOptions,
): boolean {
  switch (removal.outcome) {
    case 'gone':
      if (removal.deleted) report.object(action, ref);
      return true;
    case 'deferred':
      // What left a set is looked at again with the next apply; a deletion that left something behind is none.
      if (action === 'deleted') {
        report.object('failed', ref, { message: removal.message, fix: UNANSWERED_FIX });
        return false;
      }
      report.object('kept', ref, { message: removal.message });
      return true;
    case 'kept':
      report.object('kept', ref, { message: removal.message });
      return true;
    case 'ignored':
      return true;
    case 'failed':
      report.object('failed', ref, { message: removal.message, fix: removal.fix });
      return false;
  }
}

/** Groups of candidates in reverse order of the stages. */
export function inReverseStages(candidates: readonly Candidate[]): Candidate[][] {
  const groups = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const stage = stageNumber(stageOfRef(candidate.ref));
    groups.set(stage, [...(groups.get(stage) ?? []), candidate]);
  }
  return [...groups.keys()].sort((a, b) => b - a).map((stage) => groups.get(stage)!);
}

export const stageOfRef = (ref: ObjectRef) => stageOf({ apiVersion: apiVersionOfRef(ref), kind: ref.kind });
