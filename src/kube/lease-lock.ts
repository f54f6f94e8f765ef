import { rejectedBy } from '../common/rejected-by.js';
import {
  freeLease,
  type LeaseAccess,
  type LeaseCall,
  MAX_CLASHES,
  readLease,
  removeLease,
  specOf,
  writeLease,
} from './lease.js';
import {
  type LeaseLockOptions,
  type LockTexts,
  limitMsOf,
  newHolder,
  textsOf,
} from './lease-lock-options.js';
import { type TakenLease, takeLease } from './lease-wait.js';

const LATE = 'it could not be renewed in time';

/**
 * A Lease that only one actor holds at a time.
 *
 * It is a hint and no fence: a holder may stop between two breaths and wake up later. So ask {@link LeaseLock.held} or
 * {@link LeaseLock.assertHeld} right before each step, and let steps be harmless when they are done twice.
 *
 * The Lease is made by server-side apply without a holder, and taken by an update with its version: two actors cannot
 * both succeed, and the right to `create` can be limited to its name. Times in it are those of the API server, and each
 * actor counts by its own steady clock, so the clocks of the actors do not matter. A holder that cannot renew considers
 * it lost after four fifths of the duration (half with `revives`), before others may take it.
 */
export class LeaseLock {
  /** The Lease as it was when it was taken. */
  readonly acquired: { readonly annotations: Readonly<Record<string, string>> };
  readonly #access: LeaseAccess;
  readonly #texts: LockTexts;
  readonly #lost = new AbortController();
  /** Renews no more. */
  readonly #stopped = new AbortController();
  /** Needs no timer any more. */
  readonly #done = new AbortController();
  #taken: TakenLease;
  /** Why it is not held any more. */
  #over: string | undefined;
  #renewing: Promise<boolean> | undefined;

  private constructor(
    private readonly options: LeaseLockOptions,
    access: LeaseAccess,
    taken: TakenLease,
  ) {
    this.#access = access;
    this.#texts = textsOf(options);
    this.#taken = taken;
    this.acquired = { annotations: { ...taken.lease.metadata.annotations } };
    void this.#keep();
    if (!options.revives) void this.#watch();
  }

  /**
   * Takes the lock, waiting for another holder to let go or to fall silent.
   *
   * @throws OpniLoggingError `cluster` when somebody else holds it for longer than `waitMs`, or the Lease may not be
   *   read or written; the signal's reason once it is aborted
   */
  static async acquire(options: LeaseLockOptions): Promise<LeaseLock> {
    const { cluster, place, clock, durationMs = 30_000, revives = false } = options;
    const { waitMs = 60_000, pollMs = 1000, signal, onWait, onTrouble, onWorking } = options;
    const access = { cluster, place, clock, holder: options.holder ?? newHolder(), durationMs };
    const freshMs = revives ? Number.POSITIVE_INFINITY : limitMsOf(options);
    const { heldBy } = textsOf(options);
    const taken = await takeLease(access, {
      waitMs,
      pollMs,
      freshMs,
      signal,
      onWait,
      onTrouble,
      onWorking,
      heldBy,
    });
    return new LeaseLock(options, access, taken);
  }

  /** Who holds it: this actor. */
  get holder(): string {
    return this.#access.holder;
  }

