import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Break, ChunkedSocket } from './chunked-socket.js';
import type { WatchFeed } from './watch-feed.js';

/** An open watch: brings the lines of its feed to the client. */
export class EventWatch {
  #wake: () => void = () => undefined;
  #ending = false;
  #stalled = false;

  constructor(
    private readonly feed: WatchFeed,
    private readonly out: ChunkedSocket,
    /** Whether the client asked for bookmarks. */
    readonly bookmarks: boolean,
    private readonly gone: () => boolean,
  ) {}

  get sentBytes(): number {
    return this.out.sentBytes;
  }

  /** There may be something to say, or nobody to say it to. */
  wake(): void {
    this.#wake();
  }

  /** Ends the answer, after what is there to say. */
  end(): void {
    this.#ending = true;
    this.#wake();
  }

  inject(text: string): void {
    this.feed.inject(text);
    this.#wake();
  }

  breakAfter(fault: Break): void {
    this.out.breakAfter(fault);
  }

  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    this.out.resume();
    this.#wake();
  }

  /**
   * Runs until the watch ends.
   *
   * @returns whether the connection can be used again
   */
  async run(): Promise<boolean> {
    while (!this.gone()) {
      const lines = this.#stalled ? [] : this.feed.take();
      if (lines.length > 0) {
        if (!(await this.out.send(lines))) return false;
        // A client that always has room must not keep everybody else from running.
        await nextTurn();
      } else if (!this.#stalled && (this.feed.ended || this.#ending)) {
        return await this.out.end();
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    return false;
  }
}
