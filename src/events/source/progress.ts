import { OpniLoggingError } from '../../common/error.js';
import { type JsonObject, readEventObject } from '../document/event-object.js';
import { compareVersions, isNewer } from '../document/resource-version.js';
import type { WatchLine } from '../document/watch-line.js';
import type { Pace } from './pace.js';
import type { EventSink, SourceListener } from './source-types.js';
import { SourceTrouble } from './trouble.js';

/** Options of {@link Progress}. */
export interface ProgressOptions {
  /** The newest version that was told before. @default nothing was told */
  readonly seen?: string;
  readonly sink: EventSink;
  readonly listener: SourceListener;
  /** Told of each event that was there before. */
  readonly pace: Pace;
  /** The time now, in RFC 3339. */
  readonly wallTime: () => string;
}

/**
 * What was told so far, and what a line or a page adds to it. An object's version is that of its last write, so what is
 * newer than the newest one that was told is exactly what has not been told.
 */
export class Progress {
  #seen: string | undefined;

  constructor(private readonly options: ProgressOptions) {
    this.#seen = options.seen;
  }

  /** The newest version that was told; changes are followed from here. */
  get seen(): string | undefined {
    return this.#seen;
  }

  /** Everything up to a version was told. */
  toldUpTo(resourceVersion: string): void {
    this.#seen = resourceVersion;
    this.options.sink.upTo(resourceVersion);
  }

  /**
   * Tells the events of a page that are new.
   *
   * @param resourceVersion that of the whole list
   */
  page(events: readonly JsonObject[], resourceVersion: string): void {
    this.beganAnew(resourceVersion);
    for (const object of events) this.#tellOld(readEventObject(object, this.options.wallTime()));
  }

  /**
   * Compares what was told with where the server is.
   *
   * @returns whether its versions began anew, so that all events are to be read again
   */
  beganAnew(resourceVersion: string): boolean {
    if (this.#seen === undefined || compareVersions(resourceVersion, this.#seen) >= 0) return false;
    const { listener, sink } = this.options;
    const message = `the API server is at version ${resourceVersion}, before the mark ${this.#seen}: its data were restored, so all its events are sent`;
    listener.onNotice(message);
    this.#seen = undefined;
    sink.versionsBeganAnew();
    return true;
  }

  /**
   * Takes a line of a stream that begins with the events that there are.
   *
   * @returns true with the last one of those
   * @throws SourceTrouble when the versions of the server began anew, or a line cannot be read: all are to be read again
   */
  initialLine(line: WatchLine): boolean {
    switch (line.type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#tellOld(line.event);
        return false;
      case 'BOOKMARK':
        if (!line.endOfInitialEvents) return false;
        if (this.beganAnew(line.resourceVersion)) {
          throw new SourceTrouble('out-of-order', 'the versions of the API server began anew');
        }
        this.toldUpTo(line.resourceVersion);
        return true;
      case 'ERROR':
        throw errorOf(line);
      case 'INVALID':
        throw unreadable(line);
      default:
        return false;
    }
  }

  /**
   * Takes a line of a stream of changes.
   *
   * @throws SourceTrouble when the stream cannot be trusted any more; OpniLoggingError `cluster` for the server's error
   */
  liveLine(line: WatchLine): void {
    switch (line.type) {
      case 'ADDED':
      case 'MODIFIED': {
        const { resourceVersion } = line.event;
        const seen = this.#seen;
        this.options.sink.event(line.event);
        if (!isNewer(resourceVersion, seen)) {
          throw new SourceTrouble('out-of-order', `a watch told version ${resourceVersion} after ${seen}`);
        }
        this.toldUpTo(resourceVersion);
        break;
      }
      case 'DELETED':
      case 'BOOKMARK':
        if (isNewer(line.resourceVersion, this.#seen)) this.toldUpTo(line.resourceVersion);
        break;
      case 'ERROR':
        throw errorOf(line);
      case 'INVALID':
        throw unreadable(line);
    }
  }

  /** An event that was there when it was asked for: told when it was written since. */
  #tellOld(event: Parameters<EventSink['event']>[0]): void {
    if (!isNewer(event.resourceVersion, this.#seen)) return;
    this.options.sink.event(event);
    this.options.pace.count();
  }
}

const errorOf = ({ failure }: WatchLine & { type: 'ERROR' }) =>
  new OpniLoggingError('cluster', `the watch on events: ${failure.message}`, { cause: failure });

/** What it told is not known, so it has to be read in another way. */
const unreadable = ({ reason }: WatchLine & { type: 'INVALID' }) =>
  new SourceTrouble('invalid-line', `a line of the watch cannot be read: ${reason}`);
