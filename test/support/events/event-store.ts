import { EventHistory } from './event-history.js';
import { EventLedger, type ShownState, type StateEnd } from './event-ledger.js';
import { type EventObject, eventText } from './event-object.js';
import { byKey, byRevision, type Change, identityOf, type StoredEvent } from './stored-event.js';

/** Options of {@link EventStore}. */
export interface EventStoreOptions {
  /** Revision before the first write. @default 1000n */
  readonly revision?: bigint;
  /** Time of the server, in milliseconds since 1970. @default the clock of this machine */
  readonly nowMs?: () => number;
}

/** Snapshots that are kept for lists which come in pages. */
const KEPT_SNAPSHOTS = 4;

/** What etcd holds of the events of a cluster: objects, a revision that all writes share, and history up to a compaction. */
export class EventStore {
  readonly #nowMs: () => number;
  readonly #ledger: EventLedger;
  /** The longest unwritten comes first. */
  #objects = new Map<string, StoredEvent>();
  readonly #keys = new Map<string, string>();
  readonly #history: EventHistory;
  #generation = 0;
  #made = 0;
  readonly #snapshots = new Map<bigint, readonly StoredEvent[]>();
  readonly #listeners = new Set<() => void>();

  constructor({ revision = 1000n, nowMs = Date.now }: EventStoreOptions = {}) {
    this.#history = new EventHistory(revision);
    this.#nowMs = nowMs;
    this.#ledger = new EventLedger(nowMs);
  }

  get revision(): bigint {
    return this.#history.revision;
  }

  /** Number of events. */
  get size(): number {
    return this.#objects.size;
  }

  /** Grows with each {@link restore}: what a watch knows of before has no meaning any more. */
  get generation(): number {
    return this.#generation;
  }

  /** Number of the oldest change that is still there, and of the next one to come. */
  get range(): { readonly first: number; readonly next: number } {
    return this.#history.range;
  }

  /** A mark in time for {@link states}. */
  mark(): number {
    return this.#ledger.mark;
  }

  /** The states of events that were the present one at some time after a mark; all without one. */
  states(since?: number): ShownState[] {
    return this.#ledger.states(since);
  }

  /** Forgets the states that ended before a mark. */
  forgetStates(before: number): void {
    this.#ledger.forget(before);
  }

