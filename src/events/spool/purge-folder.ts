import { join } from 'node:path';
import { CURSOR_NAME, NEW_CURSOR_NAME } from './cursor.js';
import { codeOf, fileFailure, machineFiles, type SpoolFiles } from './files.js';
import { segmentNumber } from './segment.js';

/**
 * Empties the folder of a spool that is not open, for good. Files that are not its own stay. A folder that is not there is
 * no failure.
 *
 * @throws OpniLoggingError `io` when something could not be removed; it can be called again
 */
export async function purgeFolder(folder: string, files: SpoolFiles = machineFiles): Promise<void> {
  try {
    const segments = (await files.list(folder)).filter((name) => segmentNumber(name) !== undefined).sort();
    for (const name of [...segments, CURSOR_NAME, NEW_CURSOR_NAME]) await files.remove(join(folder, name));
    await files.syncFolder(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw fileFailure('empty the spool', folder, error);
  }
}
