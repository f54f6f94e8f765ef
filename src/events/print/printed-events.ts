import { idOf } from '../document/document.js';
import type { EventFields } from '../document/event-fields.js';
import type { EventSink } from '../source/source-types.js';

/** Options of {@link PrintedEvents}. */
export interface PrintedEventsOptions {
  /** The line of an event; undefined leaves it out. */
  readonly lineOf: (event: EventFields) => string | undefined;
  /** Writes a line, and waits while its reader is slow. */
  readonly print: (line: string) => Promise<void>;
  /** Whether the events that there were are sorted by their time, which needs memory for them. @default false */
  readonly sorted?: boolean;
}

/** Lines that may wait for their reader, in characters. */
const MAX_WAITING = 1024 * 1024;

/** Prints events instead of shipping them. */
export class PrintedEvents implements EventSink {
  /** By id: events are told again when their stream breaks before its end. */
  #begun: Map<string, { readonly time: string; readonly line: string }> | undefined;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  readonly #failure = new AbortController();

  constructor(private readonly options: PrintedEventsOptions) {
    this.#begun = options.sorted ? new Map() : undefined;
  }

  event(event: EventFields): void {
    const line = this.options.lineOf(event);
    if (line === undefined) return;
    if (this.#begun) this.#begun.set(idOf(event), { time: event.time, line });
    else this.#print(line);
  }

  upTo(): void {
    const begun = [...(this.#begun?.values() ?? [])];
    this.#begun = undefined;
    begun.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
    for (const { line } of begun) this.#print(line);
  }

  versionsBeganAnew(): void {
    // What was printed stays printed.
  }

  get hasRoom(): boolean {
    return this.#waiting < MAX_WAITING;
  }

  untilRoom(): Promise<void> {
    return this.#last;
  }

  /** Aborted with the reason once a line could not be written; no other line is written then. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Resolves when all lines are written; rejects when that failed. */
  async done(): Promise<void> {
    await this.#last;
    this.failed.throwIfAborted();
  }

  #print(line: string): void {
    this.#waiting += line.length;
    const write = async () => {
      if (this.failed.aborted) return;
      await this.options.print(line);
      this.#waiting -= line.length;
    };
    this.#last = this.#last.then(write).catch((error: unknown) => this.#failure.abort(error));
  }
}
