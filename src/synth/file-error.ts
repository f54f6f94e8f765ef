import { messageOf, OpniLoggingError } from '../common/error.js';

const FIXES: Readonly<Record<string, string>> = {
  EACCES: 'give yourself the right to write there, or choose another place',
  EPERM: 'give yourself the right to write there, or choose another place',
  EROFS: 'choose a place that can be written to',
  ENOSPC: 'make room on the disk, or choose another place',
  EDQUOT: 'make room on the disk, or choose another place',
  ENOTDIR: 'a part of this path is a file; remove it, or choose another place',
  // What Node 24 says of the same.
  EEXIST: 'a part of this path is a file; remove it, or choose another place',
  ENOENT: 'make the folder that it lies in, or choose another place',
  EISDIR: 'name a file in this folder',
  EXDEV: 'the output folder must lie on one file system; choose another one',
};

/** What differs where something is read. */
const READ_FIXES: typeof FIXES = {
  ...FIXES,
  EACCES: 'give yourself the right to read it, or choose another place',
  EPERM: 'give yourself the right to read it, or choose another place',
  ENOENT: 'check the path; a relative one starts in the working directory',
};

/** The error code of a failed file system call, as in `ENOENT`; empty for any other error. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An error about one path, with the way to mend it. */
export function fileError(path: string, message: string, fix?: string, cause?: unknown): OpniLoggingError {
  return new OpniLoggingError('io', `${path}: ${message}`, { problems: [{ path, message, fix }], cause });
}

/** What a failed file system call is for its user; an error of ours stays as it is. */
export function failedCall(action: string, path: string, error: unknown): OpniLoggingError {
  if (error instanceof OpniLoggingError) return error;
  const fixes = action === 'read' ? READ_FIXES : FIXES;
  return fileError(path, `cannot ${action}: ${messageOf(error)}`, fixes[codeOf(error)], error);
}

/**
 * Runs a file system call; a failure names what was tried, where, and how to mend it.
 *
 * @param action what is tried, as in `write`
 * @param path the path as the user named it
 */
export function onFile<Result>(action: string, path: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw failedCall(action, path, error);
  }
}

/** Runs a file system call; the given codes are no failures and give `undefined`. */
export function unless<Result>(codes: readonly string[], call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  }
}
