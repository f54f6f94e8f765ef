import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../common/clock.js';
import { OpniLoggingError } from '../common/error.js';
import type { Annotations, LeasePlace, LeaseTarget } from './lease.js';

/** What a lock says, in the words of what it guards. */
export interface LockTexts {
  /** Another one holds it, and was waited for as long as may be. */
  heldBy(holder: string, waitMs: number): OpniLoggingError;
  /** It was lost; the reason reads as in `b holds it now`. */
  lost(reason: string): OpniLoggingError;
}

/** Options of {@link LeaseLock.acquire}. */
export interface LeaseLockOptions extends LeaseTarget {
  readonly clock: Clock;
  /**
   * Who holds it, as others read it. Two runs of one name do not keep each other out, so it has to be new for each run.
   * @default host name, process and a random part
   */
  readonly holder?: string;
  /** How long a holder that is silent stays the holder, in milliseconds; rounded up to seconds for others. @default 30000 */
  readonly durationMs?: number;
  /** How long to wait for another holder before giving up, in milliseconds; `Infinity` never does. @default 60000 */
  readonly waitMs?: number;
  /** How often to look while waiting, in milliseconds. @default 1000 */
  readonly pollMs?: number;
  /** Ends the waiting. @default none */
  readonly signal?: AbortSignal;
  /** Told whom it waits for, once for each holder. @default none */
  readonly onWait?: (holder: string) => void;
  /**
   * Told of a look, a renewal or a release that failed. Looks and renewals are repeated.
   * @default a look that fails ends the waiting; the others are repeated without a word
   */
  readonly onTrouble?: (error: unknown) => void;
  /** Told of each look and renewal that worked. @default none */
  readonly onWorking?: () => void;
  /**
   * Annotations for the Lease, asked for at each renewal and at the release, but not when it is taken. Must not throw.
   * @default none
   */
  readonly annotations?: () => Annotations;
  /**
   * Whether a lock that was not renewed in time may be renewed later, when nobody took it meanwhile. Its holder must
   * ask {@link LeaseLock.assertHeld} before each step.
   * @default false: it is lost for good
   */
  readonly revives?: boolean;
  /** @default texts that name the Lease */
  readonly texts?: LockTexts;
}

/** A name that no other run has. */
export const newHolder = (): string => `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`;

/** How long after its last renewal a lock counts as held, in milliseconds. */
export const limitMsOf = ({ durationMs = 30_000, revives }: LeaseLockOptions): number =>
  durationMs * (revives ? 1 / 2 : 4 / 5);

export const textsOf = ({ texts, place }: LeaseLockOptions): LockTexts => texts ?? textsFor(place);

function textsFor({ namespace, name }: LeasePlace): LockTexts {
  const path = `Lease ${namespace}/${name}`;
  return {
    heldBy: (holder, waitMs) => {
      const message = `${holder} holds it, and did not let go within ${Math.round(waitMs / 1000)} s`;
      const fix = 'wait for it to finish, or stop it: a holder that is gone loses the lock by itself';
      return new OpniLoggingError('cluster', `${path} is held by ${holder}`, {
        problems: [{ path, message, fix }],
      });
    },
    lost: (reason) => new OpniLoggingError('cluster', `${path}: the lock was lost, because ${reason}`),
  };
}
