import type { Problem } from '../common/error.js';
import type { Cluster } from '../kube/cluster.js';
import type { LiveObject } from '../kube/live-object.js';
import type { ApplyOptions } from './apply.js';
import type { InventoryEntry } from './inventory/inventory.js';
import {
  readInventory,
  removeInventory,
  type StoredInventory,
  writeInventory,
} from './inventory/inventory-store.js';
import { findMembers } from './plan/find-members.js';
import { readLive } from './plan/read-live.js';
import { removeAll } from './removal/remove-all.js';
import type { Candidate, RemovalRules } from './removal/remove-object.js';
import { stripFinalizers } from './removal/strip-finalizers.js';
import { TEARDOWN, type TeardownStep, teardownStep } from './removal/teardown.js';
import { Lock } from './session/lock.js';
import { type Counts, Report } from './session/report.js';
import { openSession, type Session, type SessionOptions } from './session/session.js';
import { keyOf, refOf } from './set/object-ref.js';

/** Waits until what was taken in has arrived. */
export interface Drain {
  /** Longest time, in milliseconds. When it is over, the rest goes; buffers on disk stay. @default 120000 */
  readonly timeoutMs?: number;
  /** What still has to arrive, in words; undefined when nothing has to. `members` are those that could be read. */
  readonly remaining: (
    cluster: Cluster,
    members: readonly LiveObject[],
    signal: AbortSignal | undefined,
  ) => Promise<string | undefined>;
}

/** Options of {@link deleteSet}. */
export interface DeleteOptions extends SessionOptions {
  /** Also deletes definitions that nobody has objects of. @default false */
  readonly definitions?: boolean;
  /** Also deletes namespaces that the set made and that hold nothing else. @default false */
  readonly namespaces?: boolean;
  /** Also deletes volume claims of the set, and the data on them. @default false */
  readonly volumes?: boolean;
  /** Asks only. @default false */
  readonly dryRun?: boolean;
  /** How long to wait for each step, in milliseconds. @default 300000 */
  readonly waitMs?: number;
  /** Called between the end of the intake and the end of the rest. @default none */
  readonly drain?: Drain;
  /**
   * Finalizers that are taken away from objects that are stuck when the time is over, because whoever should do so is
   * gone for good.
   * @default []
   */
  readonly stripFinalizers?: readonly string[];
  /** As in an apply. */
  readonly lock?: ApplyOptions['lock'];
}

