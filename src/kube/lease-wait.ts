import { OpniLoggingError } from '../common/error.js';
import { isFree, type LeaseAccess, MAX_CLASHES, readOrMakeLease, specOf, writeLease } from './lease.js';
import type { LiveObject } from './live-object.js';

/** How somebody waits for a Lease. */
export interface LeaseWait {
  /** How long to wait for another holder before giving up, in milliseconds; `Infinity` never does. */
  readonly waitMs: number;
  /** How often to look, in milliseconds. */
  readonly pollMs: number;
  /** A Lease that took longer to take is taken once more, in milliseconds. */
  readonly freshMs: number;
  readonly signal?: AbortSignal;
  /** Told whom it waits for, once for each holder. */
  readonly onWait?: (holder: string) => void;
  /** Told of a look that failed; the next one comes all the same. @default the error ends the waiting */
  readonly onTrouble?: (error: unknown) => void;
  /** Told of each look that worked. */
  readonly onWorking?: () => void;
  /** The error when another one holds it for too long. */
  readonly heldBy: (holder: string, waitMs: number) => OpniLoggingError;
}

/** A Lease that was taken. */
export interface TakenLease {
  readonly lease: LiveObject;
  /** From when on it is held, by the clock of the holder. */
  readonly renewedAt: number;
}

/**
 * Takes a Lease, waiting for its holder to let go or to fall silent.
 *
 * @throws OpniLoggingError `cluster` when somebody else holds it for too long, or it cannot be read or written
 */
export async function takeLease(access: LeaseAccess, wait: LeaseWait): Promise<TakenLease> {
  const queue = new LeaseQueue(access, wait);
  const { signal, onTrouble, onWorking } = wait;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const taken = await queue.look();
      onWorking?.();
      if (taken === 'again') continue;
      if (taken) return taken;
    } catch (error) {
      signal?.throwIfAborted();
      if (!onTrouble || queue.isOver) throw error;
      onTrouble(error);
    }
    await access.clock.sleep(wait.pollMs, signal);
  }
}

class LeaseQueue {
  readonly #until: number;
  #seen: { readonly version: string; readonly at: number } | undefined;
  #told: string | undefined;
  #clashes = 0;

  constructor(
    private readonly access: LeaseAccess,
    private readonly wait: LeaseWait,
  ) {
    this.#until = access.clock.now() + wait.waitMs;
  }

  /** Whether it has waited long enough. */
  get isOver(): boolean {
    return this.access.clock.now() >= this.#until;
  }

  /** @returns undefined when another one has it; `again` when it changed between reading and writing */
  async look(): Promise<TakenLease | 'again' | undefined> {
    const { access, wait } = this;
    const { clock, holder, durationMs } = access;
    // A look that fails is repeated anyway.
    const call = { signal: wait.signal, ...(wait.onTrouble && { retry: false }) };
    const startedAt = clock.now();
    const { lease, dateMs } = await readOrMakeLease(access, call);
    const version = lease.metadata.resourceVersion;
    // It may have been written while the answer was on its way, so silence begins with the answer.
    if (this.#seen?.version !== version) this.#seen = { version, at: clock.now() };
    const spec = specOf(lease);
    // An answer that got lost on its way: the Lease was taken all the same, and nobody knows how long ago.
    const isTaken = spec.holderIdentity === holder;
    if (isTaken || isFree(spec, { silentMs: startedAt - this.#seen.at, dateMs, durationMs })) {
      const taken = await writeLease(access, lease, dateMs, { take: true, ...call });
      return taken ? this.#checked(taken, startedAt) : this.#clashed();
    }
    const other = spec.holderIdentity ?? '';
    if (this.isOver) throw wait.heldBy(other, wait.waitMs);
    if (this.#told !== other) wait.onWait?.(other);
    this.#told = other;
    return undefined;
  }

  /** Somebody was faster; the next look tells who. Whoever writes it all the time is not waited for. */
  #clashed(): 'again' | undefined {
    this.#clashes += 1;
    if (this.#clashes <= MAX_CLASHES) return 'again';
    if (this.isOver) throw this.wait.heldBy('somebody', this.wait.waitMs);
    return undefined;
  }

  /** A Lease whose time is nearly over by the time the answer comes is not held. */
  #checked(lease: LiveObject, renewedAt: number): TakenLease {
    const { clock, place } = this.access;
    const tookMs = clock.now() - renewedAt;
    if (tookMs < this.wait.freshMs) return { lease, renewedAt };
    throw new OpniLoggingError(
      'cluster',
      `Lease ${place.namespace}/${place.name}: the API server is too slow; taking it took ${Math.round(tookMs / 1000)} s`,
    );
  }
}
