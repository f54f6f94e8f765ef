import type { Clock } from '../../common/clock.js';
import { messageOf } from '../../common/error.js';
import { Wake } from '../../common/wake.js';
import type { Spool } from '../spool/spool.js';
import type { StoredRecord } from '../spool/spool-options.js';
import type { Block } from './block.js';
import type { EventQueue } from './event-queue.js';

/** Options of {@link Spill}. */
export interface SpillOptions {
  readonly queue: EventQueue;
  readonly spool: Spool;
  /** Documents that are not on disk take this much memory before they are written, down to half of it, in bytes. */
  readonly spillBytes: number;
  /** Documents that wait for this long are written, in milliseconds. @default 30000 */
  readonly spillAfterMs?: number;
  /** Most blocks that are read back ahead of sending. */
  readonly readAhead: number;
  readonly clock: Clock;
  /** Told when the disk takes no more, and when it does again. */
  readonly onFull: (isFull: boolean) => void;
  /** Told when records on disk turn out to be damaged: their events have to be read again. */
  readonly onHole: () => void;
  /** Told why the disk could not be read, which is tried again; undefined once it can. */
  readonly onTrouble: (message: string | undefined) => void;
}

/** How often it is looked whether something is to be done, in milliseconds. */
const LOOK_MS = 1000;
/** A disk that was full is tried again after this time, in milliseconds. */
const FULL_MS = 10_000;
/**
 * A disk that could not be read is tried again after this time, in milliseconds: the spool gives a record up after a few
 * attempts, and a queue that changes all the time would make them all at once.
 */
const UNREADABLE_MS = 10_000;

/**
 * Writes documents to the spool when memory fills up or they wait for long, oldest first, and reads them back when there
 * is something to send. What is on disk counts as taken.
 */
export class Spill {
  readonly #wake: Wake;
  readonly #restored = new Map<Block, StoredRecord>();
  #fullUntil = Number.NEGATIVE_INFINITY;
  #isFull = false;
  #unreadableUntil = Number.NEGATIVE_INFINITY;
  #isUnreadable = false;
  /** Whether it writes until there is room again. */
  #makesRoom = false;

  constructor(private readonly options: SpillOptions) {
    this.#wake = new Wake(options.clock);
  }

  /** To be called when the queue has changed. */
  wake(): void {
    this.#wake.wake();
  }

  /** A block was delivered: it is not needed on disk any more. */
  delivered(block: Block): void {
    this.#restored.get(block)?.done();
    this.#restored.delete(block);
  }

  /** Works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { spool, clock } = this.options;
    let savedAt = clock.now();
    while (!signal.aborted) {
      const wrote = this.#mustWrite() && (await this.#write());
      const read = !wrote && (await this.#read());
      if (clock.now() - savedAt > LOOK_MS) {
        savedAt = clock.now();
        await spool.saveCursor();
      }
      if (!wrote && !read) await this.#wake.wait(LOOK_MS, signal);
    }
  }

  /** Writes everything that waits, for the end of the program. */
  async writeAll(): Promise<void> {
    while (this.options.queue.oldestUnsaved() && (await this.#write()));
  }

  #mustWrite(): boolean {
    const { queue, spillBytes, spillAfterMs = 30_000, clock } = this.options;
    if (clock.now() < this.#fullUntil) return false;
    const oldest = queue.oldestUnsaved();
    if (!oldest) return false;
    const { unsavedBytes } = queue;
    this.#makesRoom = unsavedBytes > (this.#makesRoom ? spillBytes / 2 : spillBytes);
    return this.#makesRoom || clock.now() - oldest.since > spillAfterMs;
  }

  /** @returns whether something was written */
  async #write(): Promise<boolean> {
    const { queue, spool, clock, onFull } = this.options;
    const block = queue.takeUnsaved();
    if (!block) return false;
    const outcome = await spool.append({ ...block.stored(), mark: queue.markAfter(block) });
    if (outcome === 'taken') queue.taken(block);
    else queue.giveBack(block);
    const isFull = outcome === 'full';
    if (isFull) this.#fullUntil = clock.now() + FULL_MS;
    if (isFull !== this.#isFull) onFull(isFull);
    this.#isFull = isFull;
    return !isFull;
  }

  /** @returns whether something was read back */
  async #read(): Promise<boolean> {
    const { queue, spool, readAhead, clock, onTrouble } = this.options;
    if (this.#restored.size >= readAhead || !queue.hasRoom) return false;
    if (clock.now() < this.#unreadableUntil) return false;
    let record: StoredRecord | undefined;
    try {
      record = await spool.next();
      if (this.#isUnreadable) onTrouble(undefined);
      this.#isUnreadable = false;
    } catch (error) {
      this.#isUnreadable = true;
      this.#unreadableUntil = clock.now() + UNREADABLE_MS;
      onTrouble(messageOf(error));
    }
    if (spool.hasOpenHole) this.options.onHole();
    if (!record) return false;
    this.#restored.set(queue.restore(record), record);
    return true;
  }
}
