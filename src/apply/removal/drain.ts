import type { Cluster } from '../../kube/cluster.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';

/** Waits until what was taken in has arrived. */
export interface Drain {
  /** Longest time, in milliseconds. When it is over, the rest goes; buffers on disk stay. @default 120000 */
  readonly timeoutMs?: number;
  /** What still has to arrive, in words; undefined when nothing has to. `members` are those that could be read. */
  readonly remaining: (
    cluster: Cluster,
    members: readonly LiveObject[],
    signal: AbortSignal | undefined,
  ) => Promise<string | undefined>;
}

const DEFAULT_DRAIN_MS = 120_000;
const DRAIN_POLL_MS = 2000;

/** Waits until what is on its way has arrived, or the time is over. Both are told, and neither is a failure. */
export async function waitForDrain(
  session: Session,
  report: Report,
  members: readonly LiveObject[],
  { remaining, timeoutMs = DEFAULT_DRAIN_MS }: Drain,
): Promise<void> {
  const { clock, signal } = session;
  const until = clock.now() + timeoutMs;
  let told: string | undefined;
  for (;;) {
    const left = await remaining(session.cluster, members, signal);
    if (left === undefined) {
      report.tell({ type: 'step', step: 'drain', message: 'everything on its way has arrived' });
      return;
    }
    if (clock.now() >= until) {
      report.tell({
        type: 'warning',
        message: `after ${Math.round(timeoutMs / 1000)} s, ${left}; what lies on disk stays there`,
      });
      return;
    }
    if (left !== told)
      report.tell({
        type: 'step',
        step: 'drain',
        message: `giving the buffers up to ${Math.round(timeoutMs / 1000)} s: ${left}`,
      });
    told = left;
    await clock.sleep(Math.min(DRAIN_POLL_MS, until - clock.now()), signal);
  }
}
