import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something is true, looking again and again. @throws Error when it does not become true in time */
export async function untilTrue(isTrue: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > until) throw new Error(`not true within ${timeoutMs} ms: ${isTrue}`);
    await delay(5);
  }
}
