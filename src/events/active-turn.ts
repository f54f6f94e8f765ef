import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/log.js';
import { untilAborted } from '../common/until-aborted.js';
import type { LeaseLock } from '../kube/lease-lock.js';
import type { Session } from './session.js';
import type { Spool } from './spool/spool.js';

/** How a run ends, once it is asked to: what was read is delivered as far as time allows, or forgotten. */
export type RunEnd = { readonly drainMs: number } | 'disable';

/** Options of {@link shipWhileActive}. */
export interface ActiveTurn {
  readonly session: Session;
  readonly lock: LeaseLock;
  /** @default none */
  readonly spool?: Spool;
  /** Aborted when the run shall end. */
  readonly stop: AbortSignal;
  /** How; to be asked once it shall. */
  readonly how: () => RunEnd;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long requests that are on their way may take when forwarding is disabled, in milliseconds. */
const FINISH_MS = 5000;
/** How often it is tried to note that a hole in the spool is healing, in milliseconds. */
const HEAL_AGAIN_MS = 1000;
/** How often it is looked whether there is a first mark to save, in milliseconds. */
const FIRST_MARK_MS = 200;

/**
 * Runs a session up to the end of the run, the loss of the Lease, or a hole in the spool, and ends it accordingly.
 *
 * @throws what broke the session
 */
export async function shipWhileActive(turn: ActiveTurn): Promise<void> {
  const { session, lock, stop, how, log } = turn;
  const over = AbortSignal.any([stop, lock.lost, session.holed]);
  const running = session.run();
  const broke = new AbortController();
  const stopped = AbortSignal.any([over, broke.signal]);
  const saving = Promise.all([heal(turn, stopped), saveFirstMark(turn, stopped)]);
  try {
    await Promise.race([running, untilAborted(over)]);
  } finally {
    broke.abort();
    await saving;
  }
  if (lock.lost.aborted) {
    log.warn('the Lease was lost; standing by', { error: lock.lost.reason });
    await session.end();
    // The events may be gone when the Lease is taken again.
    await session.keepRest();
  } else if (!stop.aborted) {
    log.warn('records in the spool are damaged; their events are read again');
    await session.end({ finishMs: FINISH_MS });
  } else {
    await endAs(how(), turn);
  }
  await running;
}

async function endAs(how: RunEnd, { session, log }: ActiveTurn): Promise<void> {
  if (how === 'disable') {
    await session.end({ finishMs: FINISH_MS });
    session.purge();
    return;
  }
  await session.end({ drainMs: how.drainMs });
  await session.keepRest();
  log.info('stopped', { mark: session.mark ?? 'none', left: session.queueDocuments });
}

/** Without a mark whoever comes next begins anew, so the first one is not kept back until the Lease is renewed. */
async function saveFirstMark({ session, lock, clock }: ActiveTurn, over: AbortSignal): Promise<void> {
  if (session.mark !== undefined) return;
  while (!over.aborted && session.mark === undefined) {
    // Ends with the signal only.
    await clock.sleep(FIRST_MARK_MS, over).catch(() => undefined);
  }
  // What fails is repeated by the next renewal, which tells of it.
  if (!over.aborted) await lock.save(over).catch(() => undefined);
}

/** Events are read again that a hole in the spool lost. That is over only when the Lease tells how far it has come. */
async function heal({ session, spool, lock, clock }: ActiveTurn, over: AbortSignal): Promise<void> {
  while (spool?.needsReading && !over.aborted) {
    // Without a mark the Lease would tell whoever comes next nothing of what is still to be read.
    const isKept = session.mark !== undefined && (await lock.save(over).catch(() => false));
    if (isKept) await spool.healed();
    else await clock.sleep(HEAL_AGAIN_MS, over).catch(() => undefined);
  }
}
