import type { EventFields } from '../document/event-fields.js';

/** Takes what a source tells. */
export interface EventSink {
  /** An event, new or changed. */
  event(event: EventFields): void;
  /** Everything up to a resourceVersion was told. */
  upTo(resourceVersion: string): void;
  /** The server counts its versions anew, as after a restore of its data: what was told before means nothing to it. */
  versionsBeganAnew(): void;
  /** Whether more may be told now. */
  readonly hasRoom: boolean;
  /** Waits for a good deal of room. */
  untilRoom(): Promise<void>;
}

/** Why a connection to the API server ended, for `watch_reconnects_total`. */
export type EndReason =
  | 'timeout'
  | 'expired'
  | 'version-ahead'
  | 'lost'
  | 'stalled'
  | 'busy'
  | 'refused'
  | 'no-room'
  | 'invalid-line'
  | 'out-of-order'
  | 'no-end-bookmark'
  | 'streaming-refused';

/**
 * What a source does:
 * - `starting`: it has not connected yet
 * - `listing`: it reads the events that there are
 * - `watching`: it follows the changes
 * - `held`: there is no room; the API server keeps the events meanwhile
 * - `waiting`: a connection could not be made or was lost; it tries again
 */
export type SourceState = 'starting' | 'listing' | 'watching' | 'held' | 'waiting';

/** Told what a source does. */
export interface SourceListener {
  onState(state: SourceState): void;
  /** A line of a watch, by its type: `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`, `INVALID`, or `TOO_LONG`. */
  onLine(type: string): void;
  /** A connection ended. */
  onEnd(reason: EndReason): void;
  /** All events are read anew, and those that are newer than the mark are told. */
  onRelist(reason: EndReason | 'start'): void;
  /** Something did not work; it is tried again. `isRefusal`: it needs somebody to mend it. */
  onTrouble(message: string, isRefusal: boolean): void;
  /** Something rare happened that is worth knowing; reading goes on. */
  onNotice(message: string): void;
}
