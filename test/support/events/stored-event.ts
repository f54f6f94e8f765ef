import type { EventMetadata, EventObject } from './event-object.js';

/** An event as the store holds it. */
export interface StoredEvent {
  /** `<namespace>/<name>`; lists come in the order of keys. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** `<uid>-<resourceVersion>`. */
  readonly id: string;
  /** The object as the API server writes it, with `kind` and `apiVersion`. */
  readonly text: string;
}

/** A change. The same revision may stand at many of them: an etcd lease takes all of its keys at once. */
export interface Change {
  readonly revision: bigint;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** What is there now; undefined when it was deleted. */
  readonly event: StoredEvent | undefined;
  readonly previous: StoredEvent | undefined;
}

/** A revision that cannot be read: its history is gone, or it has not been reached. */
export class RevisionError extends Error {
  constructor(
    readonly reason: 'compacted' | 'too-large',
    readonly revision: bigint,
    readonly current: bigint,
  ) {
    super(`revision ${revision} is ${reason} (current ${current})`);
  }
}

/** The order of lists. */
export const byKey = (a: StoredEvent, b: StoredEvent) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** The order in which they were written. */
export const byRevision = (a: StoredEvent, b: StoredEvent) =>
  BigInt(a.resourceVersion) < BigInt(b.resourceVersion) ? -1 : 1;

/** The metadata of a new event, with what is missing. @param number of the event, for its name and UID */
export function identityOf(
  { metadata = {}, involvedObject = {} }: EventObject,
  number: number,
  nowMs: number,
) {
  const { name: involved = 'unknown', namespace: inNamespace } = involvedObject;
  return {
    ...metadata,
    name: metadata.name ?? `${involved}.${(0x17e0000000000000n + BigInt(number)).toString(16)}`,
    namespace: metadata.namespace ?? inNamespace ?? 'default',
    uid: metadata.uid ?? `0f0e0d0c-0b0a-4908-8706-${number.toString(16).padStart(12, '0')}`,
    creationTimestamp: metadata.creationTimestamp ?? `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
  } satisfies EventMetadata;
}
