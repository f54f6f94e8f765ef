import { expiredWatch, failure, invalidOptions, type StatusAnswer, tooLarge } from './api-status.js';
import { type EventFilter, selected } from './event-selector.js';
import type { EventStore } from './event-store.js';
import { RevisionError } from './stored-event.js';
import type { FeedStart } from './watch-feed.js';

/** Where a watch begins, or why it does not. */
export type WatchStart =
  | { readonly start: FeedStart; readonly filter: EventFilter }
  /** Refused by an HTTP status. */
  | { readonly refusal: StatusAnswer }
  /** Refused after the watch was opened. */
  | { readonly expired: StatusAnswer }
  | { readonly tooLarge: StatusAnswer };

/** What of the server decides how watches begin. */
export interface WatchGates {
  /** Whether streaming lists are served. */
  readonly streamingList: boolean;
  /** Whether a streaming list tells of its end. */
  readonly endBookmark: boolean;
  /** What comes of a watch from a revision to come. */
  readonly tooLargeAs: 'wait' | 'stream' | 'status';
}

/** Reads the options of a watch. */
export function watchStart(
  store: EventStore,
  namespace: string | undefined,
  query: URLSearchParams,
  gates: WatchGates,
): WatchStart {
  const refusal = refusalOf(query, gates);
  if (refusal) return { refusal };
  const selection = selected(namespace, query);
  if ('refusal' in selection) return selection;
  const { filter } = selection;
  const version = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(version))
    return { refusal: failure(400, `resourceVersion: Invalid value: "${version}"`) };
  const asked = BigInt(version || '0');
  const streaming = query.get('sendInitialEvents') === 'true';
  if (asked > store.revision) {
    if (streaming || gates.tooLargeAs !== 'wait') return { tooLarge: tooLarge(asked, store.revision) };
    return { filter, start: { change: store.range.next, after: asked } };
  }
  try {
    if (!streaming && asked > 0n) return { filter, start: { change: store.startAfter(asked) } };
  } catch (error) {
    if (error instanceof RevisionError) return { expired: expiredWatch() };
    throw error;
  }
  const bookmark = streaming && gates.endBookmark && isTrue(query.get('allowWatchBookmarks'));
  const start: FeedStart = {
    change: store.range.next,
    initial: query.get('sendInitialEvents') === 'false' ? [] : store.snapshot().filter(filter),
    endBookmark: bookmark ? String(store.revision) : undefined,
  };
  return { filter, start };
}

/** Whether a query asks for a watch or an option of it. */
export const isTrue = (value: string | null) => value === '1' || value === 'true';

function refusalOf(query: URLSearchParams, gates: WatchGates): StatusAnswer | undefined {
  const match = query.get('resourceVersionMatch');
  if (!query.has('sendInitialEvents')) {
    if (match === null) return undefined;
    const message = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    return invalidOptions('resourceVersionMatch', message);
  }
  if (!gates.streamingList) {
    const message = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    return invalidOptions('sendInitialEvents', message);
  }
  if (match === 'NotOlderThan') return undefined;
  const message = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  return invalidOptions('resourceVersionMatch', message);
}
