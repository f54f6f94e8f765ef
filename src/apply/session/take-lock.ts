import { Lock, type LockWaits } from './lock.js';
import type { Report } from './report.js';
import type { Session } from './session.js';

/** Takes the lock of a set, and tells for whom it waits. Throws as `Lock.acquire` does. */
export function takeLock(session: Session, report: Report, waits: LockWaits = {}): Promise<Lock> {
  const message = (holder: string) =>
    `waiting for ${holder}, which changes this set, or died within the last minute`;
  return Lock.acquire({
    ...session,
    ...waits,
    onWait: (holder) => report.tell({ type: 'step', step: 'lock', message: message(holder) }),
  });
}
