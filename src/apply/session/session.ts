import { getMaxListeners, setMaxListeners } from 'node:events';
import { type Clock, systemClock } from '../../common/clock.js';
import type { Cluster } from '../../kube/cluster.js';
import { type ApplySet, setIdOf } from '../set/apply-set.js';
import type { OnEvent } from './engine-events.js';

/** What every part of the engine works with. */
export interface Session {
  readonly cluster: Cluster;
  readonly set: ApplySet;
  /** Id of the set; see `setIdOf`. */
  readonly setId: string;
  readonly clock: Clock;
  readonly emit: OnEvent;
  /**
   * Ends waits, reads, and the start of further writes. A write that is under way is finished, so that its outcome is
   * known.
   */
  readonly signal: AbortSignal | undefined;
  /** Requests that run at once. */
  readonly concurrency: number;
}

/** Options that all operations on a set take. */
export interface SessionOptions {
  readonly cluster: Cluster;
  readonly set: ApplySet;
  /** Told what happens. @default nobody */
  readonly onEvent?: OnEvent;
  /** Stops at the next safe point. @default never */
  readonly signal?: AbortSignal;
  /** Requests that run at once. @default 8 */
  readonly concurrency?: number;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

const DEFAULT_CONCURRENCY = 8;

/** How often a write that met somebody else's write of the same object is tried again. */
export const MAX_CLASHES = 5;

/** How long to wait for one thing, in milliseconds. */
export const DEFAULT_WAIT_MS = 300_000;

/** A session with all defaults filled in. */
export function openSession(options: SessionOptions): Session {
  const { cluster, set, signal } = options;
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  // Each request and each wait listens to it; Node takes more than ten listeners for a leak.
  if (signal) setMaxListeners(Math.max(getMaxListeners(signal), 10 + 2 * concurrency), signal);
  return {
    cluster,
    set,
    setId: setIdOf(set),
    clock: options.clock ?? systemClock,
    emit: options.onEvent ?? (() => {}),
    signal,
    concurrency,
  };
}
