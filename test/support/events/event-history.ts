import { type Change, RevisionError, type StoredEvent } from './stored-event.js';

/** The changes of a store since its last compaction, each with a number that stays. */
export class EventHistory {
  #changes: Change[] = [];
  #first = 0;
  #revision: bigint;
  #compacted: bigint;

  constructor(revision: bigint) {
    this.#revision = revision;
    this.#compacted = revision;
  }

  get revision(): bigint {
    return this.#revision;
  }

  /** Number of the oldest change that is still there, and of the next one to come. */
  get range(): { readonly first: number; readonly next: number } {
    return { first: this.#first, next: this.#first + this.#changes.length };
  }

  raise(by = 1n): void {
    this.#revision += by;
  }

  /** Takes a change at the present revision. */
  push(change: Omit<Change, 'revision'>): void {
    this.#changes.push({ ...change, revision: this.#revision });
  }

  /** A change by its number; undefined when it is compacted or still to come. */
  change(number: number): Change | undefined {
    return this.#changes[number - this.#first];
  }

  /**
   * Number of the first change after a revision, for a watch.
   *
   * @throws RevisionError
   */
  startAfter(revision: bigint): number {
    this.#check(revision, this.#compacted - 1n);
    return this.#first + this.#indexAfter(revision);
  }

  /**
   * Turns the present objects into those of a revision.
   *
   * @throws RevisionError
   */
  rollBack(objects: Map<string, StoredEvent>, revision: bigint): void {
    this.#check(revision, this.#compacted);
    for (const { event, previous } of this.#changes.slice(this.#indexAfter(revision)).reverse()) {
      if (event) objects.delete(event.key);
      if (previous) objects.set(previous.key, previous);
    }
  }

  /** Drops what came before a revision. @returns whether there was anything to do */
  compact(revision: bigint): boolean {
    if (revision <= this.#compacted) return false;
    this.#check(revision, 0n);
    this.#compacted = revision;
    const dropped = this.#indexAfter(revision - 1n);
    this.#changes.splice(0, dropped);
    this.#first += dropped;
    return true;
  }

  /** Drops what came after a revision, and counts on from there. */
  goBack(revision: bigint): void {
    this.#changes.splice(this.#indexAfter(revision));
    this.#revision = revision;
  }

  #check(revision: bigint, oldest: bigint): void {
    if (revision > this.#revision) throw new RevisionError('too-large', revision, this.#revision);
    if (revision < oldest) throw new RevisionError('compacted', revision, this.#revision);
  }

  /** Place of the first change with a higher revision. */
  #indexAfter(revision: bigint): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
