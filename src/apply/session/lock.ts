import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../../common/clock.js';
import { OpniLoggingError } from '../../common/error.js';
import type { Cluster } from '../../kube/cluster.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApplySet } from '../set/apply-set.js';
import {
  isFree,
  type LeaseAccess,
  readLease,
  readOrMakeLease,
  removeLease,
  specOf,
  writeLease,
} from './lease.js';

/** How long to wait for another actor, and what this one is called. */
export type LockWaits = Pick<LockOptions, 'holder' | 'durationMs' | 'waitMs'>;

/** Options of {@link Lock.acquire}. */
export interface LockOptions {
  readonly cluster: Cluster;
  readonly set: ApplySet;
  readonly clock: Clock;
  /**
   * Who holds it, as others read it. Two runs of one name do not keep each other out, so it has to be new for each run.
   * @default host name, process and a random part
   */
  readonly holder?: string;
  /** How long a holder that is silent stays the holder, in milliseconds. @default 30000 */
  readonly durationMs?: number;
  /** How long to wait for another holder before giving up, in milliseconds. @default 60000 */
  readonly waitMs?: number;
  /** Ends the waiting. @default none */
  readonly signal?: AbortSignal;
  /** Told whom it waits for, once for each holder. @default none */
  readonly onWait?: (holder: string) => void;
}

const POLL_MS = 1000;

/** How often a write of the Lease that met another one is tried again at once. */
const MAX_CLASHES = 3;

/**
 * The Lease that keeps two actors from changing one set at the same time.
 *
 * It is a hint and no fence: a holder may stop between two breaths and wake up later. So every destructive step asks
 * {@link Lock.assertHeld} first, and every deletion carries the UID and version of what it read.
 *
 * The Lease is made by server-side apply without a holder, and taken by an update with its version: two actors cannot
 * both succeed, and the right to `create` can be limited to its name. Times in it are those of the API server, so the
 * clocks of the actors do not matter.
 */
export class Lock {
  #lease: LiveObject;
  #renewedAt: number;
  #lost: string | undefined;
  readonly #stopped = new AbortController();
  #renewing: Promise<void> | undefined;

  private constructor(
    private readonly options: LeaseAccess,
    lease: LiveObject,
    renewedAt: number,
  ) {
    this.#lease = lease;
    this.#renewedAt = renewedAt;
    void this.#keep();
  }

  /**
   * Takes the lock, waiting for another holder to let go or to fall silent.
   *
   * @throws OpniLoggingError `cluster` when somebody else holds it for longer than `waitMs`, or the Lease cannot be written
   */
  static async acquire(options: LockOptions): Promise<Lock> {
    const { cluster, set, clock, signal } = options;
    const { durationMs = 30_000, waitMs = 60_000, onWait } = options;
    const holder = options.holder ?? `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`;
    const full = { cluster, set, clock, holder, durationMs };
    const until = clock.now() + waitMs;
    let seen: { readonly version: string; readonly at: number } | undefined;
    let told: string | undefined;
    let clashes = 0;
    for (;;) {
      signal?.throwIfAborted();
      const startedAt = clock.now();
      const { lease, dateMs } = await readOrMakeLease(full, signal);
      if (seen?.version !== lease.metadata.resourceVersion) {
        seen = { version: lease.metadata.resourceVersion, at: startedAt };
      }
      // An answer that got lost on its way: the Lease was taken all the same, and nobody knows how long ago.
      const isTaken = specOf(lease).holderIdentity === holder;
      if (isTaken || isFree(specOf(lease), { silentMs: startedAt - seen.at, dateMs, durationMs })) {
        const taken = await writeLease(full, lease, dateMs, { take: true, signal });
        if (taken) return new Lock(full, taken, startedAt);
        // Somebody was faster; the next look tells who. Whoever writes it all the time is not waited for.
        clashes += 1;
        if (clashes > MAX_CLASHES && clock.now() >= until) throw heldBy(set, 'somebody', waitMs);
        continue;
      }
      const other = specOf(lease).holderIdentity ?? '';
      if (clock.now() >= until) throw heldBy(set, other, waitMs);
      if (told !== other) onWait?.(other);
      told = other;
      await clock.sleep(POLL_MS, signal);
    }
  }

