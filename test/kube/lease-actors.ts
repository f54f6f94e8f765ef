import type { Clock } from '../../src/common/clock.js';
import { OpniLoggingError } from '../../src/common/error.js';
import type { ApiAnswer, ApiClient, ApiRequest } from '../../src/kube/api-client.js';
import { Cluster } from '../../src/kube/cluster.js';
import { LeaseLock } from '../../src/kube/lease-lock.js';
import type { LeaseLockOptions } from '../../src/kube/lease-lock-options.js';
import { FakeLeases, HandClock, PLACE, settled } from './fake-leases.js';

/** The network between one actor and the API server. */
export interface Network {
  /** How long a request takes to arrive, in milliseconds. */
  thereMs: number;
  /** How long its answer takes, in milliseconds. */
  backMs: number;
  /** How many of the next requests are lost. */
  lostRequests: number;
  /** How many of the next answers are lost. */
  lostAnswers: number;
}

const noAnswer = () => new OpniLoggingError('cluster', 'no answer');

/** A process that wants the lock: with a clock and a network of its own, and it can be stopped as by SIGSTOP. */
export class Actor implements ApiClient {
  readonly address = 'fake';
  readonly sent = {};
  readonly network: Network = { thereMs: 0, backMs: 0, lostRequests: 0, lostAnswers: 0 };
  readonly clock: Clock;
  readonly waited: string[] = [];
  readonly troubles: unknown[] = [];
  lock: LeaseLock | undefined;
  refused: unknown;
  #paused: { readonly until: Promise<void>; readonly end: () => void } | undefined;
  readonly #over = new AbortController();

  /** @param rate how fast its clock goes */
  constructor(
    private readonly time: HandClock,
    private readonly leases: FakeLeases,
    readonly name: string,
    rate = 1,
  ) {
    const base = time.for();
    this.clock = {
      ...base,
      now: () => time.nowMs * rate,
      sleep: async (ms, signal) => {
        await base.sleep(ms / rate, signal);
        await this.#paused?.until;
      },
    };
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Whether it would go on with its work right now. */
  get works(): boolean {
    return !this.isPaused && (this.lock?.held ?? false);
  }

  pause(): void {
    let end = () => {};
    const until = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused ??= { until, end };
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = undefined;
  }

  /** Begins to wait for the lock, and goes on as far as that needs no time. */
  async take(options: Partial<LeaseLockOptions> = {}): Promise<void> {
    void LeaseLock.acquire({
      cluster: new Cluster(this),
      place: PLACE,
      clock: this.clock,
      holder: this.name,
      durationMs: 15_000,
      waitMs: Number.POSITIVE_INFINITY,
      signal: this.#over.signal,
      onWait: (other) => this.waited.push(other),
      onTrouble: (error) => this.troubles.push(error),
      ...options,
    }).then(
      (lock) => {
        this.lock = lock;
      },
      (error: unknown) => {
        this.refused = error;
      },
    );
    await settled();
  }

  /** Is gone without a word. */
  die(): void {
    this.#over.abort();
    this.lock?.stop();
    this.pause();
  }

  async request(request: ApiRequest): Promise<ApiAnswer> {
    const { signal, timeoutMs = 30_000 } = request;
    signal?.throwIfAborted();
    const ended = new AbortController();
    // The request goes on its way even when nobody waits for it any more.
    const answer = this.#exchange(request);
    const late = this.time.for().sleep(timeoutMs, ended.signal);
    const given = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal });
    });
    try {
      const outcome = await Promise.race([answer, late.then(noAnswer, noAnswer), given]);
      await this.#paused?.until;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    } finally {
      ended.abort();
    }
  }

  async #exchange(request: ApiRequest): Promise<ApiAnswer | Error> {
    const { network, time } = this;
    if (network.thereMs > 0) await time.for().sleep(network.thereMs);
    if (network.lostRequests > 0) {
      network.lostRequests -= 1;
      return noAnswer();
    }
    const answer = await this.leases.request(request);
    if (network.backMs > 0) await time.for().sleep(network.backMs);
    if (network.lostAnswers === 0) return answer;
    network.lostAnswers -= 1;
    return noAnswer();
  }

  stream(): never {
    throw new Error('a lock watches nothing');
  }

  close(): void {}
}

/** One Lease, one time, and those who want it. */
export class LeaseWorld {
  readonly time = new HandClock();
  readonly leases = new FakeLeases(this.time);
  readonly #actors: Actor[] = [];

  actor(name: string, rate?: number): Actor {
    const actor = new Actor(this.time, this.leases, name, rate);
    this.#actors.push(actor);
    return actor;
  }

  /** An actor that has the lock. */
  async holder(name: string, options?: Partial<LeaseLockOptions>): Promise<Actor & { lock: LeaseLock }> {
    const actor = this.actor(name);
    await actor.take(options);
    if (!actor.lock) throw new Error(`${name} did not get the lock`);
    return actor as Actor & { lock: LeaseLock };
  }

  /** @returns how long it took until the actor had the lock, in milliseconds; undefined when it took longer than allowed */
  async untilHeld(actor: Actor, limitMs: number): Promise<number | undefined> {
    const startedAt = this.time.nowMs;
    for (; this.time.nowMs - startedAt <= limitMs; await this.time.advance(100)) {
      if (actor.works) return this.time.nowMs - startedAt;
    }
    return undefined;
  }

  close(): void {
    for (const actor of this.#actors) actor.die();
  }
}
