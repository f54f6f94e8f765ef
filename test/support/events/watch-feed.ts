import { expiredWatch, type StatusAnswer, statusText } from './api-status.js';
import { bookmarkText } from './event-object.js';
import type { EventFilter } from './event-selector.js';
import type { EventStore } from './event-store.js';
import type { Change, StoredEvent } from './stored-event.js';

/** Most lines, and about the most bytes, that are taken at once. */
const BATCH_LINES = 512;
const BATCH_BYTES = 64 * 1024;

/** Where a watch begins. */
export interface FeedStart {
  /** Number of the first change; see `EventStore.startAfter`. */
  readonly change: number;
  /** Changes up to this revision are left out. @default none */
  readonly after?: bigint;
  /** What is told as ADDED first. */
  readonly initial?: readonly StoredEvent[];
  /** Annotated bookmark after that: the revision of the initial events. */
  readonly endBookmark?: string;
}

/** What a watch has to say next, out of the history of the store. */
export class WatchFeed {
  #next: number;
  #told = 0;
  #initial: readonly StoredEvent[];
  #endBookmark: string | undefined;
  readonly #generation: number;
  readonly #after: bigint;
  /** Lines from outside, each with the number of the change that it comes before. */
  readonly #foreign: { readonly before: number; readonly text: string }[] = [];
  /** Whether nothing comes after the last lines. */
  ended = false;

  constructor(
    private readonly store: EventStore,
    private readonly filter: EventFilter,
    start: FeedStart,
  ) {
    this.#next = start.change;
    this.#initial = start.initial ?? [];
    this.#endBookmark = start.endBookmark;
    this.#generation = store.generation;
    this.#after = start.after ?? 0n;
  }

  /** Bytes go out as they are, after all that the store holds by now. */
  inject(text: string): void {
    this.#foreign.push({ before: this.store.range.next, text });
  }

  /** The next lines; none when there is nothing to say. Sets `ended` after an error line. */
  take(): string[] {
    const lines: string[] = [];
    let bytes = 0;
    while (lines.length < BATCH_LINES && bytes < BATCH_BYTES && !this.ended) {
      const line = this.#line();
      if (line === undefined) break;
      if (line === '') continue;
      lines.push(line);
      bytes += line.length;
    }
    return lines;
  }

  /** Undefined: nothing yet; empty: a change that this watch does not see. */
  #line(): string | undefined {
    if (this.#told < this.#initial.length) {
      return lineOf('ADDED', this.#initial[this.#told++]!.text);
    }
    this.#initial = [];
    this.#told = 0;
    if (this.#endBookmark !== undefined) return this.#bookmark();
    const foreign = this.#foreign[0];
    if (foreign && this.#next >= foreign.before) return this.#foreign.shift()!.text;
    if (this.store.generation !== this.#generation) {
      // A backup was restored: the API server was started anew.
      this.ended = true;
      return undefined;
    }
    if (this.#next < this.store.range.first) return this.#error(expiredWatch());
    const change = this.store.change(this.#next);
    if (!change) return undefined;
    this.#next++;
    return change.revision > this.#after ? (this.#changeLine(change) ?? '') : '';
  }

  #bookmark(): string {
    const line = bookmarkLine(this.#endBookmark!, { 'k8s.io/initial-events-end': 'true' });
    this.#endBookmark = undefined;
    return line;
  }

  #error(answer: StatusAnswer): string {
    this.ended = true;
    return errorLine(answer);
  }

  /** An event that begins or ceases to fit the selectors is told as ADDED or DELETED. */
  #changeLine({ revision, event, previous }: Change): string | undefined {
    const before = previous && this.filter(previous) ? previous : undefined;
    const after = event && this.filter(event) ? event : undefined;
    if (after) return lineOf(before ? 'MODIFIED' : 'ADDED', after.text);
    return before && lineOf('DELETED', atRevision(before, revision));
  }
}

export const lineOf = (type: string, object: string) => `{"type":"${type}","object":${object}}\n`;

export const errorLine = (answer: StatusAnswer) => lineOf('ERROR', statusText(answer));

export const bookmarkLine = (resourceVersion: string, annotations?: Readonly<Record<string, string>>) =>
  lineOf('BOOKMARK', bookmarkText(resourceVersion, annotations));

/** What was deleted is told with the revision of its deletion. */
const atRevision = ({ text, resourceVersion }: StoredEvent, revision: bigint) =>
  text.replace(`"resourceVersion":"${resourceVersion}"`, `"resourceVersion":"${revision}"`);
