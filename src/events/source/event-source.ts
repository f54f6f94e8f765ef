import { EVENTS } from '../../kube/built-in-resources.js';
import { resourcePath } from '../../kube/resource.js';
import { readWatchLine } from '../document/watch-line.js';
import { currentVersion, EventList, type EventSelection } from './event-list.js';
import type { EventSourceOptions } from './event-source-options.js';
import { followWatch } from './event-watch.js';
import { Pace } from './pace.js';
import { Progress } from './progress.js';
import { type NextStep, Recovery } from './recovery.js';
import { holdUp, untilRoom } from './room.js';
import { SourceTrouble, textOf } from './trouble.js';
import { versionIfBehind } from './version-check.js';

/** So many failures in a row end a single reading. */
const MAX_ONCE_FAILURES = 10;
/** A connection that brought nothing new and ends within this time is a failure, in milliseconds. */
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
  /** Where the server was before the first attempt to list the events. */
  #listedSince: string | undefined;
  #serverStreams = true;
  readonly #recovery: Recovery;

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
    this.#pace = pace;
    this.#recovery = new Recovery(clock);
    this.#progress = new Progress({ seen: mark, sink, listener, pace, wallTime: this.#wallTime });
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
        await this.#recover(error, signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason;
        });
      }
    }
  }

  /**
   * Tells the events that there are, once.
   *
   * @throws OpniLoggingError `cluster` when they cannot be read; the signal's reason once it is aborted
   */
  async runOnce(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.#listPages(signal);
      } catch (error) {
        signal.throwIfAborted();
        const { reason, delayMs = 0 } = this.#recovery.after(error, false);
        if (reason === 'refused' || this.#recovery.failures >= MAX_ONCE_FAILURES) throw error;
        this.options.listener.onTrouble(textOf(error), false);
        await this.options.clock.sleep(delayMs, signal);
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    if (this.#next === 'now') await this.#begin(signal);
    else if (this.#next === 'watch') await this.#connect(false, signal);
    else if (this.#pages || !this.#serverStreams) await this.#listPages(signal);
    else await this.#listStream(signal);
  }

  /**
   * All events as a stream, which goes on with the changes. When it breaks off, what changes until another list is there
   * can still be watched: from where the server was before.
   */
  async #listStream(signal: AbortSignal): Promise<void> {
    const { cluster } = this.options;
    this.#listedSince ??= await currentVersion(cluster, this.#selection, signal);
    await this.#connect(true, signal);
  }

  /** Learns where the versions are now, and begins there. */
  async #begin(signal: AbortSignal): Promise<void> {
    const version = await currentVersion(this.options.cluster, this.#selection, signal);
    this.options.listener.onState('listing');
    this.#progress.toldUpTo(version);
    this.#next = 'watch';
  }

  /** All events page by page: slower than a stream, but it goes on where it was broken off, and waits where it has to. */
  async #listPages(signal: AbortSignal): Promise<void> {
    const { listener, clock } = this.options;
    const pages = this.#openPages();
    while (!pages.isDone) {
      await untilRoom(this.options, signal);
      await clock.sleep(this.#pace.waitMs, signal);
      const { events, resourceVersion } = await pages.next(signal);
      // Not before the page is there: this state says that reading works.
      listener.onState('listing');
      this.#progress.page(events, resourceVersion);
      this.#recovery.progress();
    }
    this.#progress.toldUpTo(pages.resourceVersion);
    this.#pages = undefined;
    this.#listedSince = undefined;
    this.#next = 'watch';
  }

  /** A stream would begin anew; pages go on where they were broken off. */
  #openPages(): EventList {
    this.#pages ??= new EventList(this.options.cluster, this.#selection, this.#listedSince);
    return this.#pages;
  }

  /** One connection: from the version that was told last, or with the events that there are before it. */
  async #connect(lists: boolean, signal: AbortSignal): Promise<void> {
    const { cluster, sink, clock, listener, connectionMs = 300_000, stallMs = 30_000 } = this.options;
    // Each connection brings some lines, whether there is room or not.
    await untilRoom(this.options, signal);
    const ended = new AbortController();
    const over = AbortSignal.any([signal, ended.signal]);
    const seenBefore = this.#progress.seen;
    let initial = lists;
    let openedAt: number | undefined;
    try {
      await followWatch({
        cluster,
        clock,
        signal: over,
        selection: this.#selection,
        from: lists ? 'initial-events' : { resourceVersion: this.#progress.seen! },
        connectionMs: connectionMs * (0.9 + 0.2 * clock.random()),
        stallMs,
        expectsLines: () => initial,
        onOpen: () => {
          openedAt = clock.now();
          listener.onState(lists ? 'listing' : 'watching');
          if (!lists) void this.#endIfBehind(seenBefore!, ended, over);
        },
        onLine: (text) => {
          const line = readWatchLine(text, this.#wallTime);
          listener.onLine(line.type);
          if (!initial) this.#progress.liveLine(line);
          else if (this.#progress.initialLine(line)) {
            initial = false;
            this.#listedSince = undefined;
            this.#next = 'watch';
            listener.onState('watching');
          }
          if (this.#progress.seen !== seenBefore) this.#recovery.progress();
        },
        onTooLong: () => {
          listener.onLine('TOO_LONG');
          listener.onNotice('a line of the watch is longer than any event can be; it was left out');
        },
        beforeMore: () => {
          if (!sink.hasRoom) return this.#hold(() => initial, over);
          const waitMs = initial ? this.#pace.waitMs : 0;
          return waitMs > 0 ? clock.sleep(waitMs, over) : undefined;
        },
      });
      if (initial)
        throw new SourceTrouble('no-end-bookmark', 'the stream of the events that there are ended early');
    } catch (error) {
      if (initial && openedAt !== undefined) this.#openPages();
      if (openedAt !== undefined && clock.now() - openedAt > HEALTHY_MS) this.#recovery.progress();
      throw ended.signal.aborted ? ended.signal.reason : error;
    } finally {
      ended.abort();
    }
    // A server that ends each connection at once is not asked without a pause.
    if (this.#progress.seen === seenBefore && clock.now() - openedAt! < AT_ONCE_MS) {
      throw new SourceTrouble('lost', 'the server ended the watch at once');
    }
    this.#recovery.progress();
    listener.onEnd('timeout');
  }

  /** Ends a watch that would say nothing, because the server is behind the version at which it began. */
  async #endIfBehind(version: string, ended: AbortController, over: AbortSignal): Promise<void> {
    const { cluster, clock, listener } = this.options;
    const { onNotice } = listener;
    const behind = await versionIfBehind({
      cluster,
      clock,
      selection: this.#selection,
      version,
      signal: over,
      onNotice,
    });
    if (behind === undefined || over.aborted) return;
    this.#progress.beganAnew(behind);
    ended.abort(new SourceTrouble('out-of-order', 'the versions of the API server began anew'));
  }

  readonly #wallTime = (): string => new Date(this.options.clock.wallMs()).toISOString();

  async #hold(isInitial: () => boolean, signal: AbortSignal): Promise<void> {
    await holdUp(this.options, signal);
    this.options.listener.onState(isInitial() ? 'listing' : 'watching');
  }

  /** After an error: what comes next, and when. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { listener, clock } = this.options;
    const watched = this.#next === 'watch';
    const step = this.#recovery.after(error, watched);
    listener.onEnd(step.reason);
    if (this.#next === 'list' && endsStreaming(step)) this.#serverStreams = false;
    if (this.#next === 'list' && step.reason === 'expired') this.#openPages();
    if (step.lists) {
      this.#next = 'list';
      listener.onRelist(step.reason);
    }
    if (step.delayMs === undefined) return;
    listener.onTrouble(textOf(error), step.reason === 'refused');
    listener.onState('waiting');
    await clock.sleep(step.delayMs, signal);
  }
}

/** A stream whose end was not told would tell everything twice each time; pages do it once. */
const endsStreaming = ({ reason }: NextStep): boolean =>
  reason === 'streaming-refused' || reason === 'no-end-bookmark' || reason === 'stalled';