  /** Whether there is a Lease, whoever holds it. */
  static async isThere({
    cluster,
    set,
    signal,
  }: Pick<LockOptions, 'cluster' | 'set' | 'signal'>): Promise<boolean> {
    return (await readLease({ cluster, set }, signal)).lease !== undefined;
  }

  /** Who holds it: this actor. */
  get holder(): string {
    return this.options.holder;
  }

  /**
   * Makes sure that the lock is still held, and renews it when half of its time has passed. To be called before every
   * destructive step.
   *
   * @throws OpniLoggingError `cluster` when it was lost
   */
  async assertHeld(): Promise<void> {
    const { clock, durationMs, set } = this.options;
    if (!this.#lost && clock.now() - this.#renewedAt >= durationMs / 2) await this.#renewSoon();
    if (!this.#lost && clock.now() - this.#renewedAt >= durationMs / 2) {
      this.#lost = 'it could not be renewed in time';
    }
    if (this.#lost) {
      throw new OpniLoggingError(
        'cluster',
        `Lease ${set.namespace}/${set.lock}: the lock was lost, because ${this.#lost}. Nothing more was changed; run again.`,
      );
    }
  }

  /** Lets others take it at once. Never fails: a Lease that is not released runs out. */
  async release(): Promise<void> {
    this.stop();
    await this.#renewing;
    if (this.#lost) return;
    this.#lost = 'it was released';
    try {
      await writeLease(this.options, this.#lease, undefined, { take: false });
    } catch {
      // Whoever comes next waits until it has run out.
    }
  }

  /**
   * Lets go by deleting the Lease, for the end of a set; whoever waits for it makes it anew. Never fails: where it must not
   * be deleted it is released, and else it runs out.
   */
  async remove(): Promise<void> {
    this.stop();
    await this.#renewing;
    if (this.#lost) return;
    this.#lost = 'it was released';
    try {
      const { lease } = await readLease(this.options);
      if (!lease || specOf(lease).holderIdentity !== this.options.holder) return;
      const failure = await removeLease(this.options, lease);
      if (!failure || failure.status === 404) return;
      await writeLease(this.options, lease, undefined, { take: false });
    } catch {
      // Whoever comes next waits until it has run out.
    }
  }

  /** Stops renewing without telling anybody; the Lease runs out. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Renews it three times within its duration, until it is stopped or lost. */
  async #keep(): Promise<void> {
    const { clock, durationMs } = this.options;
    const { signal } = this.#stopped;
    while (!signal.aborted && !this.#lost) {
      // Ends with the signal only.
      await clock.sleep(durationMs / 3, signal).catch(() => {});
      if (!signal.aborted && !this.#lost) await this.#renewSoon();
    }
  }

  #renewSoon(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    try {
      // It was written meanwhile, perhaps by the same renewal whose answer got lost: that is no loss.
      for (let clashes = 0; clashes <= MAX_CLASHES; clashes += 1) if (await this.#renewOnce()) return;
    } catch {
      // Tried again with the next renewal; assertHeld tells when it is too late.
    }
  }

  /** @returns false when the Lease was written between reading and writing */
  async #renewOnce(): Promise<boolean> {
    const startedAt = this.options.clock.now();
    const { lease, dateMs } = await readLease(this.options);
    const holder = lease && specOf(lease).holderIdentity;
    if (holder !== this.options.holder) {
      this.#lost = lease ? `${holder || 'nobody'} holds it now` : 'the Lease was deleted';
      return true;
    }
    const renewed = await writeLease(this.options, lease!, dateMs, { take: true });
    if (!renewed) return false;
    this.#lease = renewed;
    this.#renewedAt = startedAt;
    return true;
  }
}

function heldBy(set: ApplySet, holder: string, waitMs: number): OpniLoggingError {
  const path = `Lease ${set.namespace}/${set.lock}`;
  return new OpniLoggingError('cluster', `The lock is held by ${holder}. Nothing was changed.`, {
    problems: [
      {
        path,
        message: `${holder} changes this set, and did not finish within ${Math.round(waitMs / 1000)} s`,
        fix: 'wait for it to finish, or stop it: a holder that is gone loses the lock by itself',
      },
    ],
  });
}
