import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../common/clock.js';
import { OpniLoggingError } from '../../common/error.js';
import type { Query } from '../../kube/api-client.js';
import type { Cluster } from '../../kube/cluster.js';
import { failureFrom } from '../../kube/watch-stream.js';
import type { EventSelection } from './event-list.js';
import { readLines } from './line-reader.js';
import { SourceTrouble } from './trouble.js';

/** Options of {@link followWatch}. */
export interface WatchConnectionOptions {
  readonly cluster: Cluster;
  readonly selection: EventSelection;
  /** Where the watch begins: a version, or the events that there are. */
  readonly from: { readonly resourceVersion: string } | 'initial-events';
  /** How long the connection is used, in milliseconds. */
  readonly connectionMs: number;
  /** Whether silence is a fault now: while the events that there are have not all been told. */
  readonly expectsLines: () => boolean;
  /** Longest silence while lines are expected, in milliseconds. */
  readonly stallMs: number;
  readonly onOpen: () => void;
  readonly onLine: (line: string) => void;
  readonly onTooLong: () => void;
  readonly beforeMore: () => Promise<void> | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Longest line, in bytes. Etcd takes objects of up to 1.5 MiB; JSON writes some characters with six bytes. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** Longest wait for the headers of the answer, in milliseconds. */
const OPEN_MS = 30_000;
/** So much later than agreed the server's end of a connection may come, in milliseconds. */
const LATE_MS = 15_000;

/**
 * One connection of a watch, up to its regular end.
 *
 * A peer that is gone is found by the keep-alive of the connection. One that is there and says nothing is found by its
 * end that does not come: the API server tells no bookmarks for events, so silence alone means nothing.
 *
 * @throws SourceTrouble when this side ended it; OpniLoggingError `cluster` when the server refused it; Error when the
 * connection was lost
 */
export async function followWatch(options: WatchConnectionOptions): Promise<void> {
  const { cluster, selection, signal } = options;
  const response = await cluster.client.stream({
    method: 'GET',
    path: selection.path,
    query: queryOf(options),
    timeoutMs: OPEN_MS,
    signal,
  });
  if (response.statusCode !== 200) {
    const failure = await failureFrom(response, { stallMs: OPEN_MS, maxBytes: MAX_LINE_BYTES });
    throw new OpniLoggingError('cluster', `watch ${selection.path}: ${failure.message}`, { cause: failure });
  }
  options.onOpen();
  const guard = new ConnectionGuard(options);
  const guarded = guard.run(response);
  try {
    await readLines(response, {
      onLine: options.onLine,
      onTooLong: options.onTooLong,
      beforeMore: () => guard.whileHeld(options.beforeMore()),
      maxLineBytes: MAX_LINE_BYTES,
    });
  } finally {
    guard.end();
    await guarded;
    response.destroy();
  }
}

function queryOf({ from, selection, connectionMs }: WatchConnectionOptions): Query {
  const { fieldSelector, labelSelector } = selection;
  const begin =
    from === 'initial-events'
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: from.resourceVersion };
  return {
    watch: true,
    allowWatchBookmarks: true,
    ...begin,
    timeoutSeconds: Math.max(1, Math.round(connectionMs / 1000)),
    fieldSelector,
    labelSelector,
  };
}

/** Ends a connection that is silent although it should not be. */
class ConnectionGuard {
  readonly #end = new AbortController();
  readonly #endsAt: number;
  #heardAt: number;
  #isHeld = false;

  constructor(private readonly options: WatchConnectionOptions) {
    const { clock, connectionMs } = options;
    this.#heardAt = clock.now();
    this.#endsAt = this.#heardAt + connectionMs + LATE_MS;
  }

  /** Something came. Silence does not count while this side does not read. */
  whileHeld(wait: Promise<void> | undefined): Promise<void> | undefined {
    this.#heardAt = this.options.clock.now();
    if (!wait) return undefined;
    this.#isHeld = true;
    return wait.finally(() => {
      this.#isHeld = false;
      this.#heardAt = this.options.clock.now();
    });
  }

  async run(response: IncomingMessage): Promise<void> {
    const { clock, stallMs, expectsLines } = this.options;
    const { signal } = this.#end;
    while (!signal.aborted) {
      // Ends with the signal only.
      await clock.sleep(Math.min(stallMs / 4, LATE_MS / 3), signal).catch(() => undefined);
      const now = clock.now();
      const silent = expectsLines() && !this.#isHeld && now - this.#heardAt > stallMs;
      if (signal.aborted || !(silent || now > this.#endsAt)) continue;
      response.destroy(new SourceTrouble('stalled', 'the watch is silent: nothing came, not even its end'));
      return;
    }
  }

  end(): void {
    this.#end.abort();
  }
}
