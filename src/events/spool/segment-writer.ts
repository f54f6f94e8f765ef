import { join } from 'node:path';
import type { SpoolFile, SpoolFiles } from './files.js';
import { encodedBytes, encodeRecord, type SpoolRecord, seedOf } from './record.js';
import { encodeHeader, type Segment, segmentName } from './segment.js';

/** What a {@link SegmentWriter} needs. */
export interface WriterOptions {
  readonly folder: string;
  readonly clusterId: string;
  readonly files: SpoolFiles;
  /** Size at which the next segment is begun, in bytes. */
  readonly segmentBytes: number;
}

interface Active {
  readonly segment: Segment;
  readonly file: SpoolFile;
  readonly seed: number;
}

/** Appends records to the last segment, one at a time, and begins new ones. Segments of earlier processes stay as they are. */
export class SegmentWriter {
  #active: Active | undefined;

  /**
   * @param segments all there are, in order; new ones are added
   * @param nextNumber number of the first segment that is made
   */
  constructor(
    private readonly options: WriterOptions,
    private readonly segments: Segment[],
    private nextNumber: number,
  ) {}

  /** Number of the segment that is made next. */
  get next(): number {
    return this.nextNumber;
  }

  /** The segment that is written to. */
  get segment(): Segment | undefined {
    return this.#active?.segment;
  }

  /** How much larger the files become with this record, in bytes. */
  growth(record: SpoolRecord, mark: string | undefined): number {
    const header = this.#fits(record) ? 0 : this.#header(mark).length;
    return header + encodedBytes(record);
  }

  /**
   * Writes a record so that it survives a power cut.
   *
   * @param mark mark of the spool, for the header of a new segment
   * @throws what the file system says; the record is not there then
   */
  async append(record: SpoolRecord, mark: string | undefined): Promise<void> {
    if (!this.#fits(record)) {
      await this.seal();
      this.#active = await this.#make(mark);
    }
    const { segment, file, seed } = this.#active!;
    const bytes = encodedBytes(record);
    let isWritten = false;
    try {
      await file.write(encodeRecord(record, seed), segment.end);
      isWritten = true;
      await file.sync();
    } catch (error) {
      segment.size = segment.end + bytes;
      await this.#undo(isWritten);
      throw error;
    }
    segment.end += bytes;
    segment.size = segment.end;
    segment.unread += 1;
    segment.unreadBytes += bytes;
  }

  /** Ends the segment that is written to. */
  async seal(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    await active?.file.close();
  }

  #fits(record: SpoolRecord): boolean {
    const segment = this.#active?.segment;
    if (!segment) return false;
    const isEmpty = segment.unread + segment.pending === 0 && segment.readAt === segment.end;
    return isEmpty || segment.end + encodedBytes(record) <= this.options.segmentBytes;
  }

  #header(mark: string | undefined): Buffer {
    const last = this.segments.at(-1);
    return encodeHeader({
      clusterId: this.options.clusterId,
      number: this.nextNumber,
      previous: last?.number ?? 0,
      previousEnd: last?.end ?? 0,
      mark,
    });
  }

  /** The header is safe before the first record is written: what is torn behind it is a record. */
  async #make(mark: string | undefined): Promise<Active> {
    const { files, folder, clusterId } = this.options;
    const header = this.#header(mark);
    const number = this.nextNumber++;
    const path = join(folder, segmentName(number));
    const file = await files.open(path, 'make');
    try {
      await file.write([header], 0);
      await file.sync();
      await files.syncFolder(folder);
    } catch (error) {
      await ignoringFailure(file.close());
      // One that stays holds nothing, and is taken away when the spool is opened again.
      await ignoringFailure(files.remove(path));
      throw error;
    }
    const segment: Segment = {
      number,
      size: header.length,
      end: header.length,
      readAt: header.length,
      unread: 0,
      unreadBytes: 0,
      pending: 0,
      pendingBytes: 0,
      gaps: new Map(),
    };
    this.segments.push(segment);
    return { segment, file, seed: seedOf(clusterId, number) };
  }

  /** Takes a partly written record away. */
  async #undo(isWritten: boolean): Promise<void> {
    const { segment, file } = this.#active!;
    try {
      await file.truncate(segment.end);
      segment.size = segment.end;
      // After a failed sync nobody knows what of the file is on the disk. What was synced before is.
      if (!isWritten) return;
    } catch {
      // What stays behind the end is told from a record by the header of the next segment.
    }
    this.#active = undefined;
    await ignoringFailure(file.close());
    if (segment.unread + segment.pending === 0 && segment.readAt === segment.end) await this.#drop(segment);
  }

  /** A disk that fails each time must not gather segments that hold nothing. */
  async #drop(segment: Segment): Promise<void> {
    const { files, folder } = this.options;
    try {
      await files.remove(join(folder, segmentName(segment.number)));
      this.segments.splice(this.segments.indexOf(segment), 1);
      await files.syncFolder(folder);
    } catch {
      // It is removed with the others when its turn comes.
    }
  }
}

/** For what is done on the way out of a failure that is told. */
async function ignoringFailure(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch {
    // The first failure is the one to tell.
  }
}
