import { crc32 } from 'node:zlib';
import type { SpoolFile } from './files.js';

/** Beginning of a segment file. */
export interface SegmentHeader {
  readonly clusterId: string;
  /** The segment's own number. */
  readonly number: number;
  /** Number of the segment before it; 0 when there was none. Tells that one is missing. */
  readonly previous: number;
  /** Where the records of the segment before it end. Tells that some are missing, and what behind them is none. */
  readonly previousEnd: number;
  /** Mark of the spool when the segment was made. */
  readonly mark: string | undefined;
}

/** A header that was read, with its length in bytes. */
export interface ReadHeader extends SegmentHeader {
  readonly version: number;
  readonly bytes: number;
}

/** A segment, as the spool keeps it in memory. */
export interface Segment {
  readonly number: number;
  /** Bytes on disk. */
  size: number;
  /** Where the last whole record ends. */
  end: number;
  /** Where reading goes on. */
  readAt: number;
  /** Records that were not handed out yet, and their bytes. */
  unread: number;
  unreadBytes: number;
  /** Records that were handed out and are not done, and their bytes. */
  pending: number;
  pendingBytes: number;
  /** Known damage: where it begins, and where the next record does. */
  readonly gaps: ReadonlyMap<number, number>;
}

/*
 * A header on disk, numbers big-endian:
 *
 *   magic 8, version 2, length of all 2, number 8, previous 8, end of previous 4, length of the cluster id 2,
 *   length of the mark 2 (65535: none), cluster id, mark, crc32 of all before 4
 */
const MAGIC = Buffer.from('opnispl\n');
const FIXED_BYTES = 36;
const NO_MARK = 0xffff;

/** What this code writes, and all that it reads. */
export const FORMAT_VERSION = 1;

/** Longest header, in bytes. */
export const MAX_HEADER_BYTES = 4096;

const FILE_NAME = /^(\d{20})\.events$/;

/** File name of a segment. */
export function segmentName(number: number): string {
  return `${String(number).padStart(20, '0')}.events`;
}

/** Number of the segment with this file name; undefined when it is no segment's. */
export function segmentNumber(name: string): number | undefined {
  const number = Number(FILE_NAME.exec(name)?.[1]);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** The bytes of a header. */
export function encodeHeader(header: SegmentHeader): Buffer {
  const clusterId = Buffer.from(header.clusterId);
  const mark = Buffer.from(header.mark ?? '');
  const bytes = Buffer.alloc(FIXED_BYTES + clusterId.length + mark.length + 4);
  MAGIC.copy(bytes);
  bytes.writeUInt16BE(FORMAT_VERSION, 8);
  bytes.writeUInt16BE(bytes.length, 10);
  bytes.writeBigUInt64BE(BigInt(header.number), 12);
  bytes.writeBigUInt64BE(BigInt(header.previous), 20);
  bytes.writeUInt32BE(header.previousEnd, 28);
  bytes.writeUInt16BE(clusterId.length, 32);
  bytes.writeUInt16BE(header.mark === undefined ? NO_MARK : mark.length, 34);
  clusterId.copy(bytes, FIXED_BYTES);
  mark.copy(bytes, FIXED_BYTES + clusterId.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

/** Reads the header of a segment file; undefined when it is damaged or not whole. */
export async function readHeader(file: SpoolFile): Promise<ReadHeader | undefined> {
  const start = await file.read(MAX_HEADER_BYTES, 0);
  if (start.length < FIXED_BYTES + 4 || !start.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const length = start.readUInt16BE(10);
  if (length < FIXED_BYTES + 4 || length > start.length) return undefined;
  if (start.readUInt32BE(length - 4) !== crc32(start.subarray(0, length - 4))) return undefined;
  const idEnd = FIXED_BYTES + start.readUInt16BE(32);
  const markLength = start.readUInt16BE(34);
  return {
    version: start.readUInt16BE(8),
    bytes: length,
    number: Number(start.readBigUInt64BE(12)),
    previous: Number(start.readBigUInt64BE(20)),
    previousEnd: start.readUInt32BE(28),
    clusterId: start.toString('utf8', FIXED_BYTES, idEnd),
    mark: markLength === NO_MARK ? undefined : start.toString('utf8', idEnd, idEnd + markLength),
  };
}
