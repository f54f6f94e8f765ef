import type { Clock } from '../../common/clock.js';
import { backOffMs, retryPolicy } from '../../kube/retry.js';

/** Upper bound of the first wait after a failure, and of any, in milliseconds. */
const BACK_OFF = retryPolicy({ firstDelayMs: 500, maxDelayMs: 30_000 });
/** The same after a refusal that somebody has to mend: it is looked at again now and then. */
const REFUSED_BACK_OFF = retryPolicy({ firstDelayMs: 2000, maxDelayMs: 30_000 });
/** Longest wait that the intake may ask for, in milliseconds. */
const MAX_ASKED_MS = 300_000;
/** So many requests in a row that are taken allow one more at a time. */
const RAISE_AFTER = 16;

/**
 * When the next request may be sent, and how many at a time: after a failure all wait together, and one request finds out
 * whether the intake is back. A busy intake gets fewer at a time.
 */
export class Gate {
  #failures = 0;
  #openAt = 0;
  #limit: number;
  #takenInRow = 0;

  /** @param inFlight most requests at a time */
  constructor(
    private readonly inFlight: number,
    private readonly clock: Clock,
  ) {
    this.#limit = inFlight;
  }

  /** Most requests at a time now. */
  get limit(): number {
    return this.#failures > 0 ? 1 : this.#limit;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** How long nothing is to be sent, in milliseconds. */
  get closedMs(): number {
    return Math.max(0, this.#openAt - this.clock.now());
  }

  taken(): void {
    // A wait that was asked for stays: what is taken now was sent before.
    this.#failures = 0;
    this.#takenInRow += 1;
    if (this.#takenInRow % RAISE_AFTER === 0) this.#limit = Math.min(this.inFlight, this.#limit + 1);
  }

  /**
   * Something was not taken.
   *
   * @param kind why
   * @param askedSeconds how long the intake asks to wait
   */
  failed(kind: 'busy' | 'refused' | 'failed', askedSeconds = 0): void {
    this.#takenInRow = 0;
    const random = () => this.clock.random();
    const askedMs = Math.min(askedSeconds * 1000, MAX_ASKED_MS);
    const askedAt = askedMs > 0 ? this.clock.now() + askedMs + random() * 500 : 0;
    // Those that were sent together fail together: that is one failure.
    if (this.closedMs > 0) {
      this.#openAt = Math.max(this.#openAt, askedAt);
      return;
    }
    if (kind === 'busy') this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#failures += 1;
    const policy = kind === 'refused' ? REFUSED_BACK_OFF : BACK_OFF;
    this.#openAt = Math.max(this.clock.now() + backOffMs(policy, this.#failures, random), askedAt);
  }
}
