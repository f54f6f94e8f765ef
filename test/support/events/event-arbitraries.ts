import fc from 'fast-check';
import type { EventObject, EventReference } from './event-object.js';
import { eventText } from './event-object.js';

/** Texts that a reader of lines may take for a part of the line. */
export const DECOYS: readonly string[] = [
  '","resourceVersion":"9"',
  '},"involvedObject":{',
  ']},"involvedObject":{"kind":"Pod","namespace":"x","name":"not-me"}',
  ',"managedFields":[{"manager":"x"}]',
  '"type":"DELETED"',
  '{"type":"ADDED","object":{"kind":"Event","apiVersion":"v1","metadata":{"name":"a"',
  '"lastTimestamp":"1999-01-01T00:00:00Z"',
  '\\","uid":"fake',
  '\\\\',
  '\\',
  '"',
  '""',
  '\u2028\u2029',
  '\u0000\u0001\u001f\u007f',
  '\r\n\t\b\f',
  '\\u0000',
  '\\ud800',
  '\ud83d\ude80',
  'ä€',
  '<a href="x">&amp;</a>',
  '}}',
  ']]}',
];

/** Keys that stand elsewhere in an event too. */
const ODD_KEYS = [
  'resourceVersion',
  'managedFields',
  'uid',
  'involvedObject',
  'metadata',
  '__proto__',
  'constructor',
  '1',
];

/** A text of any characters, with decoys in it. */
export const oddText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...DECOYS),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));

const name = fc.oneof(
  { weight: 40, arbitrary: fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/) },
  { weight: 1, arbitrary: oddText },
);

/** A time in whole seconds, or with microseconds, as Go writes them. */
export const apiTime: fc.Arbitrary<string> = fc
  .record({
    ms: fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) }),
    micros: fc.option(fc.integer({ min: 0, max: 999_999 })),
  })
  .map(({ ms, micros }) => {
    const seconds = new Date(ms).toISOString().slice(0, 19);
    return micros === null ? `${seconds}Z` : `${seconds}.${String(micros).padStart(6, '0')}Z`;
  });

const timeOrNull = fc.option(apiTime);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const textMap = fc.dictionary(
  fc.oneof(fc.constantFrom(...ODD_KEYS), fc.stringMatching(/^[a-z./-]{1,12}$/), oddText),
  oddText,
  { maxKeys: 4 },
);
/** Versions of up to 128 bits. */
export const version: fc.Arbitrary<string> = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }).map(String);

const fields: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constant({}),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom('f:metadata', 'f:message', '.', 'f:involvedObject', 'k:{"name":"x"}', 'v:["a"]'),
        oddText,
      ),
      tie('node'),
      { maxKeys: 3 },
    ),
  ),
})).node;

const managedFields = fc.array(
  fc.record({
    manager: fc.oneof(fc.constantFrom('kubelet', 'kube-scheduler'), oddText),
    operation: fc.constantFrom('Update', 'Apply'),
    apiVersion: fc.constant('v1'),
    time: apiTime,
    fieldsType: fc.constant('FieldsV1'),
    fieldsV1: fields,
  }),
  { maxLength: 3 },
);

const reference: fc.Arbitrary<EventReference> = fc.record(
  {
    kind: fc.oneof(fc.constantFrom('Pod', 'Node', 'Deployment'), name),
    namespace: name,
    name,
    uid: name,
    apiVersion: fc.constantFrom('v1', 'apps/v1'),
    resourceVersion: version,
    fieldPath: oddText,
  },
  { requiredKeys: [] },
);

/** An event of core/v1 with any of its members, and with what an API server sets of its metadata. */
export const anyEvent: fc.Arbitrary<EventObject> = fc.record({
  metadata: fc.record({
    name,
    generateName: maybe(name),
    namespace: maybe(name),
    uid: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, { weight: 1, arbitrary: name }),
    resourceVersion: version,
    creationTimestamp: fc.oneof(
      { weight: 9, arbitrary: apiTime },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    labels: maybe(textMap),
    annotations: maybe(textMap),
    managedFields: maybe(managedFields),
  }),
  involvedObject: reference,
  reason: maybe(name),
  message: maybe(oddText),
  source: fc.record({ component: maybe(oddText), host: maybe(oddText) }),
  firstTimestamp: timeOrNull,
  lastTimestamp: timeOrNull,
  count: maybe(fc.integer({ min: -5, max: 2 ** 31 - 1 })),
  type: maybe(fc.oneof(fc.constantFrom('Normal', 'Warning'), name)),
  eventTime: timeOrNull,
  series: maybe(fc.record({ count: fc.integer({ min: 0, max: 99 }), lastObservedTime: timeOrNull })),
  action: maybe(oddText),
  related: maybe(reference),
  reportingComponent: oddText,
  reportingInstance: oddText,
});

/** A line of a watch, each byte as one character. */
export const lineOf = (type: string, event: EventObject): string =>
  Buffer.from(`{"type":"${type}","object":${eventText(event)}}`).toString('latin1');

/** Lines of watches on any events, new and changed. */
export const anyLine: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('ADDED', 'MODIFIED'), anyEvent)
  .map(([type, event]) => lineOf(type, event));
