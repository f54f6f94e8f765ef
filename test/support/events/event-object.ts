/** A time of the API: `2026-11-22T10:00:00Z`, or with microseconds. Null is a zero time. */
type ApiTime = string | null;

/** A reference to an object, as an event holds it. */
export interface EventReference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

/** Metadata of an event. The store sets `resourceVersion`, and what else is missing but required. */
export interface EventMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: ApiTime;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly unknown[];
}

/** A core/v1 Event. */
export interface EventObject {
  readonly metadata?: EventMetadata;
  readonly involvedObject?: EventReference;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly firstTimestamp?: ApiTime;
  readonly lastTimestamp?: ApiTime;
  readonly count?: number;
  readonly type?: string;
  readonly eventTime?: ApiTime;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: ApiTime };
  readonly action?: string;
  readonly related?: EventReference;
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
}

/** What each object text begins with. An item of a list has none of it. */
export const TYPE_PREFIX = '{"kind":"Event","apiVersion":"v1",';

/** Writes an event as the API server does: order of keys, what is left out, what is null, what is escaped. */
export function eventText(event: EventObject): string {
  const text = JSON.stringify({
    kind: 'Event',
    apiVersion: 'v1',
    metadata: metadataOf(event.metadata ?? {}),
    involvedObject: referenceOf(event.involvedObject ?? {}),
    reason: some(event.reason),
    message: some(event.message),
    source: { component: some(event.source?.component), host: some(event.source?.host) },
    firstTimestamp: event.firstTimestamp ?? null,
    lastTimestamp: event.lastTimestamp ?? null,
    count: some(event.count),
    type: some(event.type),
    eventTime: event.eventTime ?? null,
    series: event.series && {
      count: some(event.series.count),
      lastObservedTime: event.series.lastObservedTime ?? null,
    },
    action: some(event.action),
    related: event.related && referenceOf(event.related),
    reportingComponent: event.reportingComponent ?? '',
    reportingInstance: event.reportingInstance ?? '',
  });
  return goEscaped(text);
}

/** The bookmark that an API server sends: an event of which only the resource version counts. */
export function bookmarkText(
  resourceVersion: string,
  annotations?: Readonly<Record<string, string>>,
): string {
  return eventText({ metadata: { resourceVersion, annotations } });
}

/** Go leaves out what is empty. */
const some = <T extends string | number>(value: T | undefined): T | undefined => value || undefined;

function metadataOf(metadata: EventMetadata): object {
  const { labels, annotations, managedFields } = metadata;
  return {
    name: some(metadata.name),
    generateName: some(metadata.generateName),
    namespace: some(metadata.namespace),
    uid: some(metadata.uid),
    resourceVersion: some(metadata.resourceVersion),
    creationTimestamp: metadata.creationTimestamp ?? undefined,
    labels: sorted(labels),
    annotations: sorted(annotations),
    managedFields: managedFields?.length ? managedFields : undefined,
  };
}

function referenceOf(reference: EventReference): object {
  return {
    kind: some(reference.kind),
    namespace: some(reference.namespace),
    name: some(reference.name),
    uid: some(reference.uid),
    apiVersion: some(reference.apiVersion),
    resourceVersion: some(reference.resourceVersion),
    fieldPath: some(reference.fieldPath),
  };
}

/** Go writes maps in the order of their keys. */
function sorted(map: Readonly<Record<string, string>> | undefined): object | undefined {
  const entries = Object.entries(map ?? {});
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
const ESCAPED = /[<>&\u2028\u2029]/;

/**
 * JSON text with what Go escapes beyond JavaScript: text that may stand in HTML, and two line ends of Unicode. Half of a
 * surrogate pair, which JavaScript escapes, does not survive the way into the API server.
 */
export function goEscaped(text: string): string {
  const escaped = ESCAPED.test(text) ? text.replace(/[<>&\u2028\u2029]/g, unicodeEscape) : text;
  return escaped.includes('\\ud') ? escaped.replace(LONE_SURROGATE, '$1\ufffd') : escaped;
}

const unicodeEscape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
