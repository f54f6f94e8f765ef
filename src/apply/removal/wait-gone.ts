import { mapPool } from '../../common/pool.js';
import { readObject } from '../plan/read-live.js';
import type { PendingObject } from '../session/engine-events.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { describeRef, type ObjectRef } from '../set/object-ref.js';

/** An object that is being deleted. */
export interface GoingObject {
  readonly ref: ObjectRef;
  /** Another UID under the same name is another object. */
  readonly uid: string;
}

/** What is still there. */
export interface StuckObject extends GoingObject, PendingObject {
  /** Names of those that it waits for. */
  readonly finalizers: readonly string[];
}

/** Options of {@link waitUntilGone}. */
export interface WaitOptions {
  readonly reason: string;
  /** In milliseconds. */
  readonly timeoutMs: number;
}

const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 2000;

/**
 * Waits until objects are gone.
 *
 * @returns those that are still there when the time is over, with what they wait for
 */
export async function waitUntilGone(
  session: Session,
  report: Report,
  going: readonly GoingObject[],
  { reason, timeoutMs }: WaitOptions,
): Promise<readonly StuckObject[]> {
  const { clock, signal, concurrency } = session;
  const until = clock.now() + timeoutMs;
  let told = '';
  let pollMs = FIRST_POLL_MS;
  let left = going;
  for (;;) {
    const states = await mapPool(left, concurrency, (object) => pendingOf(session, object), signal);
    const pending = states.filter((state) => state !== undefined);
    if (pending.length === 0) return [];
    left = pending;
    const text = pending.map(({ object, message }) => `${describeRef(object)}: ${message}`).join('\n');
    if (text !== told)
      report.tell({
        type: 'waiting',
        reason,
        pending: pending.map(({ object, message }) => ({ object, message })),
      });
    told = text;
    if (clock.now() >= until) return pending;
    await clock.sleep(Math.min(pollMs, Math.max(1, until - clock.now())), signal);
    pollMs = Math.min(pollMs * 1.5, LAST_POLL_MS);
  }
}

async function pendingOf(session: Session, { ref, uid }: GoingObject): Promise<StuckObject | undefined> {
  const live = await readObject(session, ref);
  if (!live || live.metadata.uid !== uid) return undefined;
  const finalizers = live.metadata.finalizers ?? [];
  const conditions = (
    live['status'] as { readonly conditions?: readonly { status: string; message?: string }[] } | undefined
  )?.conditions;
  const told = conditions
    ?.filter(({ status, message }) => status === 'True' && message)
    .map(({ message }) => message);
  const message =
    finalizers.length > 0
      ? `waits for ${finalizers.length === 1 ? 'its finalizer' : 'its finalizers'} ${finalizers.join(', ')}`
      : told?.length
        ? told.join('; ')
        : 'is being deleted';
  return { ref, uid, object: ref, message, finalizers };
}
