import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives each test of the surrounding `describe` a fresh empty folder, and removes it afterwards.
 *
 * @returns a function that gives the folder of the running test
 */
export function useTempDir(): () => string {
  let folder: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opni-logging-'));
  });
  afterEach(() => {
    if (folder !== undefined) {
      rmSync(folder, { recursive: true, force: true });
    }
    folder = undefined;
  });
  return () => {
    if (folder === undefined) {
      throw new Error('The temporary folder exists only while a test runs');
    }
    return folder;
  };
}
