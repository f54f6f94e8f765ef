import { join } from 'node:path';
import { OpniLoggingError } from '../../common/error.js';
import { Turns } from '../../common/turns.js';
import { type Position, writeCursor } from './cursor.js';
import { fileFailure, machineFiles } from './files.js';
import { HandedOut } from './handed-out.js';
import { Holes } from './holes.js';
import { checkRecord, type SpoolRecord } from './record.js';
import { type Recovered, recover } from './recovery.js';
import { type Segment, segmentName } from './segment.js';
import { SegmentReader } from './segment-reader.js';
import { SegmentWriter } from './segment-writer.js';
import type { SpoolOptions, StoredRecord } from './spool-options.js';

/** Longest cluster id, in bytes: a header has to hold it. */
const MAX_ID_BYTES = 1024;

/**
 * Records on disk, first in, first out: what is taken survives a power cut until it is done, and then may come again
 * when that was not remembered in time.
 *
 * Records that are damaged on disk are holes. They are counted and told, and heal by reading the events again from
 * {@link Spool.mark}; until then no record behind a hole moves the mark.
 */
export class Spool {
  readonly #options: Required<SpoolOptions>;
  readonly #segments: Segment[];
  readonly #writer: SegmentWriter;
  readonly #reader: SegmentReader;
  readonly #writing = new Turns();
  readonly #reading = new Turns();
  readonly #handedOut: HandedOut;
  #mark: string | undefined;
  readonly #holes: Holes;
  #needsReading: boolean;
  #isCursorOld: boolean;
  #isClosed = false;

  private constructor(options: Required<SpoolOptions>, found: Recovered) {
    this.#options = options;
    this.#segments = found.segments;
    this.#writer = new SegmentWriter(options, found.segments, found.nextNumber);
    const onDamage = (position: Position) => this.#takeHole(position);
    this.#reader = new SegmentReader({ ...options, onDamage }, found.segments);
    this.#handedOut = new HandedOut(found.done);
    this.#mark = found.mark;
    this.#holes = new Holes(found.hold, found.damaged, found.done.mark);
    this.#needsReading = found.needsReading;
    this.#isCursorOld = !found.isSaved;
  }

  /**
   * Opens the spool in a folder, and finds what an earlier process left there.
   *
   * @throws OpniLoggingError `config` when the folder holds the spool of another cluster or of a newer version; `io` when
   * it cannot be read or written. A full disk is no failure.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    if (Buffer.byteLength(options.clusterId) > MAX_ID_BYTES) {
      throw new OpniLoggingError('usage', `the cluster id is longer than ${MAX_ID_BYTES} bytes`);
    }
    const { files = machineFiles, onTrouble = () => {} } = options;
    // Room comes back a segment at a time.
    const segmentBytes = options.segmentBytes ?? Math.min(8 * 1024 ** 2, options.maxBytes / 8);
    const full = { ...options, segmentBytes, files, onTrouble };
    const spool = new Spool(full, await recover(full));
    await spool.#writing.take(() => spool.#tidy());
    return spool;
  }

  /**
   * Up to where everything is taken. After opening: mark of the last record before the first hole, and reading goes on
   * from there; undefined when no record had one. Then that of the last record that was taken.
   */
  get mark(): string | undefined {
    const { open } = this.#holes;
    return open ? open.mark : this.#mark;
  }

  /**
   * Holes: damaged records and missing segments. What is found while it is open heals with the next opening.
   */
  get damaged(): number {
    return this.#holes.count;
  }

  /**
   * Whether the events have to be read again from {@link Spool.mark}, since records were lost in a hole: found by this
   * opening or an earlier one, or while it is open. Until {@link Spool.healed} each opening asks for it.
   */
  get needsReading(): boolean {
    return this.#needsReading || this.hasOpenHole;
  }

  /** Whether a hole was found while the spool is open. */
  get hasOpenHole(): boolean {
    return this.#holes.open !== undefined;
  }

  /** Bytes of the records that are not done. */
  get bytes(): number {
    return this.#segments.reduce((sum, { unreadBytes, pendingBytes }) => sum + unreadBytes + pendingBytes, 0);
  }

  /** Number of records that are not done. */
  get records(): number {
    return this.#segments.reduce((sum, { unread, pending }) => sum + unread + pending, 0);
  }

