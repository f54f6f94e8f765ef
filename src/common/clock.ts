import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance. Tests pass their own. */
export interface Clock {
  /** Milliseconds of a steady clock: differences mean something, values do not. */
  now(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Waits; rejects with the signal's reason once it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  random: () => Math.random(),
};
