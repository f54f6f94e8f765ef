import { join } from 'node:path';
import type { Position } from './cursor.js';
import { isShortage, type SpoolFile, type SpoolFiles } from './files.js';
import { seedOf } from './record.js';
import { findRecord, type PlacedRecord, readRecord } from './scan.js';
import { type Segment, segmentName } from './segment.js';

/** What a {@link SegmentReader} needs. */
export interface ReaderOptions {
  readonly folder: string;
  readonly clusterId: string;
  readonly files: SpoolFiles;
  /** Told of records that turn out damaged. */
  readonly onDamage: (position: Position) => void;
}

/** A record that was read, with its segment. */
export interface ReadRecord extends PlacedRecord {
  readonly segment: Segment;
}

/** How often a record that cannot be read is tried before it counts as damaged. */
const MAX_ATTEMPTS = 3;

/** Reads the records of the segments in their order. */
export class SegmentReader {
  #open: { readonly segment: Segment; readonly file: SpoolFile } | undefined;
  #failures = 0;

  constructor(
    private readonly options: ReaderOptions,
    private readonly segments: readonly Segment[],
  ) {}

  /**
   * The next record; undefined when all were read. Damaged ones are stepped over.
   *
   * @throws what the file system says; the record is tried again with the next call, and left out after the third
   */
  async next(): Promise<ReadRecord | undefined> {
    for (;;) {
      const segment = this.segments.find(({ readAt, end }) => readAt < end);
      if (!segment) return undefined;
      const gapEnd = segment.gaps.get(segment.readAt);
      if (gapEnd !== undefined) segment.readAt = gapEnd;
      const placed = await this.#read(segment);
      if (placed) {
        const bytes = placed.end - placed.start;
        segment.readAt = placed.end;
        segment.unread -= 1;
        segment.unreadBytes -= bytes;
        segment.pending += 1;
        segment.pendingBytes += bytes;
        return { ...placed, segment };
      }
      await this.#stepOver(segment);
    }
  }

  /** Lets go of a file that is removed. */
  async release(segment: Segment): Promise<void> {
    if (this.#open?.segment === segment) await this.close();
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close();
  }

  async #read(segment: Segment): Promise<PlacedRecord | undefined> {
    try {
      const file = await this.#fileOf(segment);
      const placed = await readRecord(file, this.#rangeOf(segment, segment.readAt));
      this.#failures = 0;
      return placed;
    } catch (error) {
      if (isShortage(error)) throw error;
      this.#failures += 1;
      if (this.#failures < MAX_ATTEMPTS) throw error;
      this.#failures = 0;
      return undefined;
    }
  }

  async #stepOver(segment: Segment): Promise<void> {
    const start = segment.readAt;
    // Records that are appended meanwhile are no part of the damage.
    const { end, unread, unreadBytes } = segment;
    const found = await this.#find(segment, start + 1, end);
    segment.readAt = found?.start ?? end;
    if (found) {
      // How many were lost is not known where the beginning of one is; at the end of the segment it is put right.
      segment.unread -= 1;
      segment.unreadBytes -= found.start - start;
    } else {
      segment.unread -= unread;
      segment.unreadBytes -= unreadBytes;
    }
    this.options.onDamage({ segment: segment.number, offset: start });
  }

  async #find(segment: Segment, start: number, limit: number): Promise<PlacedRecord | undefined> {
    try {
      return await findRecord(await this.#fileOf(segment), { ...this.#rangeOf(segment, start), limit });
    } catch {
      // The rest of the segment cannot be read either; it counts as damaged and is told as such.
      return undefined;
    }
  }

  #rangeOf(segment: Segment, start: number) {
    return { start, limit: segment.end, seed: seedOf(this.options.clusterId, segment.number) };
  }

  async #fileOf(segment: Segment): Promise<SpoolFile> {
    if (this.#open?.segment === segment) return this.#open.file;
    await this.close();
    const path = join(this.options.folder, segmentName(segment.number));
    const file = await this.options.files.open(path, 'read');
    this.#open = { segment, file };
    return file;
  }
}
