import { Block, type BlockDocument, type StoredDocuments } from './block.js';

/** Options of {@link EventQueue}. */
export interface EventQueueOptions {
  /** Most memory for documents, in bytes. */
  readonly maxBytes: number;
  /** Largest block, in bytes. */
  readonly maxBlockBytes: number;
  /** Most documents of a block. */
  readonly maxBlockDocuments: number;
  /** Up to where everything was taken before. @default nothing is known */
  readonly mark?: string;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Told whenever there is more to send, or more room. @default nobody */
  readonly onChange?: () => void;
}

/**
 * Documents on their way, bounded in bytes, and the mark: the resourceVersion up to which everything is taken. A block is
 * taken once it was delivered or is safe on disk. Blocks may be taken in any order; the mark moves over those only that
 * have nothing open before them.
 */
export class EventQueue {
  /** All blocks of this queue that are not taken, oldest first. */
  readonly #untaken: Block[] = [];
  /** Blocks that wait to be sent, oldest first. */
  readonly #waiting: Block[] = [];
  readonly #sent = new Set<Block>();
  /** Takes further documents; it is the last of those that wait. */
  #filling: Block | undefined;
  /** Size of the block that was taken last: the next one will be like it. */
  #lastBytes: number | undefined;
  #mark: string | undefined;
  #bytes = 0;
  #documents = 0;
  #roomWaiters: (() => void)[] = [];
  /** Blocks of new documents so far. */
  #begun = 0;
  /** Blocks from disk so far. */
  #restored = 0;

  constructor(private readonly options: EventQueueOptions) {
    this.#mark = options.mark;
  }

  /** Up to where everything is taken; undefined while nothing is known. */
  get mark(): string | undefined {
    return this.#mark;
  }

  /** Bytes in memory, those on their way included. */
  get bytes(): number {
    return this.#bytes;
  }

  get documents(): number {
    return this.#documents;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.options.maxBytes;
  }

  /** Blocks that are on their way now. */
  get sending(): number {
    return this.#sent.size;
  }

  /** Since when the oldest document that waits does so, in milliseconds of the steady clock. */
  get waitingSince(): number | undefined {
    return this.#waiting[0]?.since;
  }

  /** Whether a whole block waits. */
  get hasWholeBlock(): boolean {
    const [first] = this.#waiting;
    return first !== undefined && (first !== this.#filling || first.isFull);
  }

  get isEmpty(): boolean {
    return this.#documents === 0;
  }

  /**
   * Puts a document in. It is never refused: whoever reads the source looks at {@link hasRoom} between two reads.
   *
   * @param timeMs when the event happened, in milliseconds since 1970
   */
  add(document: BlockDocument, timeMs: number): void {
    const { maxBlockBytes, maxBlockDocuments, now } = this.options;
    const before = this.#filling?.bytes ?? 0;
    if (this.#filling?.add(document, timeMs)) {
      this.#count(this.#filling.bytes - before, 1);
      return;
    }
    // In a burst, blocks are full one after another.
    const block = new Block(maxBlockBytes, maxBlockDocuments, now(), this.#filling?.bytes ?? this.#lastBytes);
    block.place = ++this.#begun;
    block.add(document, timeMs);
    this.#filling = block;
    this.#untaken.push(block);
    this.#waiting.push(block);
    this.#count(block.bytes, 1);
  }

  /** Everything up to a resourceVersion is in the queue, or was left out on purpose. */
  upTo(resourceVersion: string): void {
    const last = this.#untaken.at(-1);
    if (last) last.mark = resourceVersion;
    else this.#mark = resourceVersion;
  }

  /**
   * Keeps the mark before what is told next: it goes another way than through the queue.
   *
   * @returns to be called once that is safe
   */
  holdMark(): () => void {
    const empty = new Block(0, 0, this.options.now());
    this.#untaken.push(empty);
    this.#sent.add(empty);
    return () => this.taken(empty);
  }

  /** The mark counts no longer: the versions of the server have begun anew. What is in the queue stays. */
  forgetMark(): void {
    this.#mark = undefined;
    for (const block of this.#untaken) block.mark = undefined;
  }

  /** The oldest block that waits. It comes back by {@link giveBack} or ends by {@link taken}. */
  take(): Block | undefined {
    return this.#takeOut(this.#waiting[0]);
  }

  /** A block could not be delivered, or not all of it: it is the next one again. */
  giveBack(block: Block): void {
    // Not of a block that was forgotten meanwhile.
    if (!this.#sent.delete(block)) return;
    this.#putBack(block);
    this.options.onChange?.();
  }

  /** A block was delivered, or is safe on disk. */
  taken(block: Block): void {
    const waiting = this.#waiting.indexOf(block);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    // Not of a block that was forgotten meanwhile.
    else if (!this.#sent.delete(block)) return;
    if (block === this.#filling) this.#filling = undefined;
    const index = this.#untaken.indexOf(block);
    if (index > 0) {
      // Its mark holds once those before it are taken.
      const before = this.#untaken[index - 1]!;
      before.mark = block.mark ?? before.mark;
    } else if (index === 0) {
      this.#mark = block.mark ?? this.#mark;
    }
    if (index >= 0) this.#untaken.splice(index, 1);
    this.#count(-block.bytes, -block.documents);
    this.#letWaitersGo();
  }

  /** The oldest block that waits and is in no other place than here. */
  oldestUnsaved(): Block | undefined {
    return this.#waiting.find(({ place }) => place > 0);
  }

  /** Takes that block out, as {@link take} does the oldest one. */
  takeUnsaved(): Block | undefined {
    return this.#takeOut(this.oldestUnsaved());
  }

  /** Bytes of documents that are in no other place than here. */
  get unsavedBytes(): number {
    return this.#untaken.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What the mark will be when a block is taken. */
  markAfter(block: Block): string | undefined {
    return this.#untaken[0] === block ? (block.mark ?? this.#mark) : this.#mark;
  }

  /** Puts documents that are safe on disk before all that are not, behind those that came back before. */
  restore(documents: StoredDocuments): Block {
    const block = Block.fromStored(documents, this.options.now());
    block.place = ++this.#restored - Number.MAX_SAFE_INTEGER;
    this.#putBack(block);
    this.#count(block.bytes, block.documents);
    return block;
  }

  /** Forgets everything. Blocks on their way are no longer known. */
  purge(): void {
    this.#untaken.length = 0;
    this.#waiting.length = 0;
    this.#sent.clear();
    this.#filling = undefined;
    this.#mark = undefined;
    this.#bytes = 0;
    this.#documents = 0;
    this.#letWaitersGo();
  }

  /** Waits until there is room, and half of the memory is free of documents that are in no other place. */
  async untilRoom(): Promise<void> {
    // Those that came back from disk may wait for long, and must not hold up what goes there.
    while (!this.hasRoom || this.unsavedBytes > this.options.maxBytes / 2) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  #takeOut(block: Block | undefined): Block | undefined {
    if (!block) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(block), 1);
    if (block === this.#filling) this.#filling = undefined;
    this.#lastBytes = block.bytes;
    this.#sent.add(block);
    return block;
  }

  /** Puts a block before the others, but behind those that came before it from the same place: the source, or the disk. */
  #putBack(block: Block): void {
    const isFromDisk = block.place < 0;
    const before = this.#waiting.findLastIndex(
      ({ place }) => place < 0 === isFromDisk && place < block.place,
    );
    this.#waiting.splice(before + 1, 0, block);
  }

  #count(bytes: number, documents: number): void {
    this.#bytes += bytes;
    this.#documents += documents;
    this.options.onChange?.();
  }

  #letWaitersGo(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
