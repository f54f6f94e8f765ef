import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { codeOf, type SpoolFiles, withFile } from './files.js';

/** A place in the spool. */
export interface Position {
  /** Number of the segment. */
  readonly segment: number;
  /** Bytes from the beginning of its file. */
  readonly offset: number;
}

/**
 * What is kept of a hole until it is healed by reading again from the mark before it. Records behind the hole that were
 * there already must not move the mark, also when the hole itself is long removed.
 */
export interface Hold extends Position {
  /** Mark of the last record before the hole. */
  readonly mark: string | undefined;
  /** First segment with records that were read again from the mark on; undefined while nothing was. */
  readonly until: number | undefined;
}

/** What the spool remembers beside its segments. */
export interface Cursor extends Position {
  readonly clusterId: string;
  /** Mark of the last record that is done. */
  readonly mark: string | undefined;
  readonly hold: Hold | undefined;
  /** Whether the events have still to be read again from the mark because of a hole. */
  readonly needsReading?: boolean;
}

/** Its file in the folder. */
export const CURSOR_NAME = 'cursor';
/** The file that becomes it. */
export const NEW_CURSOR_NAME = 'cursor.new';

const MAX_BYTES = 16 * 1024;

/** Whether a hold keeps a record at this place from moving the mark. */
export function isHeld(hold: Hold | undefined, { segment, offset }: Position): boolean {
  if (!hold || (hold.until !== undefined && segment >= hold.until)) return false;
  return segment > hold.segment || (segment === hold.segment && offset >= hold.offset);
}

/** Reads the cursor; undefined when there is none, or it is damaged: then all records come again. */
export async function readCursor(files: SpoolFiles, folder: string): Promise<Cursor | undefined> {
  try {
    const text = await withFile(files, join(folder, CURSOR_NAME), 'read', (file) => file.read(MAX_BYTES, 0));
    const [json = '', checksum] = text.toString('utf8').split('\n');
    if (checksum !== checksumOf(json)) return undefined;
    return JSON.parse(json) as Cursor;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Replaces the cursor, whole or not at all.
 *
 * @param isDurable whether it has to survive a power cut
 */
export async function writeCursor(
  files: SpoolFiles,
  folder: string,
  cursor: Cursor,
  isDurable: boolean,
): Promise<void> {
  const json = JSON.stringify(cursor);
  const waiting = join(folder, NEW_CURSOR_NAME);
  await withFile(files, waiting, 'replace', async (file) => {
    await file.write([Buffer.from(`${json}\n${checksumOf(json)}\n`)], 0);
    if (isDurable) await file.sync();
  });
  await files.rename(waiting, join(folder, CURSOR_NAME));
  if (isDurable) await files.syncFolder(folder);
}

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