  /**
   * Takes a record. It survives a power cut once this says `taken`.
   *
   * @returns `full` at the cap, or when the disk does not take it, which is told; a later call tries again
   * @throws OpniLoggingError `usage` when the record is not sound, or the spool is closed
   */
  async append(record: SpoolRecord): Promise<'taken' | 'full'> {
    checkRecord(record);
    return this.#writing.take(async () => {
      this.#assertOpen();
      const onDisk = this.#segments.reduce((sum, { size }) => sum + size, 0);
      if (onDisk + this.#writer.growth(record, this.mark) > this.#options.maxBytes) return 'full';
      try {
        await this.#writer.append(record, this.mark);
      } catch (error) {
        this.#tell('write to the spool', error);
        await this.#tidy();
        return 'full';
      }
      this.#mark = record.mark ?? this.#mark;
      return 'taken';
    });
  }

  /**
   * The oldest record that was not handed out yet; undefined when there is none. Damaged ones are left out, counted and
   * told.
   *
   * @throws OpniLoggingError `io` when the disk does not give it; a later call tries again
   */
  async next(): Promise<StoredRecord | undefined> {
    return this.#reading.take(async () => {
      this.#assertOpen();
      try {
        const read = await this.#reader.next();
        if (!read) {
          this.#tidySoon();
          return undefined;
        }
        const { segment, record, start, end } = read;
        const mark = this.#holes.markOf({ segment: segment.number, offset: start }, record.mark);
        const position = { segment: segment.number, offset: end };
        const done = this.#handedOut.add(position, mark, (hasMoved) => {
          this.#isCursorOld ||= hasMoved;
          segment.pending -= 1;
          segment.pendingBytes -= end - start;
          this.#tidySoon();
        });
        return { ...record, mark, done };
      } catch (error) {
        throw fileFailure('read the spool', this.#options.folder, error);
      }
    });
  }

  /** Remembers what is done, for the next opening. A failure is told: records come again then. */
  async saveCursor(): Promise<void> {
    await this.#writing.take(() => this.#save());
  }

  /**
   * To be called when reading again has begun, and the mark it has reached is kept elsewhere too: the newer of both counts
   * from now on. Not for holes that were found since.
   */
  async healed(): Promise<void> {
    await this.#writing.take(async () => {
      if (!this.#needsReading) return;
      this.#needsReading = false;
      this.#isCursorOld = true;
      await this.#save();
    });
  }

  /** Waits for what is under way, remembers what is done, and lets the files go. */
  async close(): Promise<void> {
    await this.#reading.take(() =>
      this.#writing.take(async () => {
        if (this.#isClosed) return;
        this.#isClosed = true;
        await this.#tidy();
        await this.#save();
        try {
          await this.#reader.close();
          await this.#writer.seal();
        } catch (error) {
          this.#tell('close the spool', error);
        }
      }),
    );
  }

  /** A record that was whole when it was taken is damaged now. */
  #takeHole(position: Position): void {
    const name = segmentName(position.segment);
    this.#options.onTrouble(`${name}: the record at byte ${position.offset} is damaged and is left out`);
    this.#holes.add(position, this.#segments[0]?.number ?? 0);
    this.#isCursorOld = true;
  }

  #tidySoon(): void {
    if (!this.#isFinished(this.#segments[0])) return;
    void this.#writing.take(() => this.#tidy());
  }

  #isFinished(segment: Segment | undefined): segment is Segment {
    return segment !== undefined && segment.readAt >= segment.end && segment.pending === 0;
  }

  /**
   * Removes segments whose records are all done, the oldest first and each for good before the next: a missing one in the
   * middle means damage.
   */
  async #tidy(): Promise<void> {
    const { files, folder } = this.#options;
    try {
      for (let [first] = this.#segments; this.#isFinished(first); [first] = this.#segments) {
        // With the segment goes what shows that there was a hole.
        if (this.#holes.hold && this.#isCursorOld) await this.#save();
        if (this.#writer.segment === first) await this.#writer.seal();
        await this.#reader.release(first);
        await files.remove(join(folder, segmentName(first.number)));
        this.#segments.shift();
        await files.syncFolder(folder);
      }
    } catch (error) {
      this.#tell('remove a segment of the spool', error);
    }
  }

  async #save(): Promise<void> {
    if (!this.#isCursorOld) return;
    const { files, folder, clusterId } = this.#options;
    const { hold } = this.#holes;
    const needsReading = this.#needsReading;
    const cursor = { clusterId, ...this.#handedOut.position, hold, needsReading };
    try {
      this.#isCursorOld = false;
      await writeCursor(files, folder, cursor, hold !== undefined || needsReading);
    } catch (error) {
      this.#isCursorOld = true;
      this.#tell('write the cursor of the spool', error);
    }
  }

  #tell(action: string, error: unknown): void {
    this.#options.onTrouble(fileFailure(action, this.#options.folder, error).message);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new OpniLoggingError('usage', 'the spool is closed');
  }
}
