import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until something is true, looking every few milliseconds.
 *
 * @param what in words, for the error
 * @throws Error when it does not become true in time
 */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await delay(2);
  }
}
