import type { Problem } from '../../common/error.js';
import { mapPool } from '../../common/pool.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import { readObject } from '../plan/read-live.js';
import type { PendingObject } from '../session/engine-events.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { describeRef, keyOf, type ObjectRef, refOf } from '../set/object-ref.js';
import { nextStep } from '../status/next-step.js';
import { objectStatus } from '../status/object-status.js';
import { podProblem } from '../status/pod-problem.js';
import { assessHealth } from './assess.js';
import type { Health } from './health.js';

/** Options of {@link settle}. */
export interface SettleOptions {
  /** Longest time until all objects are healthy, in milliseconds. @default 300000 */
  readonly timeoutMs?: number;
  /**
   * How long an object may count as failed before the wait ends, in milliseconds. Within this time it may recover.
   * @default 10000
   */
  readonly failedMs?: number;
}

/** What is waited for. */
export interface SettleRun {
  /** Objects that are expected to become healthy. */
  readonly objects: readonly KubernetesObject[];
  /** UIDs of the objects as they were applied, by `keyOf`. Another UID is another object. */
  readonly uids: ReadonlyMap<string, string>;
  /** Objects as they were just read, by `keyOf`. What is healthy there is not read again. @default none */
  readonly live?: ReadonlyMap<string, LiveObject>;
}

const DEFAULT_TIMEOUT_MS = 300_000;
const DEFAULT_FAILED_MS = 10_000;
const FIRST_POLL_MS = 100;
const LAST_POLL_MS = 2000;

interface Pending extends PendingObject {
  readonly wanted: KubernetesObject;
  readonly health: Health;
  /** When it began to count as failed. */
  readonly failedAt: number | undefined;
}

/** Waits until objects are healthy. Every one that is not, when an object failed or the time is over, is a problem. */
export async function settle(
  session: Session,
  report: Report,
  run: SettleRun,
  { timeoutMs = DEFAULT_TIMEOUT_MS, failedMs = DEFAULT_FAILED_MS }: SettleOptions,
): Promise<void> {
  const { clock, signal, concurrency } = session;
  const startedAt = clock.now();
  let told = '';
  let left = run.objects.map(
    (wanted): Pick<Pending, 'wanted' | 'failedAt'> => ({ wanted, failedAt: undefined }),
  );
  let live = run.live;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LAST_POLL_MS)) {
    const known = live;
    live = undefined;
    const states = await mapPool(
      left,
      concurrency,
      async ({ wanted, failedAt }) => {
        const ref = refOf(wanted);
        const object = known?.get(keyOf(ref)) ?? (await readObject(session, ref));
        const health = await healthAfterApply(session, run, ref, object);
        return pendingOf(wanted, health, health.state === 'Failed' ? (failedAt ?? clock.now()) : undefined);
      },
      signal,
    );
    const pending = states.filter((state) => state !== undefined);
    left = pending;
    if (pending.length === 0) return;
    const text = pending.map(({ object, message }) => `${describeRef(object)}: ${message}`).join('\n');
    if (text !== told)
      report.tell({ type: 'waiting', reason: 'until all is healthy', pending: pending.map(plain) });
    told = text;
    const elapsedMs = clock.now() - startedAt;
    const hasFailed = pending.some(
      ({ failedAt }) => failedAt !== undefined && clock.now() - failedAt >= failedMs,
    );
    if (hasFailed || elapsedMs >= timeoutMs) {
      for (const object of pending) report.problem(await problemOf(session, run, object, elapsedMs));
      return;
    }
    await clock.sleep(Math.max(1, Math.min(pollMs, timeoutMs - elapsedMs)), signal);
  }
}

async function healthAfterApply(
  session: Session,
  { objects, uids }: SettleRun,
  ref: ObjectRef,
  live: LiveObject | undefined,
): Promise<Health> {
  const uid = uids.get(keyOf(ref));
  if (live && uid !== undefined && uid !== live.metadata.uid) {
    return {
      state: 'Failed',
      reason: 'Replaced',
      message: 'was deleted and made anew by somebody else meanwhile',
    };
  }
  const health = await assessHealth(session, live, objects);
  if (health.state !== 'NotFound' && health.state !== 'Terminating') return health;
  return { state: 'Failed', reason: 'Deleted', message: 'was deleted by somebody else meanwhile' };
}

function pendingOf(
  wanted: KubernetesObject,
  health: Health,
  failedAt: number | undefined,
): Pending | undefined {
  if (health.state === 'Current') return undefined;
  return { wanted, health, failedAt, object: refOf(wanted), message: health.message };
}

const plain = ({ object, message }: PendingObject): PendingObject => ({ object, message });

async function problemOf(
  session: Session,
  { objects }: SettleRun,
  { object, health }: Pending,
  elapsedMs: number,
): Promise<Problem> {
  const live = await readObject(session, object);
  // What was told before may have changed meanwhile; what happened to the object itself stays.
  const now = health.state === 'Failed' ? undefined : await objectStatus(session, object, live, objects);
  const { message } = now?.health ?? health;
  return {
    path: describeRef(object),
    message: now ? `is not healthy after ${Math.round(elapsedMs / 1000)} s: ${message}` : message,
    fix: now?.next ?? nextStep(object, health, live && (await podProblem(session, live))),
  };
}
