/** How an event came to be told: new, or changed (counted up, or its series went on). */
export type EventChange = 'ADDED' | 'MODIFIED';

/** The members of an event as one text. */
export const membersText = ({ members }: EventFields): string => members.join('');

/** What the forwarder knows of an event, and its members as they go into the document. */
export interface EventFields {
  readonly uid: string;
  readonly resourceVersion: string;
  /** When it happened, as the API wrote it (RFC 3339): the latest of what the event tells. */
  readonly time: string;
  /** Kind of the object that the event is about; empty when it names none. */
  readonly kind: string;
  /** Namespace of that object; empty for an object of the whole cluster. */
  readonly namespace: string;
  /** Name of that object. */
  readonly name: string;
  readonly reason: string;
  /** `Normal` or `Warning`. */
  readonly type: string;
  /**
   * The members of the event from `"metadata"` on, up to and with its closing brace, without `managedFields`, `kind` and
   * `apiVersion`. JSON in UTF-8, each byte as one character (latin1). In pieces, because joining them would cost a copy.
   */
  readonly members: readonly string[];
  /** Whether names and ids are free of what JSON has to escape. @default false: it is not known */
  readonly isPlain?: boolean;
}
