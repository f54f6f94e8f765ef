import type { EventFields } from './event-fields.js';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** What the envelope of a document says already, or nobody wants. */
const LEFT_OUT = ['kind', 'apiVersion', 'cluster_id', 'log_type', 'event_id', 'time', 'pod_name'];

/**
 * Reads an event that was parsed, whatever it holds and lacks: no event is lost for its shape.
 *
 * @param event an event of core/v1
 * @param receivedAt time for an event that tells none, in RFC 3339
 */
export function readEventObject(event: JsonObject, receivedAt: string): EventFields {
  const metadata = objectOr(event['metadata']);
  const about = objectOr(event['involvedObject']);
  const { managedFields: _, ...kept } = metadata;
  const { metadata: __, ...rest } = event;
  const members = Object.entries(rest).filter(([key]) => !LEFT_OUT.includes(key));
  const text = JSON.stringify({ metadata: kept, ...Object.fromEntries(members) });
  return {
    uid: textOr(metadata['uid']) || `${textOr(metadata['namespace'])}/${textOr(metadata['name'])}`,
    resourceVersion: textOr(metadata['resourceVersion']),
    time: timeOf(event, metadata) ?? receivedAt,
    kind: textOr(about['kind']),
    namespace: textOr(about['namespace']),
    name: textOr(about['name']),
    reason: textOr(event['reason']),
    type: textOr(event['type']),
    members: [toBytes(text.slice(1))],
  };
}

/**
 * The event's own time: the latest one that it tells. `lastTimestamp` is that of old reporters, `series` and `eventTime`
 * those of new ones; each leaves the others null.
 */
function timeOf(event: JsonObject, metadata: JsonObject): string | undefined {
  const times = [
    event['lastTimestamp'],
    objectOr(event['series'])['lastObservedTime'],
    event['eventTime'],
    event['firstTimestamp'],
    metadata['creationTimestamp'],
  ];
  return times.find((time): time is string => typeof time === 'string' && RFC3339.test(time));
}

/** UTF-8 bytes, each as one character (latin1). */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The text that such bytes stand for. */
export const fromBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

export const objectOr = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');
