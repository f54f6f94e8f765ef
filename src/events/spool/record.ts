import { crc32 } from 'node:zlib';
import { OpniLoggingError } from '../../common/error.js';

/** Documents in their order, ready to be sent. */
export interface SpoolRecord {
  /** JSON documents joined by commas, as bytes. */
  readonly body: Buffer;
  /** Length of each document in bytes, without the commas. */
  readonly lengths: readonly number[];
  /** resourceVersion up to which everything is taken once this record is; undefined when it moves nothing. */
  readonly mark: string | undefined;
}

/*
 * A record on disk, numbers big-endian:
 *
 *   prefix   magic 4, length of the payload 4, crc32 of the payload 4, crc32 of the prefix up to here 4
 *   payload  number of documents 4, length of the mark 2 (65535: none), mark, length of each document 4, body
 *
 * Both checksums start from the cluster and the segment, so that no record of another place is taken for one of this.
 */

/** 0xff and 0xfe are never in UTF-8, so a body holds no such start. */
export const RECORD_MAGIC = Buffer.from([0xff, 0x6f, 0x65, 0xfe]);

/** Bytes of a record before its payload. */
export const PREFIX_BYTES = 16;

/** Largest payload, in bytes. A batch is about 1 MiB; more than this in a prefix is damage. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 ** 2;

const NO_MARK = 0xffff;

/** Longest mark, in bytes. A resourceVersion has at most 39 digits. */
export const MAX_MARK_BYTES = 1024;

/** What the checksums of a segment's records start from. */
export function seedOf(clusterId: string, segment: number): number {
  return crc32(`${clusterId}/${segment}`);
}

/** Length of a record on disk, in bytes. */
export function encodedBytes({ body, lengths, mark }: SpoolRecord): number {
  return PREFIX_BYTES + 6 + Buffer.byteLength(mark ?? '') + 4 * lengths.length + body.length;
}

/** @throws OpniLoggingError `usage` when the lengths do not fit the body, or something is too long to be stored */
export function checkRecord(record: SpoolRecord): void {
  const { body, lengths, mark } = record;
  const commas = Math.max(0, lengths.length - 1);
  const isWhole = lengths.reduce((sum, length) => sum + length, commas) === body.length;
  const isShort = encodedBytes(record) - PREFIX_BYTES <= MAX_PAYLOAD_BYTES;
  if (isWhole && isShort && Buffer.byteLength(mark ?? '') <= MAX_MARK_BYTES) return;
  throw new OpniLoggingError(
    'usage',
    isWhole
      ? `a record of ${body.length} bytes, or its mark, is too long for the spool`
      : `the lengths of ${lengths.length} documents do not add up to a body of ${body.length} bytes`,
  );
}

/** The bytes of a record, in parts. */
export function encodeRecord(record: SpoolRecord, seed: number): readonly Buffer[] {
  const { body, lengths, mark } = record;
  const markBytes = Buffer.from(mark ?? '');
  const head = Buffer.alloc(PREFIX_BYTES + 6 + markBytes.length + 4 * lengths.length);
  head.writeUInt32BE(lengths.length, PREFIX_BYTES);
  head.writeUInt16BE(mark === undefined ? NO_MARK : markBytes.length, PREFIX_BYTES + 4);
  markBytes.copy(head, PREFIX_BYTES + 6);
  let at = PREFIX_BYTES + 6 + markBytes.length;
  for (const length of lengths) at = head.writeUInt32BE(length, at);
  RECORD_MAGIC.copy(head);
  head.writeUInt32BE(head.length - PREFIX_BYTES + body.length, 4);
  head.writeUInt32BE(crc32(body, crc32(head.subarray(PREFIX_BYTES), seed)), 8);
  head.writeUInt32BE(crc32(head.subarray(0, 12), seed), 12);
  return [head, body];
}

/** Reads a prefix; undefined when it is none. */
export function decodePrefix(
  prefix: Buffer,
  seed: number,
): { readonly length: number; readonly checksum: number } | undefined {
  if (prefix.length < PREFIX_BYTES || !prefix.subarray(0, 4).equals(RECORD_MAGIC)) return undefined;
  if (prefix.readUInt32BE(12) !== crc32(prefix.subarray(0, 12), seed)) return undefined;
  const length = prefix.readUInt32BE(4);
  return length > MAX_PAYLOAD_BYTES ? undefined : { length, checksum: prefix.readUInt32BE(8) };
}

/** Reads a payload; undefined when it is damaged. */
export function decodePayload(payload: Buffer, checksum: number, seed: number): SpoolRecord | undefined {
  if (payload.length < 6 || crc32(payload, seed) !== checksum) return undefined;
  const count = payload.readUInt32BE(0);
  const markLength = payload.readUInt16BE(4);
  const markEnd = 6 + (markLength === NO_MARK ? 0 : markLength);
  const start = markEnd + 4 * count;
  if (start > payload.length) return undefined;
  const lengths = Array.from({ length: count }, (_, index) => payload.readUInt32BE(markEnd + 4 * index));
  const mark = markLength === NO_MARK ? undefined : payload.toString('utf8', 6, markEnd);
  return { body: payload.subarray(start), lengths, mark };
}
