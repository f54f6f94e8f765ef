import { OpniLoggingError } from '../../common/error.js';
import { readLease } from '../../kube/lease.js';
import { LeaseLock } from '../../kube/lease-lock.js';
import type { LeaseLockOptions, LockTexts } from '../../kube/lease-lock-options.js';
import type { ApplySet } from '../set/apply-set.js';
import type { Report } from './report.js';
import type { Session } from './session.js';

/** How long to wait for another actor, and what this one is called. */
export type LockWaits = Pick<LeaseLockOptions, 'holder' | 'durationMs' | 'waitMs'>;

/**
 * Takes the lock of a set, the Lease that keeps two actors from changing it at the same time, and tells for whom it
 * waits. It may be held for longer than it is renewed, as long as nobody took it: every destructive step asks
 * `assertHeld` first, and every deletion carries the UID and version of what it read.
 *
 * @throws OpniLoggingError `cluster` as `LeaseLock.acquire` does
 */
export function takeLock(session: Session, report: Report, waits: LockWaits = {}): Promise<LeaseLock> {
  const { cluster, clock, signal, set } = session;
  const message = (holder: string) =>
    `waiting for ${holder}, which changes this set, or died within the last minute`;
  return LeaseLock.acquire({
    cluster,
    clock,
    signal,
    ...waits,
    place: placeOf(set),
    revives: true,
    texts: textsFor(set),
    onWait: (holder) => report.tell({ type: 'step', step: 'lock', message: message(holder) }),
  });
}

/** Whether the Lease of a set is there, whoever holds it. */
export async function isLockThere({ cluster, set, signal }: Session): Promise<boolean> {
  return (await readLease({ cluster, place: placeOf(set) }, { signal })).lease !== undefined;
}

const placeOf = ({ namespace, lock }: ApplySet) => ({ namespace, name: lock });

function textsFor({ namespace, lock }: ApplySet): LockTexts {
  const path = `Lease ${namespace}/${lock}`;
  return {
    heldBy: (holder, waitMs) => {
      const message = `${holder} changes this set, and did not finish within ${Math.round(waitMs / 1000)} s`;
      const fix = 'wait for it to finish, or stop it: a holder that is gone loses the lock by itself';
      return new OpniLoggingError('cluster', `The lock is held by ${holder}. Nothing was changed.`, {
        problems: [{ path, message, fix }],
      });
    },
    lost: (reason) =>
      new OpniLoggingError(
        'cluster',
        `${path}: the lock was lost, because ${reason}. Nothing more was changed; run again.`,
      ),
  };
}
