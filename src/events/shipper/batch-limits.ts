import type { Block, DocumentRange } from '../queue/block.js';

/** How long a limit that was met counts, in milliseconds; the intake may have a larger one after its next start. */
const REMEMBERED_MS = 600_000;

/** How much goes into one request: as configured, and less after an intake refused a request for its size. */
export class BatchLimits {
  #maxBytes: number;
  #maxDocuments: number;
  #metAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly configured: { readonly maxBytes: number; readonly maxDocuments: number },
    private readonly now: () => number,
  ) {
    this.#maxBytes = configured.maxBytes;
    this.#maxDocuments = configured.maxDocuments;
  }

  /** A request was too large; nobody says whether for its bytes or its documents, so both are halved. */
  met(bytes: number, documents: number): void {
    // One that was begun before the limit was met is larger, and tells nothing new.
    this.#maxBytes = Math.max(1, Math.min(this.#maxBytes, Math.floor(bytes / 2)));
    this.#maxDocuments = Math.max(1, Math.min(this.#maxDocuments, Math.floor(documents / 2)));
    this.#metAt = this.now();
  }

  /** The longest beginning of a range that may be sent; one document at least. */
  first(block: Block, { from, to }: DocumentRange): DocumentRange {
    if (this.now() - this.#metAt > REMEMBERED_MS) {
      this.#maxBytes = this.configured.maxBytes;
      this.#maxDocuments = this.configured.maxDocuments;
    }
    let end = Math.min(to, from + this.#maxDocuments);
    while (end > from + 1 && block.bytesOf({ from, to: end }) > this.#maxBytes) {
      end = from + Math.ceil((end - from) / 2);
    }
    return { from, to: end };
  }
}
