import type { Clock } from '../../common/clock.js';
import { messageOf, OpniLoggingError } from '../../common/error.js';
import { rejectedBy } from '../../common/rejected-by.js';
import { failureIn } from '../../kube/api-failure.js';
import { EVENTS } from '../../kube/built-in-resources.js';
import type { Cluster } from '../../kube/cluster.js';
import { describeExchangeError } from '../../kube/http-exchange.js';
import { resourcePath } from '../../kube/resource.js';
import { delayBefore, retryPolicy } from '../../kube/retry.js';
import type { EventsSourceSettings } from '../config/events-settings.js';
import { isVersion } from '../document/resource-version.js';
import { readWatchLine } from '../document/watch-line.js';
import { EventList, type EventSelection } from './event-list.js';
import { followWatch } from './event-watch.js';
import { Pace } from './pace.js';
import { Progress } from './progress.js';
import type { EndReason, EventSink, SourceListener } from './source-types.js';
import { reasonOf, SourceTrouble } from './trouble.js';

/** Options of {@link EventSource}. */
export interface EventSourceOptions {
  readonly cluster: Cluster;
  readonly settings: Pick<
    EventsSourceSettings,
    'namespaces' | 'fieldSelector' | 'labelSelector' | 'replayPerSecond'
  >;
  /** Up to where everything was told before. @default nothing is known */
  readonly mark?: string;
  /** Without a mark: whether the events that there are already are told. */
  readonly firstStart: 'retained' | 'now';
  readonly sink: EventSink;
  readonly listener: SourceListener;
  readonly clock: Clock;
  /** How long a connection is used, in milliseconds; varied by a tenth. @default 300000 */
  readonly connectionMs?: number;
  /** Longest silence while the events that there are are told, in milliseconds. @default 30000 */
  readonly stallMs?: number;
  /** How long a connection is held up for want of room before it is ended, in milliseconds. @default 30000 */
  readonly holdMs?: number;
}

const BACK_OFF = retryPolicy({ firstDelayMs: 800, maxDelayMs: 30_000 });
/** So often a version that the server does not know yet is asked for before its events are listed. */
const MAX_AHEAD = 3;
/** So often an error that is not understood ends the watch at the same place before the events are listed. */
const MAX_AT_ONE_PLACE = 8;
/** So many failures in a row end a single reading. */
const MAX_ONCE_FAILURES = 10;
/** A connection without a line that ends within this time is a failure, in milliseconds. */
const AT_ONCE_MS = 1000;
/** A connection that was good for this long was no failure, in milliseconds. */
const HEALTHY_MS = 30_000;

/**
 * Tells the events of a cluster: those that there are, then every change, up to the end of the signal. It goes on where it
 * stopped, however it was stopped. When the server no longer knows what happened since, all events are read, and those
 * are told that were written since.
 */
export class EventSource {
  readonly #selection: EventSelection;
  readonly #pace: Pace;
  readonly #progress: Progress;
  #next: 'now' | 'list' | 'watch';
  /** The list that is being read page by page; kept over failures. */
  #pages: EventList | undefined;
  #serverStreams = true;
  /** Failures in a row. */
  #troubles = 0;
  #ahead = 0;

