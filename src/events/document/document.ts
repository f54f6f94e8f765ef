import { type EventFields, membersText } from './event-fields.js';
import { fromBytes, type JsonObject, toBytes } from './event-object.js';

/** A JSON document for the shipper. */
export interface EventDocument {
  /** JSON in UTF-8, each byte as one character (latin1); in pieces, which are written one after another. */
  readonly pieces: readonly string[];
  readonly bytes: number;
  /** True when the message had to be cut to fit. */
  readonly cut: boolean;
}

/** Options of {@link DocumentWriter}. */
export interface DocumentWriterOptions {
  /** Value of `cluster_id`. */
  readonly clusterId: string;
  /** Largest document, in bytes. */
  readonly maxBytes: number;
}

/** Room for the mark of a message that was cut. */
const CUT_MARK = ' … [cut]';

/**
 * Writes events as documents: the members of the event at top level, as the API tells them, with `cluster_id`,
 * `log_type`, `event_id`, one reliable `time`, and `pod_name` for events of pods.
 *
 * `event_id` is the event's UID and resourceVersion, so that each state of a repeated event is a document of its own, and
 * one that is sent twice is one document in OpenSearch.
 */
export class DocumentWriter {
  readonly #start: string;

  constructor(private readonly options: DocumentWriterOptions) {
    this.#start = `{"cluster_id":${toBytes(JSON.stringify(options.clusterId))},"log_type":"event","time":"`;
  }

  /** What the dead letters hold of an event of which there is no document. */
  static short({ members: _, isPlain: __, ...fields }: EventFields, clusterId: string): string {
    const event_id = idOf(fields);
    return JSON.stringify({ cluster_id: clusterId, log_type: 'event', event_id, ...fields });
  }

  /** @returns undefined when the event does not fit although its message was cut */
  write(event: EventFields): EventDocument | undefined {
    const pieces = [this.#envelope(event), ...event.members];
    const bytes = lengthOf(pieces);
    if (bytes <= this.options.maxBytes) return { pieces, bytes, cut: false };
    return this.#cut(event);
  }

  #envelope(event: EventFields): string {
    const quoted = event.isPlain ? inQuotes : escaped;
    const pod = event.kind === 'Pod' && event.name !== '' ? `,"pod_name":${quoted(event.name)}` : '';
    return `${this.#start}${event.time}","event_id":${quoted(idOf(event))}${pod},`;
  }

  /** Keeps as much of the message as fits. */
  #cut(event: EventFields): EventDocument | undefined {
    const object = JSON.parse(fromBytes(`{${membersText(event)}`)) as JsonObject;
    const message = object['message'];
    if (typeof message !== 'string') return undefined;
    const withMessage = (text: string) => {
      const members = toBytes(JSON.stringify({ ...object, message: text }));
      const pieces = [this.#envelope(event), members.slice(1)];
      return { pieces, bytes: lengthOf(pieces) };
    };
    const { maxBytes } = this.options;
    // Go escapes more characters than JSON has to.
    const whole = withMessage(message);
    if (whole.bytes <= maxBytes) return { ...whole, cut: false };
    const room = maxBytes - withMessage(CUT_MARK).bytes;
    if (room < 0) return undefined;
    return { ...withMessage(beginningOf(message, room) + CUT_MARK), cut: true };
  }
}

/** The longest beginning of a text that takes at most so many bytes in a JSON string, without half a character. */
function beginningOf(text: string, bytes: number): string {
  const upTo = (end: number) => text.slice(0, isInsidePair(text, end) ? end - 1 : end);
  let [fits, tooLong] = [0, text.length + 1];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (Buffer.byteLength(JSON.stringify(upTo(middle))) - 2 <= bytes) fits = middle;
    else tooLong = middle;
  }
  return upTo(fits);
}

const isInsidePair = (text: string, index: number): boolean =>
  /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(index - 1, index + 1));

/** The JSON of a document. */
export const documentText = ({ pieces }: EventDocument): string => fromBytes(pieces.join(''));

const lengthOf = (pieces: readonly string[]): number => {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
};

/** The id of the document of an event, in the state that was told. */
export const idOf = ({ uid, resourceVersion }: Pick<EventFields, 'uid' | 'resourceVersion'>): string =>
  `${uid}-${resourceVersion}`;

const inQuotes = (text: string): string => `"${text}"`;
const escaped = (text: string): string => toBytes(JSON.stringify(text));
