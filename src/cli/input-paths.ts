import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from './usage-error.js';

/** What is read when no path is given: the first of these that is in the working directory. */
export const DEFAULT_PATHS = ['opni-logging.yaml', 'clusters'] as const;

/**
 * The configuration to read: the paths given, or the default one.
 *
 * @throws OpniLoggingError `usage` when neither is there
 */
export function inputPaths(given: readonly string[], cwd: string): readonly string[] {
  if (given.length > 0) return given;
  const found = DEFAULT_PATHS.find((path) => existsSync(resolve(cwd, path)));
  if (found) return [found];
  const message = `no path given, and here is neither ${DEFAULT_PATHS.join(' nor ')}`;
  const fix = 'name files or folders, or write a first file with `opni-logging init`';
  throw usageError(message, fix);
}
