import type { Break } from './chunked-socket.js';
import type { EventStore } from './event-store.js';
import type { EventWatch } from './event-watch.js';
import { bookmarkLine } from './watch-feed.js';

/** The watches that are open, and what is done to all of them. */
export class OpenWatches {
  readonly #watches = new Set<EventWatch>();
  #stalled = false;
  #finishedBytes = 0;

  get size(): number {
    return this.#watches.size;
  }

  /** Bytes of watch lines that were sent so far, those of watches that ended included. */
  get sentBytes(): number {
    return [...this.#watches].reduce((sum, watch) => sum + watch.sentBytes, this.#finishedBytes);
  }

  /**
   * Runs a watch to its end.
   *
   * @param timeoutMs 0: no limit
   * @returns whether the connection can be used again
   */
  async run(watch: EventWatch, timeoutMs: number): Promise<boolean> {
    if (this.#stalled) watch.stall();
    this.#watches.add(watch);
    const timer = timeoutMs > 0 && setTimeout(() => watch.end(), timeoutMs);
    try {
      return await watch.run();
    } finally {
      if (timer) clearTimeout(timer);
      this.#watches.delete(watch);
      this.#finishedBytes += watch.sentBytes;
    }
  }

  /** There may be something to say, or nobody to say it to. */
  wake(): void {
    for (const watch of this.#watches) watch.wake();
  }

  stall(): void {
    this.#stalled = true;
    for (const watch of this.#watches) watch.stall();
  }

  resume(): void {
    this.#stalled = false;
    for (const watch of this.#watches) watch.resume();
  }

  end(): void {
    for (const watch of this.#watches) watch.end();
  }

  breakAfter(fault: Break): void {
    for (const watch of this.#watches) watch.breakAfter(fault);
  }

  inject(text: string): void {
    for (const watch of this.#watches) watch.inject(text);
  }

  bookmark(store: EventStore): void {
    for (const watch of this.#watches) {
      if (watch.bookmarks) watch.inject(bookmarkLine(String(store.revision)));
    }
  }
}
