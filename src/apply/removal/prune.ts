import type { LiveObject } from '../../kube/live-object.js';
import type { InventoryEntry } from '../inventory/inventory.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { groupKindOfRef, keyOf, type ObjectRef, refOf } from '../set/object-ref.js';
import { inReverseStages, type RemoveAllResult, removeAll, untouched } from './remove-all.js';
import type { Candidate } from './remove-object.js';

/** What may be pruned. */
export interface PruneOptions {
  /** False leaves everything that left the set where it is. @default true */
  readonly enabled?: boolean;
  /**
   * Largest part of the set that one run may remove, from 0 to 1. More is refused, since it is rather a mistake, such
   * as another namespace or prefix. Sets of up to 10 objects are not looked at.
   * @default 0.5
   */
  readonly maxShare?: number;
  /** Also removes definitions that nobody has objects of. @default false */
  readonly definitions?: boolean;
  /** Also removes namespaces that this set made and that hold nothing else. @default false */
  readonly namespaces?: boolean;
  /** Also removes volume claims. @default false */
  readonly volumes?: boolean;
}

/** Whether something goes only when asked for, and is asked for. */
export function isAskedFor(ref: ObjectRef, { definitions, namespaces, volumes }: PruneOptions): boolean {
  const asked: Readonly<Record<string, boolean | undefined>> = {
    'apiextensions.k8s.io/CustomResourceDefinition': definitions,
    Namespace: namespaces,
    PersistentVolumeClaim: volumes,
  };
  return asked[groupKindOfRef(ref)] === true;
}

const DEFAULT_MAX_SHARE = 0.5;
const SMALL_SET = 10;

/**
 * What left the set: in the inventory and no longer wanted, or with the label of the set and not in the inventory.
 *
 * @param wanted keys of the objects of the set
 */
export function pruneCandidates(
  wanted: ReadonlySet<string>,
  entries: readonly InventoryEntry[],
  strays: readonly LiveObject[],
): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const { uid, recreating: _, kept, ...ref } of entries) {
    if (!wanted.has(keyOf(ref)))
      candidates.set(keyOf(ref), {
        ref,
        uid,
        byLabelOnly: false,
        ...(kept ? { kept } : {}),
      });
  }
  for (const live of strays) {
    const ref = refOf(live);
    const key = keyOf(ref);
    if (wanted.has(key) || candidates.has(key)) continue;
    candidates.set(key, { ref, uid: live.metadata.uid, byLabelOnly: true });
  }
  return [...candidates.values()];
}

/** What pruning needs to know of the run. */
export interface PruneRun {
  readonly candidates: readonly Candidate[];
  readonly appliedUids: ReadonlySet<string>;
  /** Objects that belonged to the set before, without those that had left it. */
  readonly known: number;
  readonly timeoutMs: number;
  readonly fence: () => Promise<void>;
  /** Asks only. @default false */
  readonly dryRun?: boolean;
}

/** Tells that everything that left the set stays, since pruning is off. */
export function keepAll(report: Report, candidates: readonly Candidate[]): void {
  for (const { ref } of candidates)
    report.object('kept', ref, { message: 'left the set, and pruning is off' });
}

/** Removes what left the set, in reverse order of the stages. */
export async function prune(
  session: Session,
  report: Report,
  run: PruneRun,
  options: PruneOptions,
): Promise<RemoveAllResult> {
  const { candidates } = run;
  if (candidates.length === 0) return { remaining: [], complete: true };
  const leaveAll = { remaining: untouched(candidates), complete: false };
  if (options.enabled === false) {
    keepAll(report, candidates);
    return { ...leaveAll, complete: true };
  }
  const { maxShare = DEFAULT_MAX_SHARE } = options;
  const leaving = candidates.filter(({ kept }) => !kept).length;
  if (run.known > SMALL_SET && leaving > run.known * maxShare) {
    report.problem({
      message: `${leaving} of ${run.known} objects left the set; nothing was removed, because that is more than ${Math.round(maxShare * 100)} %`,
      fix: 'check namespace and prefix; when it is meant, allow it (--prune-share 100)',
    });
    return leaveAll;
  }
  report.tell({
    type: 'step',
    step: 'prune',
    message: `looking at ${candidates.length === 1 ? '1 object' : `${candidates.length} objects`} that left the set`,
  });
  return removeAll(session, report, inReverseStages(candidates), {
    action: 'pruned',
    timeoutMs: run.timeoutMs,
    rules: {
      appliedUids: run.appliedUids,
      definitions: options.definitions,
      namespaces: options.namespaces,
      volumes: options.volumes,
      fence: run.fence,
      dryRun: run.dryRun,
    },
  });
}
