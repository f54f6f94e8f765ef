import { OpniLoggingError } from './error.js';

/** Why work was ended: newer input came. */
const superseded = () => new OpniLoggingError('cluster', 'superseded by newer input');

/**
 * Runs one piece of work at a time, always for the newest input.
 *
 * New input ends the waits of the work before it, through its signal; what that work is just writing is finished first.
 * Inputs that come in between are left out.
 */
export class LatestWins<Input, Result> {
  #running: { readonly abort: AbortController; readonly done: Promise<unknown> } | undefined;
  #waiting: { readonly cancel: (reason: unknown) => void } | undefined;

  /** @param work ends soon after its signal is aborted, by throwing the signal's reason */
  constructor(private readonly work: (input: Input, signal: AbortSignal) => Promise<Result>) {}

  /**
   * Hands in new input.
   *
   * @returns what came of it
   * @throws OpniLoggingError `cluster` "superseded by newer input" when newer input came before it was done; the reason
   *   of a {@link stop} that came before it began
   */
  async submit(input: Input): Promise<Result> {
    this.#waiting?.cancel(superseded());
    this.#running?.abort.abort(superseded());
    let cancelled: { readonly reason: unknown } | undefined;
    this.#waiting = {
      cancel: (reason) => {
        cancelled = { reason };
      },
    };
    while (this.#running && !cancelled) await this.#running.done;
    if (cancelled) throw cancelled.reason;
    this.#waiting = undefined;
    const abort = new AbortController();
    const result = this.work(input, abort.signal);
    const running = { abort, done: result.catch(() => undefined) };
    this.#running = running;
    try {
      return await result;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  /** Ends the work, and waits for its end. */
  async stop(reason: unknown): Promise<void> {
    this.#waiting?.cancel(reason);
    this.#running?.abort.abort(reason);
    await this.#running?.done;
  }
}