  /**
   * Aborted as soon as the lock is known to be lost: another one holds it, the Lease is gone, or it could not be renewed
   * in time. Not by {@link release}. With `revives` time alone does not abort it.
   */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether it is surely held. Asks the clock only, so it is right at once after a pause of the whole process. */
  get held(): boolean {
    if (this.#over) return false;
    if (this.#ageMs < limitMsOf(this.options)) return true;
    if (!this.options.revives) this.#lose(LATE);
    return false;
  }

  /**
   * Makes sure that the lock is still held, and renews it when half of its time has passed.
   *
   * @throws OpniLoggingError `cluster` when it was lost
   */
  async assertHeld(): Promise<void> {
    if (this.#mayRenew && this.#ageMs >= this.#access.durationMs / 2) await this.#renewSoon();
    if (!this.held && !this.#over) this.#lose(LATE);
    if (this.#over) throw this.#texts.lost(this.#over);
  }

  /**
   * Writes the annotations now, which renews the lock too.
   *
   * @returns whether they were written; false when the lock is lost or released, or the API server does not take them
   * @throws the signal's reason once it is aborted; the write may arrive all the same
   */
  async save(signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    // One that is under way may have asked for the annotations before.
    if (this.#renewing) await rejectedBy(signal, this.#renewing);
    return this.#mayRenew && (await rejectedBy(signal, this.#renewSoon()));
  }

  /**
   * Writes the annotations and lets others take it at once. Never fails: a Lease that is not released runs out. The
   * work that it guards must have ended.
   */
  async release(): Promise<void> {
    await this.#letGo((call) => freeLease(this.#access, this.#taken.lease, this.#writing(call)));
  }

  /**
   * Lets go by deleting the Lease; whoever waits for it makes it anew. Never fails: where it must not be deleted it is
   * released, and else it runs out.
   */
  async remove(): Promise<void> {
    await this.#letGo(async (call) => {
      const { lease } = await readLease(this.#access, call);
      if (!lease || specOf(lease).holderIdentity !== this.holder) return;
      const failure = await removeLease(this.#access, lease);
      if (failure && failure.status !== 404) await freeLease(this.#access, lease, this.#writing(call));
    });
  }

  /** Stops renewing without telling anybody; the Lease runs out. */
  stop(): void {
    this.#stopped.abort();
    this.#done.abort();
  }

  get #ageMs(): number {
    return this.#access.clock.now() - this.#taken.renewedAt;
  }

  #writing = (call: LeaseCall) => ({ ...call, annotations: this.options.annotations?.() });

  get #mayRenew(): boolean {
    return this.options.revives ? !this.#over : this.held;
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#over = reason;
    this.stop();
    this.#lost.abort(this.#texts.lost(reason));
  }

  /** Renews it three times within its duration, until it is stopped or lost. */
  async #keep(): Promise<void> {
    const { clock, durationMs } = this.#access;
    const { signal } = this.#stopped;
    const againMs = this.options.revives ? durationMs / 3 : durationMs / 15;
    let renewed = true;
    while (!signal.aborted) {
      const pauseMs = renewed ? Math.max(0, durationMs / 3 - this.#ageMs) : againMs;
      // Ends with the signal only.
      await clock.sleep(pauseMs, signal).catch(() => {});
      if (!signal.aborted && !this.#over) renewed = await this.#renewSoon();
    }
  }

  /** Tells in time that it was not renewed in time. */
  async #watch(): Promise<void> {
    const { signal } = this.#done;
    while (!signal.aborted && this.held) {
      const leftMs = Math.max(1, limitMsOf(this.options) - this.#ageMs);
      // Ends with the signal only.
      await this.#access.clock.sleep(leftMs, signal).catch(() => {});
    }
  }

  #renewSoon(): Promise<boolean> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<boolean> {
    try {
      // It was written meanwhile, perhaps by the same renewal whose answer got lost: that is no loss.
      for (let clashes = 0; clashes <= MAX_CLASHES; clashes += 1) {
        const renewed = await this.#renewOnce();
        if (renewed !== undefined) return renewed;
      }
    } catch (error) {
      // Tried again with the next renewal; `held` and assertHeld tell when it is too late.
      if (!this.#over) this.options.onTrouble?.(error);
    }
    return false;
  }

  /** @returns undefined when the Lease was written between reading and writing */
  async #renewOnce(): Promise<boolean | undefined> {
    const { clock, durationMs } = this.#access;
    // One request that hangs must not use up the time.
    const limits = this.options.revives ? {} : { timeoutMs: durationMs / 5, retry: false };
    const call: LeaseCall = { signal: this.#lost.signal, ...limits };
    if (!this.#mayRenew) return false;
    const renewedAt = clock.now();
    const { lease, dateMs } = await readLease(this.#access, call);
    const holder = lease && specOf(lease).holderIdentity;
    if (!lease || holder !== this.holder) {
      this.#lose(lease ? `${holder || 'nobody'} holds it now` : 'the Lease was deleted');
      return false;
    }
    const renewed = await writeLease(this.#access, lease, dateMs, { take: true, ...this.#writing(call) });
    if (!renewed) return undefined;
    // The answer may come too late.
    if (!this.#mayRenew) return false;
    this.#taken = { lease: renewed, renewedAt };
    this.options.onWorking?.();
    return true;
  }

  async #letGo(work: (call: LeaseCall) => Promise<void>): Promise<void> {
    this.#stopped.abort();
    await this.#renewing;
    if (!this.#mayRenew) return;
    const { clock, durationMs } = this.#access;
    const deadline = new AbortController();
    // After that it runs out by itself anyway.
    const leftMs = Math.max(0, limitMsOf(this.options) - this.#ageMs);
    this.#over = 'it was released';
    const limits = { signal: deadline.signal, timeoutMs: durationMs / 5 };
    if (!this.options.revives) {
      void clock.sleep(leftMs, this.#done.signal).then(
        () => deadline.abort(this.#texts.lost(LATE)),
        () => undefined,
      );
    }
    try {
      await work(this.options.revives ? {} : limits);
    } catch (error) {
      // Whoever comes next waits until it has run out.
      this.options.onTrouble?.(error);
    } finally {
      this.#done.abort();
    }
  }
}