/** What came of a deletion. */
export interface DeleteResult {
  /** `nothing` when there was nothing (left) to delete. */
  readonly outcome: 'deleted' | 'nothing' | 'failed';
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

const DEFAULT_WAIT_MS = 300_000;
const DEFAULT_DRAIN_MS = 120_000;
const DRAIN_POLL_MS = 2000;

/**
 * Takes a set down, in an order that loses nothing: see {@link TEARDOWN}. Doing it twice is no error. A run that was
 * interrupted is continued by the next; the inventory goes last.
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
  if (!seen && found.every(({ step }) => isOptional(step, options))) {
    for (const { candidate, step } of found) report.object('kept', candidate.ref, { message: KEPT[step] });
    return resultOf(report, 'nothing');
  }
  if (options.dryRun) return await preview(session, report, found, options);
  const lock = await Lock.acquire({
    ...session,
    ...options.lock,
    onWait: (holder) =>
      report.tell({
        type: 'step',
        step: 'lock',
        message: `waiting for ${holder}, which changes this set now`,
      }),
  });
  try {
    const stored = await readInventory(session);
    const members =
      stored?.resourceVersion === seen?.resourceVersion ? found : await membersOf(session, stored);
    await takeDown(session, report, stored, members, options, lock);
  } finally {
    await lock.release();
  }
  return resultOf(report, 'deleted');
}

interface Member {
  readonly candidate: Candidate;
  readonly live: LiveObject | undefined;
  readonly step: TeardownStep;
}

/** Steps that are taken only when asked for. */
const KEPT: Readonly<Partial<Record<TeardownStep, string>>> = {
  definitions: 'definitions are deleted only when asked for, since their objects go with them',
  namespaces: 'namespaces are deleted only when asked for',
};

function isOptional(step: TeardownStep, { definitions, namespaces }: DeleteOptions): boolean {
  return (step === 'definitions' && !definitions) || (step === 'namespaces' && !namespaces);
}

async function membersOf(session: Session, stored: StoredInventory | undefined): Promise<Member[]> {
  const entries = stored?.inventory.entries ?? [];
  const { found, strays } = await readLive(session, entries, true);
  const labelled = stored
    ? strays
    : [...strays, ...(await findMembers(session, [], new Set([session.set.namespace])))];
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

/** Asks the API server step by step, as a deletion would, and changes nothing. */
async function preview(
  session: Session,
  report: Report,
  members: readonly Member[],
  options: DeleteOptions,
): Promise<DeleteResult> {
  const groups = TEARDOWN.map((step) => membersIn(members, step));
  const rules = { ...rulesOf('config', members, options, async () => {}), dryRun: true };
  await removeAll(session, report, groups, { action: 'deleted', timeoutMs: 0, rules });
  return resultOf(report, 'deleted');
}

const membersIn = (members: readonly Member[], wanted: TeardownStep): Candidate[] =>
  members.filter(({ step }) => step === wanted).map(({ candidate }) => candidate);

async function takeDown(
  session: Session,
  report: Report,
  stored: StoredInventory | undefined,
  members: readonly Member[],
  options: DeleteOptions,
  lock: Lock,
): Promise<void> {
  const before = stored?.inventory ?? { generation: 0, digest: '', entries: members.map(entryOf) };
  let current = await writeInventory(
    session,
    { ...before, generation: before.generation + 1, phase: 'deleting' },
    stored,
  );
  const left: { candidate: Candidate; kept: boolean }[] = [];
  let complete = true;
  for (const step of TEARDOWN) {
    const group = membersIn(members, step);
    if (!complete) {
      left.push(...group.map((candidate) => ({ candidate, kept: false })));
      continue;
    }
    if (group.length > 0)
      report.tell({ type: 'step', step: 'delete', message: `deleting ${STEP_TEXT[step]}` });
    const done = await removeAll(session, report, [group], {
      action: 'deleted',
      timeoutMs: options.waitMs ?? DEFAULT_WAIT_MS,
      rules: rulesOf(step, members, options, () => lock.assertHeld()),
      onStuck: options.stripFinalizers?.length
        ? (stuck) => stripFinalizers(session, report, stuck, options.stripFinalizers!)
        : undefined,
    });
    complete = done.complete;
    left.push(...done.remaining);
    if (step === 'intake' && complete && options.drain && members.some(isReceiver)) {
      const live = members.flatMap((member) => member.live ?? []);
      await drain(session, report, live, options.drain);
    }
  }
  if (complete) {
    const again = await readInventory(session);
    if (again) await removeInventory(session, again);
    return;
  }
  const entries = left.map(({ candidate, kept }) => ({
    ...entryOf({ candidate }),
    ...(kept ? { kept } : {}),
  }));
  current = await writeInventory(session, { ...current.inventory, entries }, current);
}

/** Something that records in flight still need. */
const isReceiver = ({ step }: Member) => step === 'custom-resources' || step === 'workloads';

const entryOf = ({ candidate: { ref, uid } }: Pick<Member, 'candidate'>): InventoryEntry =>
  uid === undefined ? ref : { ...ref, uid };

const STEP_TEXT: Readonly<Record<TeardownStep, string>> = {
  intake: 'what takes records in',
  'custom-resources': 'custom resources, while their operator lives',
  webhooks: 'webhooks',
  workloads: 'workloads',
  config: 'configuration',
  access: 'accounts and roles',
  definitions: 'definitions',
  namespaces: 'namespaces',
};

function rulesOf(
  step: TeardownStep,
  members: readonly Member[],
  { definitions, namespaces, volumes }: DeleteOptions,
  fence: () => Promise<void>,
): RemovalRules {
  return {
    members: members.map(({ candidate }) => candidate.ref),
    appliedUids: new Set(),
    definitions,
    namespaces,
    volumes,
    // Pods may need what they use until they have ended.
    propagation: step === 'workloads' || step === 'intake' ? 'Foreground' : 'Background',
    fence,
  };
}

async function drain(
  session: Session,
  report: Report,
  members: readonly LiveObject[],
  { remaining, timeoutMs = DEFAULT_DRAIN_MS }: Drain,
): Promise<void> {
  const { clock, signal } = session;
  const until = clock.now() + timeoutMs;
  let told: string | undefined;
  for (;;) {
    const left = await remaining(session.cluster, members, signal);
    if (left === undefined) {
      report.tell({ type: 'step', step: 'drain', message: 'everything on its way has arrived' });
      return;
    }
    if (clock.now() >= until) {
      report.tell({
        type: 'warning',
        message: `after ${Math.round(timeoutMs / 1000)} s, ${left}; what lies on disk stays there`,
      });
      return;
    }
    if (left !== told) report.tell({ type: 'step', step: 'drain', message: left });
    told = left;
    await clock.sleep(Math.min(DRAIN_POLL_MS, until - clock.now()), signal);
  }
}

function resultOf(report: Report, done: 'deleted' | 'nothing'): DeleteResult {
  const { counts, problems } = report;
  const outcome = problems.length > 0 ? 'failed' : done;
  report.tell({ type: 'step', step: 'done', message: outcome });
  return { outcome, counts, problems };
}
