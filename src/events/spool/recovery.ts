import { join } from 'node:path';
import { messageOf } from '../../common/error.js';
import { CURSOR_NAME, type Cursor, type Hold, NEW_CURSOR_NAME, readCursor, writeCursor } from './cursor.js';
import { codeOf, fileFailure, isDiskFull, type SpoolFiles, withFile } from './files.js';
import type { DonePosition } from './handed-out.js';
import { MarkWalk } from './mark-walk.js';
import { seedOf } from './record.js';
import { findRecord, type PlacedRecord, scanSegment } from './scan.js';
import { MAX_HEADER_BYTES, type Segment, segmentName, segmentNumber } from './segment.js';
import { checkOwner, type Head, holdsRecords, readHead, startMark } from './segment-head.js';

/** What {@link recover} needs. */
export interface RecoveryOptions {
  readonly folder: string;
  readonly clusterId: string;
  readonly files: SpoolFiles;
  readonly onTrouble: (message: string) => void;
}

/** A folder as it was found. */
export interface Recovered {
  /** In their order. */
  readonly segments: Segment[];
  /** Up to where all is done, with the mark there. */
  readonly done: DonePosition;
  readonly hold: Hold | undefined;
  /** Where reading has to go on. */
  readonly mark: string | undefined;
  /** Holes. */
  readonly damaged: number;
  /** Whether the events have to be read again from the mark. */
  readonly needsReading: boolean;
  /** Number of the segment that is made next. */
  readonly nextNumber: number;
  /** Whether what was found of holes survives a power cut. */
  readonly isSaved: boolean;
}

/** Files that a volume has by itself. */
const VOLUME_FILES = ['lost+found'];

/**
 * Reads what an earlier process left in the folder, and makes the folder when it is not there. Takes away the torn end
 * of the last segment and nothing else.
 *
 * @throws OpniLoggingError `config` when it is the spool of another cluster, or of a newer version; `io` when the
 * folder cannot be read or written
 */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  try {
    await options.files.makeFolder(options.folder);
    return await new Recovery(options).run();
  } catch (error) {
    throw fileFailure('open the spool', options.folder, error);
  }
}

class Recovery {
  constructor(private readonly options: RecoveryOptions) {}

