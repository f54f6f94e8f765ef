import { type ApiFailure, failureOfStatus } from '../../kube/api-failure.js';
import type { EventChange, EventFields } from './event-fields.js';
import { readEventLine } from './event-line.js';
import { fromBytes, type JsonObject, objectOr, readEventObject } from './event-object.js';
import { isVersion } from './resource-version.js';

/** What a line of a watch on events says. */
export type WatchLine =
  | { readonly type: EventChange; readonly event: EventFields }
  | { readonly type: 'DELETED'; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly endOfInitialEvents: boolean }
  | { readonly type: 'ERROR'; readonly failure: ApiFailure }
  /** A line that cannot be understood, with the reason. */
  | { readonly type: 'INVALID'; readonly reason: string };

const END_OF_INITIAL_EVENTS = 'k8s.io/initial-events-end';

/**
 * Reads a line of a watch on events: by its shape when that is the usual one, else by parsing it.
 *
 * @param line without its line end, each byte as one character (latin1)
 * @param receivedAt time for an event that tells none, in RFC 3339
 */
export function readWatchLine(line: string, receivedAt: () => string): WatchLine {
  return readEventLine(line) ?? parseWatchLine(line, receivedAt);
}

/** The same for a line of any shape, slowly. */
export function parseWatchLine(line: string, receivedAt: () => string): WatchLine {
  let parsed: unknown;
  try {
    parsed = JSON.parse(fromBytes(line));
  } catch {
    return { type: 'INVALID', reason: 'it is not JSON' };
  }
  const { type, object } = objectOr(parsed) as { readonly type?: unknown; readonly object?: unknown };
  if (type === 'ERROR') return { type, failure: failureOfStatus(object) };
  if (typeof object !== 'object' || object === null) return { type: 'INVALID', reason: 'it holds no object' };
  const metadata = objectOr((object as JsonObject)['metadata']);
  const resourceVersion = metadata['resourceVersion'];
  if (!isVersion(resourceVersion)) {
    return { type: 'INVALID', reason: 'its object has no resourceVersion that can be compared' };
  }
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type, event: readEventObject(object as JsonObject, receivedAt()) };
    case 'DELETED':
      return { type, resourceVersion };
    case 'BOOKMARK': {
      const endOfInitialEvents = objectOr(metadata['annotations'])[END_OF_INITIAL_EVENTS] === 'true';
      return { type, resourceVersion, endOfInitialEvents };
    }
    default:
      return { type: 'INVALID', reason: 'its type is unknown' };
  }
}
