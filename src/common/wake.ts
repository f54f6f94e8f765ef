import type { Clock } from './clock.js';

/** Reason to stop sleeping: making an error for each would cost more than all else. */
const WOKEN = 'woken';

/** Lets one waiter sleep until something has changed. A change while nobody waits ends the next wait at once. */
export class Wake {
  #changed = false;
  #sleep: AbortController | undefined;

  constructor(private readonly clock: Clock) {}

  wake(): void {
    if (this.#changed) return;
    this.#changed = true;
    this.#sleep?.abort(WOKEN);
  }

  /**
   * Waits for a change. Never rejects. What one read from the network changes is told as a whole: the waiter goes on only
   * when everything that came with it has been dealt with.
   *
   * @param ms longest wait, in milliseconds; may be infinite
   * @param signal ends the wait
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#changed && !signal.aborted) await this.#sleepFor(ms, signal);
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#changed = false;
  }

  async #sleepFor(ms: number, signal: AbortSignal): Promise<void> {
    const sleep = new AbortController();
    const end = () => sleep.abort(WOKEN);
    signal.addEventListener('abort', end, { once: true });
    this.#sleep = sleep;
    const time = Number.isFinite(ms)
      ? this.clock.sleep(ms, sleep.signal)
      : new Promise<void>((resolve) =>
          sleep.signal.addEventListener('abort', () => resolve(), { once: true }),
        );
    // Ends by the time, or by the signal.
    await time.catch(() => undefined);
    this.#sleep = undefined;
    signal.removeEventListener('abort', end);
  }
}