  async run(): Promise<Recovered> {
    const { files, folder } = this.options;
    const numbers = this.#segmentsAmong(await files.list(folder));
    const cursor = await readCursor(files, folder);
    checkOwner(this.options, cursor?.clusterId, CURSOR_NAME);
    const found: Head[] = [];
    for (const number of numbers) found.push(await readHead(this.options, number));
    const heads: Head[] = [];
    for (const head of found) if (!(await this.#isUnfinished(head))) heads.push(head);

    const last = Math.max(0, cursor?.segment ?? 0, ...numbers);
    const nextNumber = Math.max(last + 1, cursor?.hold?.until ?? 0);
    const walk = new MarkWalk(nextNumber, cursor?.hold);
    walk.begin(startMark(heads, cursor));
    const mark = walk.mark;
    const segments: Segment[] = [];
    for (let index = 0; index < heads.length; index += 1) {
      segments.push(await this.#segment(heads, index, cursor, walk));
    }
    const first = heads[0]?.number;
    const isHoldOver = walk.hold?.until !== undefined && (first ?? nextNumber) >= walk.hold.until;
    const { segment, offset } = cursor ?? { segment: first ?? nextNumber - 1, offset: 0 };
    const recovered = {
      segments,
      done: { segment, offset, mark },
      hold: isHoldOver ? undefined : walk.hold,
      mark: walk.mark,
      damaged: walk.damaged,
      needsReading: walk.needsReading || cursor?.needsReading === true,
      nextNumber,
    };
    return { ...recovered, isSaved: await this.#write(recovered) };
  }

  /** Numbers of the segments, in order. Anything else is told and left alone. */
  #segmentsAmong(names: readonly string[]): number[] {
    const own = [CURSOR_NAME, NEW_CURSOR_NAME, ...VOLUME_FILES];
    const foreign = names.filter((name) => segmentNumber(name) === undefined && !own.includes(name)).sort();
    if (foreign.length > 0) {
      const shown = foreign.slice(0, 5).join(', ') + (foreign.length > 5 ? ', …' : '');
      this.options.onTrouble(
        `files in the folder of the spool that are not its own are left alone: ${shown}`,
      );
    }
    return names.flatMap((name) => segmentNumber(name) ?? []).sort((a, b) => a - b);
  }

  /** A segment that was being made when the process died holds nothing yet. */
  async #isUnfinished({ number, size, header }: Head): Promise<boolean> {
    if (header || size > MAX_HEADER_BYTES) return false;
    const { files, folder, clusterId } = this.options;
    const path = join(folder, segmentName(number));
    const seed = seedOf(clusterId, number);
    const record = await withFile(files, path, 'read', (file) =>
      findRecord(file, { start: 0, limit: size, seed }),
    );
    if (record) return false;
    await files.remove(path);
    return true;
  }

  async #segment(
    heads: readonly Head[],
    index: number,
    cursor: Cursor | undefined,
    walk: MarkWalk,
  ): Promise<Segment> {
    const head = heads[index]!;
    const { number, header } = head;
    const next = heads[index + 1];
    const before = heads[index - 1];
    const doneUpTo = cursor && cursor.segment >= number ? cursor : undefined;
    if (header && header.previous > (before?.number ?? 0) && header.previous >= (cursor?.segment ?? 0)) {
      // Before the first record that is left everything may be done and gone.
      if (heads.slice(0, index).some(holdsRecords)) walk.hole({ segment: header.previous, offset: 0 });
    }
    // The segment behind it knows where it ends.
    const knownEnd = next?.header?.previous === number ? next.header.previousEnd : undefined;
    const limit = Math.min(head.size, knownEnd ?? head.size);
    const isAllDone = doneUpTo !== undefined && doneUpTo.segment > number;
    const start = isAllDone ? limit : Math.min(limit, Math.max(doneUpTo?.offset ?? 0, header?.bytes ?? 0));
    const scan = new Scan(number, walk);
    if (!isAllDone) walk.pass({ segment: number, offset: start }, undefined);
    const { end, isWhole } = await this.#scanned(number, { start, limit }, scan);
    const isShort = knownEnd !== undefined && end < knownEnd;
    // The end of the last one may be torn: nobody was told that it is safe. Its header is safe before a record comes.
    const mayBeTorn = !next && header !== undefined && isWhole;
    if (!mayBeTorn && !isAllDone && (isShort || end < limit || !isWhole)) {
      walk.hole({ segment: number, offset: isWhole ? end : (scan.end ?? start) });
    }
    const size = mayBeTorn && end < head.size ? await this.#cut(number, end, head.size) : head.size;
    return { ...scan.counts, number, size, end, readAt: start, pending: 0, pendingBytes: 0, gaps: scan.gaps };
  }

  /**
   * A bad spot on the disk is a hole, and no reason to give up what else there is. What lies behind it counts as one record,
   * which is tried again when it is its turn.
   */
  async #scanned(number: number, range: { start: number; limit: number }, scan: Scan) {
    try {
      return { end: await this.#scan(number, range, scan), isWhole: true };
    } catch (error) {
      if (codeOf(error) !== 'EIO') throw error;
      this.options.onTrouble(`${segmentName(number)} cannot be read to its end: ${messageOf(error)}`);
      scan.counts.unread += 1;
      scan.counts.unreadBytes += range.limit - (scan.end ?? range.start);
      return { end: range.limit, isWhole: false };
    }
  }

  #scan(number: number, range: { start: number; limit: number }, scan: Scan): Promise<number> {
    const { files, folder, clusterId } = this.options;
    if (range.start >= range.limit) return Promise.resolve(range.start);
    return withFile(files, join(folder, segmentName(number)), 'read', (file) =>
      scanSegment(file, { ...range, seed: seedOf(clusterId, number) }, scan),
    );
  }

  /** @returns the size that the file has then */
  async #cut(number: number, end: number, size: number): Promise<number> {
    const { files, folder, onTrouble } = this.options;
    onTrouble(`the last record in ${segmentName(number)} was not written to its end and is taken away`);
    try {
      await withFile(files, join(folder, segmentName(number)), 'change', (file) => file.truncate(end));
      return end;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return size;
    }
  }

  /** Shows that the folder can be written, and makes what was found of holes survive them. */
  async #write(found: Pick<Recovered, 'done' | 'hold' | 'needsReading'>): Promise<boolean> {
    const { done, hold, needsReading } = found;
    const { files, folder, clusterId, onTrouble } = this.options;
    try {
      const cursor = { clusterId, ...done, hold, needsReading };
      await writeCursor(files, folder, cursor, hold !== undefined || needsReading);
      return true;
    } catch (error) {
      // What a full disk holds can be delivered, and then it is not full.
      if (!isDiskFull(error)) throw error;
      onTrouble(fileFailure('write the cursor', folder, error).message);
      return false;
    }
  }
}

/** Counts what is found in a segment. */
class Scan {
  readonly counts = { unread: 0, unreadBytes: 0 };
  readonly gaps = new Map<number, number>();
  /** Where the last record ends that could be read. */
  end: number | undefined;

  constructor(
    private readonly number: number,
    private readonly walk: MarkWalk,
  ) {}

  record({ record, start, end }: PlacedRecord): void {
    this.end = end;
    this.counts.unread += 1;
    this.counts.unreadBytes += end - start;
    this.walk.pass({ segment: this.number, offset: start }, record.mark);
  }

  damage(start: number, next: number | undefined): void {
    if (next === undefined) return;
    this.gaps.set(start, next);
    this.walk.hole({ segment: this.number, offset: start });
  }
}
