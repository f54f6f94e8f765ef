/** Part of a block: documents from one index up to before another. */
export interface DocumentRange {
  readonly from: number;
  readonly to: number;
}

/** Documents as they were stored, ready to be a block again. */
export interface StoredDocuments {
  /** Documents joined by commas. */
  readonly body: Buffer;
  /** Length of each in bytes. */
  readonly lengths: readonly number[];
}

/** A document that is put into a block. */
export interface BlockDocument {
  /** JSON in UTF-8, each byte as one character (latin1). */
  readonly pieces: readonly string[];
  /** Length of all pieces. */
  readonly bytes: number;
}

const FIRST_BYTES = 16 * 1024;
const COMMA = 0x2c;

/**
 * Documents in one piece of memory, joined by commas, so that a part of them can be sent without being copied. Filled up
 * to its limits, then only read.
 */
export class Block {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Where each document ends. */
  readonly #ends: number[] = [];
  /** When each event happened, in milliseconds since 1970; empty for documents that were stored. */
  readonly times: number[] = [];
  /** Up to which resourceVersion everything is taken once this block and all before it are. */
  mark: string | undefined;
  /** Its place among the blocks of a queue; below 0 for one from disk. */
  place = 0;
  /** What is still to be delivered, in order. */
  open: DocumentRange[] = [];

  /**
   * @param since when its first document came, in milliseconds of a steady clock
   * @param expectedBytes how large it will probably get @default small
   */
  constructor(
    readonly maxBytes: number,
    readonly maxDocuments: number,
    readonly since: number,
    private readonly expectedBytes = FIRST_BYTES,
  ) {}

  static fromStored({ body, lengths }: StoredDocuments, since: number): Block {
    const block = new Block(body.length, lengths.length, since);
    block.#bytes = body;
    block.#length = body.length;
    let end = -1;
    for (const length of lengths) {
      end += length + 1;
      block.#ends.push(end);
    }
    block.open = [{ from: 0, to: lengths.length }];
    return block;
  }

  get documents(): number {
    return this.#ends.length;
  }

  get bytes(): number {
    return this.#length;
  }

  /** Whether no further document shall be put into it. */
  get isFull(): boolean {
    return this.#ends.length >= this.maxDocuments || this.#length >= this.maxBytes;
  }

  /**
   * Puts a document behind the others. The first one always fits.
   *
   * @returns false when there is no room
   */
  add({ pieces, bytes }: BlockDocument, timeMs: number): boolean {
    const first = this.#ends.length === 0;
    const needed = this.#length + bytes + (first ? 0 : 1);
    if (!first && (needed > this.maxBytes || this.isFull)) return false;
    this.#reserve(needed);
    if (!first) this.#bytes[this.#length++] = COMMA;
    for (const piece of pieces) this.#length += this.#bytes.write(piece, this.#length, 'latin1');
    this.#ends.push(this.#length);
    this.times.push(timeMs);
    const range = this.open[0];
    this.open[0] = { from: range?.from ?? 0, to: this.#ends.length };
    return true;
  }

  /** Documents of a range, joined by commas; no copy. */
  bodyOf({ from, to }: DocumentRange): Buffer {
    return this.#bytes.subarray(this.#startOf(from), this.#ends[to - 1]);
  }

  bytesOf({ from, to }: DocumentRange): number {
    return this.#ends[to - 1]! - this.#startOf(from);
  }

  /** The documents that are still to be delivered, as they are stored. */
  stored(): StoredDocuments {
    const lengths = this.open.flatMap(({ from, to }) =>
      Array.from(
        { length: to - from },
        (_, index) => this.#ends[from + index]! - this.#startOf(from + index),
      ),
    );
    const bodies = this.open.map((range) => this.bodyOf(range));
    const comma = Buffer.from([COMMA]);
    return {
      body:
        bodies.length === 1
          ? bodies[0]!
          : Buffer.concat(bodies.flatMap((body, at) => (at ? [comma, body] : [body]))),
      lengths,
    };
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]! + 1;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const doubled = Math.min(this.maxBytes, Math.max(this.expectedBytes, this.#bytes.length * 2));
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, doubled));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
