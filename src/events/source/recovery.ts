import type { Clock } from '../../common/clock.js';
import { failureIn } from '../../kube/api-failure.js';
import { delayBefore, isPassing, retryPolicy } from '../../kube/retry.js';
import type { EndReason } from './source-types.js';
import { reasonOf } from './trouble.js';

/** What an error leads to. */
export interface NextStep {
  readonly reason: EndReason;
  /** Whether all events are to be read anew. */
  readonly lists: boolean;
  /** Wait before the next request, in milliseconds; undefined when it is a part of every day and nothing waits. */
  readonly delayMs: number | undefined;
}

const BACK_OFF = retryPolicy({ firstDelayMs: 800, maxDelayMs: 30_000 });
/** So often a version that the server does not know yet is asked for before its events are listed. */
const MAX_AHEAD = 3;
/** So often an error that is not understood ends the watch at the same place before the events are listed. */
const MAX_AT_ONE_PLACE = 8;
/** All events are read anew at once when that was not done within this time, in milliseconds. */
const RELIST_QUIET_MS = 120_000;

/** Counts failures, and says what comes after each, and when. However long they last, the server is asked at a bounded rate. */
export class Recovery {
  #failures = 0;
  #ahead = 0;
  /** Times that all events were read anew, one soon after the other. */
  #relists = 0;
  #relistAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Failures since there was progress. */
  get failures(): number {
    return this.#failures;
  }

  /** Something was read that had not been read before, or a connection was good for long. */
  progress(): void {
    this.#failures = 0;
  }

  /**
   * After an error.
   *
   * @param isWatching whether changes were followed, rather than the events listed that there are
   */
  after(error: unknown, isWatching: boolean): NextStep {
    const reason = reasonOf(error);
    const isRefusedStream = reason === 'streaming-refused' && !isWatching;
    if (reason === 'no-room' || isRefusedStream) return { reason, lists: false, delayMs: undefined };
    this.#ahead = reason === 'version-ahead' ? this.#ahead + 1 : 0;
    const lists = isWatching && this.#hasToList(reason, error);
    if (lists && this.#countRelist() === 1 && reason === 'expired')
      return { reason, lists, delayMs: undefined };
    this.#failures += 1;
    return { reason, lists, delayMs: this.#delayMs(error) };
  }

  #hasToList(reason: EndReason, error: unknown): boolean {
    if (reason === 'expired' || reason === 'out-of-order' || reason === 'invalid-line') return true;
    if (this.#ahead >= MAX_AHEAD) return true;
    // A server that has too much to do must not be given more: its watch is asked for again, as long as it takes.
    const failure = failureIn(error);
    const isUnknown = reason === 'busy' && failure !== undefined && !isPassing(failure);
    return isUnknown && this.#failures >= MAX_AT_ONE_PLACE;
  }

  #countRelist(): number {
    const now = this.clock.now();
    this.#relists = now - this.#relistAt > RELIST_QUIET_MS ? 1 : this.#relists + 1;
    this.#relistAt = now;
    return this.#relists;
  }

  /** What the server asks for counts, whatever it is, but not for longer than a while. */
  #delayMs(error: unknown): number {
    const random = () => this.clock.random();
    const asked = Math.min(failureIn(error)?.retryAfterSeconds ?? 0, BACK_OFF.maxRetryAfterMs / 1000);
    // A list that succeeds is no progress when the watch after it fails each time.
    const attempts = Math.max(this.#failures, this.#recentRelists);
    return delayBefore(BACK_OFF, attempts, random, asked) ?? BACK_OFF.maxDelayMs;
  }

  get #recentRelists(): number {
    return this.clock.now() - this.#relistAt > RELIST_QUIET_MS ? 0 : this.#relists;
  }
}
