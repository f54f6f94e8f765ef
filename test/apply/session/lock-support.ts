import { Lock, type LockOptions } from '../../../src/apply/session/lock.js';
import { messageOf } from '../../../src/common/error.js';
import { Cluster } from '../../../src/kube/cluster.js';
import { FakeLeases, HandClock, SET, settled } from './fake-leases.js';

/** A lock that somebody tries to get. */
export interface Attempt {
  lock?: Lock;
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
    options: Partial<LockOptions> & { readonly skewMs?: number } = {},
  ): Promise<Attempt> {
    const { skewMs, ...rest } = options;
    const attempt: Attempt = { waited: [] };
    this.#attempts.push(attempt);
    void Lock.acquire({
      cluster: new Cluster(this.leases),
      set: SET,
      clock: this.clock.for(skewMs),
      holder,
      onWait: (other) => attempt.waited.push(other),
      ...rest,
    }).then(
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
export async function heldBy(lock: Lock | undefined): Promise<string> {
  if (!lock) return 'not taken';
  return await lock.assertHeld().then(() => 'held', messageOf);
}
