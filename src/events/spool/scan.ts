import type { SpoolFile } from './files.js';
import { decodePayload, decodePrefix, PREFIX_BYTES, RECORD_MAGIC, type SpoolRecord } from './record.js';

/** A record, and where it lies in its file. */
export interface PlacedRecord {
  readonly record: SpoolRecord;
  readonly start: number;
  readonly end: number;
}

/** Part of a segment file that is read. */
export interface ScanRange {
  /** Where to begin; a record should begin there. */
  readonly start: number;
  /** Where to end, in bytes from the beginning of the file. */
  readonly limit: number;
  /** What the checksums start from. */
  readonly seed: number;
}

const WINDOW_BYTES = 64 * 1024;

/** Reads the record at the beginning of the range; undefined when there is none, or it is damaged. */
export async function readRecord(
  file: SpoolFile,
  { start, limit, seed }: ScanRange,
): Promise<PlacedRecord | undefined> {
  if (start + PREFIX_BYTES > limit) return undefined;
  const prefix = decodePrefix(await file.read(PREFIX_BYTES, start), seed);
  if (!prefix) return undefined;
  const end = start + PREFIX_BYTES + prefix.length;
  if (end > limit) return undefined;
  const payload = await file.read(prefix.length, start + PREFIX_BYTES);
  const record = payload.length === prefix.length && decodePayload(payload, prefix.checksum, seed);
  return record ? { record, start, end } : undefined;
}

/** The first whole record that begins in the range; undefined when there is none. Reads a window at a time. */
export async function findRecord(file: SpoolFile, range: ScanRange): Promise<PlacedRecord | undefined> {
  const { limit, seed } = range;
  let start = range.start;
  while (start + PREFIX_BYTES <= limit) {
    const window = await file.read(Math.min(WINDOW_BYTES, limit - start), start);
    for (let at = window.indexOf(RECORD_MAGIC); at >= 0; at = window.indexOf(RECORD_MAGIC, at + 1)) {
      const found = await readRecord(file, { start: start + at, limit, seed });
      if (found) return found;
    }
    if (window.length < RECORD_MAGIC.length) return undefined;
    // A magic may lie across the border.
    start += window.length - RECORD_MAGIC.length + 1;
  }
  return undefined;
}

/** What is told of a segment while it is scanned. */
export interface ScanListener {
  record(placed: PlacedRecord): void;
  /** Damage: where it begins, and the next record behind it if there is one. */
  damage(start: number, next: number | undefined): void;
}

/**
 * Reads the records of a segment, one at a time, and steps over damaged ones. What is behind the last whole record is
 * told as damage without a next one.
 *
 * @returns where the last whole record ends
 */
export async function scanSegment(
  file: SpoolFile,
  range: ScanRange,
  listener: ScanListener,
): Promise<number> {
  const { limit, seed } = range;
  let at = range.start;
  while (at < limit) {
    let placed = await readRecord(file, { start: at, limit, seed });
    if (!placed) {
      placed = await findRecord(file, { start: at + 1, limit, seed });
      listener.damage(at, placed?.start);
      if (!placed) return at;
    }
    listener.record(placed);
    at = placed.end;
  }
  return at;
}
