import { Report } from '../../../src/apply/session/report.js';
import { openSession } from '../../../src/apply/session/session.js';
import { type LockWaits, takeLock } from '../../../src/apply/session/take-lock.js';
import { messageOf } from '../../../src/common/error.js';
import { Cluster } from '../../../src/kube/cluster.js';
import type { LeaseLock } from '../../../src/kube/lease-lock.js';
import { FakeLeases, HandClock, PLACE, settled } from '../../kube/fake-leases.js';

const SET = { namespace: PLACE.namespace, inventory: 'main-inventory', lock: PLACE.name };

/** A lock that somebody tries to get. */
export interface Attempt {
  lock?: LeaseLock;
  refused?: string;
  /** Whom it waited for. */
  readonly waited: string[];
}

/** A world of one Lease and one time; locks that were taken in it are let go by `close`. */
export class LockWorld {
  readonly clock = new HandClock();
  readonly leases: FakeLeases;
  readonly #attempts: Attempt[] = [];

  constructor({ hasDate = true }: { readonly hasDate?: boolean } = {}) {
    this.leases = new FakeLeases(this.clock, hasDate);
  }

  /** Begins to take the lock, and goes on as far as that needs no time. */
  async take(
    holder: string,
    options: LockWaits & { readonly skewMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Attempt> {
    const { skewMs, signal, ...waits } = options;
    const attempt: Attempt = { waited: [] };
    this.#attempts.push(attempt);
    const cluster = new Cluster(this.leases);
    const session = openSession({ cluster, set: SET, clock: this.clock.for(skewMs), signal });
    const report = new Report((event) => {
      const [, other] = ('message' in event && /^waiting for (.*?), which/.exec(event.message ?? '')) || [];
      if (other) attempt.waited.push(other);
    });
    void takeLock(session, report, { holder, ...waits }).then(
      (lock) => {
        attempt.lock = lock;
      },
      (error: unknown) => {
        attempt.refused = messageOf(error);
      },
    );
    await settled();
    return attempt;
  }

  close(): void {
    for (const { lock } of this.#attempts) lock?.stop();
  }
}

/** Whether a lock says that it is held; else why not. */
export async function heldBy(lock: LeaseLock | undefined): Promise<string> {
  if (!lock) return 'not taken';
  return await lock.assertHeld().then(() => 'held', messageOf);
}
