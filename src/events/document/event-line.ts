import type { EventChange, EventFields } from './event-fields.js';

// Lines are read as latin1: each byte is a character, so that UTF-8 passes through untouched.

/** Inside of a string that needs no decoding: no escape, ASCII only. */
const PLAIN = String.raw`[ !#-\[\]-~]*`;
/** A name, whose value is taken. */
const NAME = `"(${PLAIN})"`;
const SKIPPED_NAME = `"${PLAIN}"`;
const ESCAPE = String.raw`\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`;
const UNESCAPED = String.raw`[^"\\\x00-\x1f]*`;
/** Any JSON string. */
const TEXT = `"${UNESCAPED}(?:${ESCAPE}${UNESCAPED})*"`;
const TEXT_MAP = String.raw`\{(?:${TEXT}:${TEXT}(?:,${TEXT}:${TEXT})*)?\}`;
const INTEGER = '-?(?:0|[1-9][0-9]*)';
const TIME_VALUE = String.raw`[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z`;
const TIME = `(?:null|"(${TIME_VALUE})")`;

const optional = (...parts: readonly string[]) => parts.map((part) => `(?:,${part})?`).join('');

const HEAD = new RegExp(
  [
    String.raw`\{"type":"(ADDED|MODIFIED|DELETED)","object":\{"kind":"Event","apiVersion":"v1",`,
    String.raw`"metadata":\{"name":${SKIPPED_NAME}`,
    optional(`"generateName":${SKIPPED_NAME}`, `"namespace":${SKIPPED_NAME}`),
    `,"uid":"([!#-\\[\\]-~]+)","resourceVersion":"([1-9][0-9]{0,38})","creationTimestamp":"(${TIME_VALUE})"`,
    optional(`"labels":${TEXT_MAP}`, `"annotations":${TEXT_MAP}`),
  ].join(''),
  'y',
);

const reference = (name: string) =>
  String.raw`\{(?:"kind":${name}${optional(
    `"namespace":${name}`,
    `"name":${name}`,
    `"uid":${SKIPPED_NAME}`,
    `"apiVersion":${SKIPPED_NAME}`,
    `"resourceVersion":${SKIPPED_NAME}`,
    `"fieldPath":${TEXT}`,
  )})?\}`;

const TAIL = new RegExp(
  [
    String.raw`\},"involvedObject":${reference(NAME)}`,
    optional(`"reason":${NAME}`, `"message":${TEXT}`),
    String.raw`,"source":\{(?:"component":${TEXT}${optional(`"host":${TEXT}`)})?\}`,
    `,"firstTimestamp":${TIME},"lastTimestamp":${TIME}`,
    optional(`"count":${INTEGER}`, `"type":${NAME}`),
    `,"eventTime":${TIME}`,
    String.raw`(?:,"series":\{"count":${INTEGER},"lastObservedTime":${TIME}\})?`,
    optional(`"action":${TEXT}`, `"related":${reference(SKIPPED_NAME)}`),
    `,"reportingComponent":${TEXT},"reportingInstance":${TEXT}`,
    String.raw`\}\}$`,
  ].join(''),
  'y',
);

const MANAGED_FIELDS = ',"managedFields":[';
/** Longer lines are rare, and matching them takes a deep stack. */
const MAX_LINE = 128 * 1024;
const AFTER_TYPE = '"object":{"kind":"Event","apiVersion":"v1",'.length;

/** What a line of a watch says about one event. */
export type EventLine =
  | { readonly type: EventChange; readonly event: EventFields }
  | { readonly type: 'DELETED'; readonly resourceVersion: string };

/**
 * Reads a line of a watch without parsing it: cuts out what the document holds. It knows the one shape in which Go writes
 * an event of core/v1, and checks every byte that it keeps.
 *
 * @param line without its line end, each byte as one character (latin1)
 * @returns undefined for every other shape, which is to be parsed
 */
export function readEventLine(line: string): EventLine | undefined {
  if (line.length > MAX_LINE) return undefined;
  HEAD.lastIndex = 0;
  const head = HEAD.exec(line);
  if (!head) return undefined;
  const [, type, uid, resourceVersion, created] = head as unknown as [string, string, string, string, string];
  if (type === 'DELETED') return { type, resourceVersion };
  const endOfMetadata = HEAD.lastIndex;
  let tailStart = endOfMetadata;
  if (line.startsWith(MANAGED_FIELDS, endOfMetadata)) {
    // Go writes no list inside of them. Up to any other bracket the rest does not match, so no other member is cut out.
    tailStart = line.indexOf(']', endOfMetadata + MANAGED_FIELDS.length) + 1;
    if (tailStart === 0) return undefined;
  }
  TAIL.lastIndex = tailStart;
  const tail = TAIL.exec(line);
  if (!tail) return undefined;
  const [, kind = '', namespace = '', name = '', reason = '', first, last, eventType = '', at, observed] =
    tail;
  const membersStart = '{"type":"",'.length + type.length + AFTER_TYPE;
  return {
    type: type as EventChange,
    event: {
      uid,
      resourceVersion,
      time: last ?? observed ?? at ?? first ?? created,
      kind,
      namespace,
      name,
      reason,
      type: eventType,
      isPlain: true,
      members: [line.slice(membersStart, endOfMetadata), line.slice(tailStart, -1)],
    },
  };
}