  constructor(private readonly options: EventSourceOptions) {
    const { settings, mark, firstStart, sink, listener, clock } = options;
    const [only, ...others] = settings.namespaces.include;
    this.#selection = {
      // Rights in one namespace do for that one.
      path: resourcePath(EVENTS, others.length === 0 ? only : undefined),
      fieldSelector: settings.fieldSelector,
      labelSelector: settings.labelSelector,
    };
    const pace = new Pace(settings.replayPerSecond, clock);
    const wallTime = () => new Date(clock.wallMs()).toISOString();
    this.#pace = pace;
    this.#progress = new Progress({ seen: mark, sink, listener, pace, wallTime });
    this.#next = mark !== undefined ? 'watch' : firstStart === 'now' ? 'now' : 'list';
  }

  /** Tells events until the signal is aborted, then returns. */
  async run(signal: AbortSignal): Promise<void> {
    const { listener } = this.options;
    listener.onState('starting');
    if (this.#next === 'list') listener.onRelist('start');
    while (!signal.aborted) {
      try {
        await this.#step(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  /**
   * Tells the events that there are, once.
   *
   * @throws OpniLoggingError `cluster` when they cannot be read; the signal's reason once it is aborted
   */
  async runOnce(signal: AbortSignal): Promise<void> {
    this.#pages = new EventList(this.options.cluster, this.#selection);
    for (let failures = 0; ; ) {
      try {
        return await this.#listPages(signal);
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        if (reasonOf(error) === 'refused' || failures >= MAX_ONCE_FAILURES) throw error;
        this.options.listener.onTrouble(textOf(error), false);
        await this.options.clock.sleep(this.#delayMs(failures, error), signal);
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    if (this.#next === 'now') await this.#begin(signal);
    else if (this.#next === 'watch') await this.#connect(false, signal);
    else if (this.#pages || !this.#serverStreams) await this.#listPages(signal);
    else await this.#connect(true, signal);
  }

  /** Learns where the versions are now, and begins there. */
  async #begin(signal: AbortSignal): Promise<void> {
    this.options.listener.onState('listing');
    const { resourceVersion } = await new EventList(this.options.cluster, this.#selection).next(signal, 1);
    this.#progress.toldUpTo(resourceVersion);
    this.#next = 'watch';
  }

  /** All events page by page: slower than a stream, but it goes on where it was broken off, and waits where it has to. */
  async #listPages(signal: AbortSignal): Promise<void> {
    const { sink, listener, clock } = this.options;
    this.#pages ??= new EventList(this.options.cluster, this.#selection);
    while (!this.#pages.isDone) {
      if (!sink.hasRoom) {
        listener.onState('held');
        await rejectedBy(signal, sink.untilRoom());
      }
      await clock.sleep(this.#pace.waitMs, signal);
      listener.onState('listing');
      const { events, resourceVersion } = await this.#pages.next(signal);
      if (!isVersion(resourceVersion)) {
        throw new SourceTrouble('invalid-line', 'a list of events came without a resourceVersion');
      }
      this.#progress.page(events, resourceVersion);
      this.#troubles = 0;
    }
    this.#progress.toldUpTo(this.#pages.resourceVersion);
    this.#pages = undefined;
    this.#next = 'watch';
  }

  /** One connection: from the version that was told last, or with the events that there are before it. */
  async #connect(lists: boolean, signal: AbortSignal): Promise<void> {
    const { cluster, clock, listener, connectionMs = 300_000, stallMs = 30_000 } = this.options;
    const wallTime = () => new Date(clock.wallMs()).toISOString();
    let initial = lists;
    let openedAt: number | undefined;
    let lines = 0;
    try {
      await followWatch({
        cluster,
        clock,
        signal,
        selection: this.#selection,
        from: lists ? 'initial-events' : { resourceVersion: this.#progress.seen! },
        connectionMs: connectionMs * (0.9 + 0.2 * clock.random()),
        stallMs,
        expectsLines: () => initial,
        onOpen: () => {
          openedAt = clock.now();
          listener.onState(lists ? 'listing' : 'watching');
        },
        onLine: (text) => {
          lines += 1;
          const line = readWatchLine(text, wallTime);
          listener.onLine(line.type);
          if (!initial) this.#progress.liveLine(line);
          else if (this.#progress.initialLine(line)) {
            initial = false;
            this.#next = 'watch';
            listener.onState('watching');
          }
          this.#troubles = 0;
        },
        onTooLong: () => {
          listener.onLine('TOO_LONG');
          listener.onTrouble('a line of the watch is longer than any event can be; it was left out', false);
        },
        beforeMore: () => this.#beforeMore(initial, signal),
      });
      if (initial)
        throw new SourceTrouble('no-end-bookmark', 'the stream of the events that there are ended early');
    } catch (error) {
      // A stream would begin anew; pages go on where they were broken off.
      if (initial && openedAt !== undefined) this.#pages = new EventList(cluster, this.#selection);
      if (openedAt !== undefined && clock.now() - openedAt > HEALTHY_MS) this.#troubles = 0;
      throw error;
    }
    // A server that ends each connection at once is not asked without a pause.
    if (lines === 0 && clock.now() - openedAt! < AT_ONCE_MS) {
      throw new SourceTrouble('lost', 'the server ended the watch at once');
    }
    this.#troubles = 0;
    listener.onEnd('timeout');
  }

  #beforeMore(initial: boolean, signal: AbortSignal): Promise<void> | undefined {
    if (!this.options.sink.hasRoom) return this.#hold(initial, signal);
    const waitMs = initial ? this.#pace.waitMs : 0;
    return waitMs > 0 ? this.options.clock.sleep(waitMs, signal) : undefined;
  }

  /** Holds the server up for a while; when that does not help, the connection is given up. */
  async #hold(initial: boolean, signal: AbortSignal): Promise<void> {
    const { sink, clock, listener, holdMs = 30_000 } = this.options;
    listener.onState('held');
    const end = new AbortController();
    const time = clock.sleep(holdMs, AbortSignal.any([signal, end.signal])).catch(() => undefined);
    await Promise.race([sink.untilRoom(), time]);
    end.abort();
    signal.throwIfAborted();
    if (!sink.hasRoom)
      throw new SourceTrouble('no-room', 'there is no room; the API server keeps the events');
    listener.onState(initial ? 'listing' : 'watching');
  }

  /** After an error: what comes next, and when. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { listener, sink, clock } = this.options;
    const reason = reasonOf(error);
    const watched = this.#next === 'watch';
    listener.onEnd(reason);
    this.#ahead = reason === 'version-ahead' ? this.#ahead + 1 : 0;
    if (reason === 'streaming-refused') this.#serverStreams = false;
    if (watched && this.#hasToList(reason)) {
      this.#next = 'list';
      listener.onRelist(reason);
    }
    // These are a part of every day, and what comes next is another request.
    if (reason === 'streaming-refused' || (reason === 'expired' && watched)) return;
    try {
      if (reason === 'no-room') {
        listener.onState('held');
        await rejectedBy(signal, sink.untilRoom());
        return;
      }
      this.#troubles += 1;
      listener.onTrouble(textOf(error), reason === 'refused');
      listener.onState('waiting');
      await clock.sleep(this.#delayMs(this.#troubles, error), signal);
    } catch (aborted) {
      if (!signal.aborted) throw aborted;
    }
  }

  #hasToList(reason: EndReason): boolean {
    if (reason === 'expired' || reason === 'out-of-order' || reason === 'invalid-line') return true;
    return this.#ahead >= MAX_AHEAD || (reason === 'busy' && this.#troubles >= MAX_AT_ONE_PLACE);
  }

  /** What the server asks for counts, whatever it is, but not for longer than a while. */
  #delayMs(failures: number, error: unknown): number {
    const random = () => this.options.clock.random();
    const asked = Math.min(failureIn(error)?.retryAfterSeconds ?? 0, BACK_OFF.maxRetryAfterMs / 1000);
    return delayBefore(BACK_OFF, failures, random, asked) ?? BACK_OFF.maxDelayMs;
  }
}

const textOf = (error: unknown) =>
  error instanceof OpniLoggingError || error instanceof SourceTrouble
    ? messageOf(error)
    : describeExchangeError(error);
