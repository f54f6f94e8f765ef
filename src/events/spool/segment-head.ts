import { join } from 'node:path';
import { OpniLoggingError } from '../../common/error.js';
import type { Cursor } from './cursor.js';
import { type SpoolFiles, withFile } from './files.js';
import { FORMAT_VERSION, type ReadHeader, readHeader, segmentName } from './segment.js';

/** The folder of a spool, and whose it is. */
export interface SpoolFolder {
  readonly folder: string;
  readonly clusterId: string;
  readonly files: SpoolFiles;
}

export interface Head {
  readonly number: number;
  readonly size: number;
  readonly header: ReadHeader | undefined;
}

/**
 * Reads the beginning of a segment.
 *
 * @throws OpniLoggingError `config` when it is of another cluster or a newer format
 */
export function readHead(spool: SpoolFolder, number: number): Promise<Head> {
  const name = segmentName(number);
  return withFile(spool.files, join(spool.folder, name), 'read', async (file) => {
    const size = await file.size();
    const header = await readHeader(file);
    checkOwner(spool, header?.clusterId, name);
    if (header && header.version !== FORMAT_VERSION) {
      const message = `version ${header.version} of the format is not known`;
      const fix = 'run the version that wrote it, or empty the folder: what it holds is lost then';
      throw new OpniLoggingError('config', `${name}: ${message}`, {
        problems: [{ path: name, message, fix }],
      });
    }
    return { number, size, header: header?.number === number ? header : undefined };
  });
}

/** @throws OpniLoggingError `config` when a file is of another cluster */
export function checkOwner(
  { clusterId, folder }: SpoolFolder,
  found: string | undefined,
  name: string,
): void {
  if (found === undefined || found === clusterId) return;
  const message = `holds the spool of cluster ${found}; this is cluster ${clusterId}`;
  const fix = 'use the volume of this cluster; if the other one is gone for good, empty the folder';
  throw new OpniLoggingError('config', `${folder}: ${message}`, {
    problems: [{ file: join(folder, name), message, fix }],
  });
}

/** Whether there may be a record in a segment. */
export function holdsRecords({ header, size }: Head): boolean {
  return !header || size > header.bytes;
}

/** The mark before the first record that is left. */
export function startMark(heads: readonly Head[], cursor: Cursor | undefined): string | undefined {
  const first = heads[0];
  const isCursorThere = !first || first.number <= (cursor?.segment ?? 0);
  if (cursor && isCursorThere && cursor.mark !== undefined) return cursor.mark;
  // The cursor is older than the removal of its segment.
  return first?.header?.mark ?? cursor?.mark;
}