  /** Tells of each change; returns a function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes an event. Name, namespace (of the involved object, else `default`), UID and creation time are given where they
   * are missing.
   *
   * @throws Error when the name is taken
   */
  create(event: EventObject): StoredEvent {
    const metadata = identityOf(event, ++this.#made, this.#nowMs());
    return this.createText(metadata, (resourceVersion) =>
      eventText({ ...event, metadata: { ...metadata, resourceVersion } }),
    );
  }

  /** Makes an event whose text is sent as it is. The text should begin as that of the others, and hold the same names. */
  createText(
    { name, namespace, uid }: Pick<StoredEvent, 'name' | 'namespace' | 'uid'>,
    textOf: (resourceVersion: string) => string,
  ): StoredEvent {
    const key = `${namespace}/${name}`;
    if (this.#objects.has(key)) throw new Error(`events "${name}" already exists`);
    return this.#put({ key, name, namespace, uid }, textOf, undefined);
  }

  /** Reads by UID, or by `<namespace>/<name>`. */
  find(ref: string): StoredEvent | undefined {
    return this.#objects.get(this.#keys.get(ref) ?? ref);
  }

  /**
   * Changes an event: the given fields are replaced, those of the metadata one by one.
   *
   * @param ref UID, or `<namespace>/<name>`
   */
  update(ref: string, patch: EventObject): StoredEvent {
    const previous = this.#existing(ref);
    const event = JSON.parse(previous.text) as EventObject;
    const merged = { ...event, ...patch, metadata: { ...event.metadata, ...patch.metadata } };
    const textOf = (resourceVersion: string) =>
      eventText({ ...merged, metadata: { ...merged.metadata, resourceVersion } });
    return this.#put(previous, textOf, previous);
  }

  /** Deletes an event. @param ref UID, or `<namespace>/<name>` */
  remove(ref: string): void {
    const event = this.#existing(ref);
    this.#history.raise();
    this.#delete(event, 'removed');
    this.#told();
  }

  /**
   * Lets the events expire that were not written for longest. Those of one etcd lease go at one revision.
   *
   * @param count @default all
   * @param clump events of one lease. @default 1000
   */
  expire(count = this.size, clump = 1000): void {
    const going = [...this.#objects.values()].slice(0, count);
    for (let start = 0; start < going.length; start += clump) {
      this.#history.raise();
      const ofLease = going.slice(start, start + clump).sort(byKey);
      for (const event of ofLease) this.#delete(event, 'expired');
    }
    this.#told();
  }

  /** Deletes the events of a namespace, one after the other. */
  removeNamespace(namespace: string): void {
    const going = [...this.#objects.values()].filter((event) => event.namespace === namespace).sort(byKey);
    for (const event of going) {
      this.#history.raise();
      this.#delete(event, 'namespace');
    }
    this.#told();
  }

  /** Other resources were written. */
  raiseRevision(by = 1n): bigint {
    this.#history.raise(by);
    return this.revision;
  }

  /**
   * Drops the history before a revision (the present one unless given). As in etcd, the revision itself can still be read:
   * a watch from the one before it still works, an older one gets 410.
   */
  compact(revision = this.revision): void {
    if (!this.#history.compact(revision)) return;
    for (const at of this.#snapshots.keys()) if (at < revision) this.#snapshots.delete(at);
    this.#told();
  }

  /**
   * Goes back to a backup: objects and revision of then. Whoever watches has to be cut off.
   *
   * @throws RevisionError when that revision is compacted or was never reached
   */
  restore(revision: bigint): void {
    const objects = [...this.snapshot(revision)].sort(byRevision);
    for (const event of this.#objects.values()) this.#ledger.finish(event, 'restored');
    this.#history.goBack(revision);
    this.#objects = new Map(objects.map((event) => [event.key, event]));
    this.#keys.clear();
    for (const event of objects) {
      this.#keys.set(event.uid, event.key);
      this.#ledger.begin(event);
    }
    this.#generation++;
    this.#snapshots.clear();
    this.#told();
  }

  /** The events at a revision (the present one unless given), in the order of keys. @throws RevisionError */
  snapshot(revision = this.revision): readonly StoredEvent[] {
    const known = this.#snapshots.get(revision);
    if (known) return known;
    const objects = new Map(this.#objects);
    this.#history.rollBack(objects, revision);
    const events = [...objects.values()].sort(byKey);
    this.#snapshots.set(revision, events);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > KEPT_SNAPSHOTS) this.#snapshots.delete(oldest!);
    return events;
  }

  /** Number of the first change after a revision, for a watch. @throws RevisionError */
  startAfter(revision: bigint): number {
    return this.#history.startAfter(revision);
  }

  /** A change by its number; undefined when it is compacted or still to come. */
  change(number: number): Change | undefined {
    return this.#history.change(number);
  }

  #put(
    { key, name, namespace, uid }: Pick<StoredEvent, 'key' | 'name' | 'namespace' | 'uid'>,
    textOf: (resourceVersion: string) => string,
    previous: StoredEvent | undefined,
  ): StoredEvent {
    this.#history.raise();
    const resourceVersion = String(this.revision);
    const text = textOf(resourceVersion);
    const event = { key, name, namespace, uid, resourceVersion, id: `${uid}-${resourceVersion}`, text };
    if (previous) this.#ledger.finish(previous, 'changed');
    this.#objects.delete(key);
    this.#objects.set(key, event);
    this.#keys.set(uid, key);
    this.#ledger.begin(event);
    this.#history.push({ type: previous ? 'MODIFIED' : 'ADDED', event, previous });
    this.#told();
    return event;
  }

  #delete(previous: StoredEvent, end: StateEnd): void {
    this.#objects.delete(previous.key);
    this.#keys.delete(previous.uid);
    this.#ledger.finish(previous, end);
    this.#history.push({ type: 'DELETED', event: undefined, previous });
  }

  #existing(ref: string): StoredEvent {
    const event = this.find(ref);
    if (!event) throw new Error(`events "${ref}" not found`);
    return event;
  }

  #told(): void {
    for (const listener of this.#listeners) listener();
  }
}
