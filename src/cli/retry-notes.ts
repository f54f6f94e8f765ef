import type { RetryNotice } from '../kube/retry.js';
import type { Terminal } from './terminal.js';

/** Attempts that fail before somebody is told: what passes at once is nobody's business. */
const QUIET_ATTEMPTS = 2;

/** Requests run side by side, and all of them meet the same server. */
const APART_MS = 10_000;

/** Tells that the API server does not answer as it should, and that the command goes on trying. */
export function retryNotes(screen: Terminal, now: () => number): (notice: RetryNotice) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return ({ attempts, reason }) => {
    if (attempts <= QUIET_ATTEMPTS || now() - toldAt < APART_MS) return;
    toldAt = now();
    screen.note(`the API server does not answer, trying again: ${reason}`);
  };
}
