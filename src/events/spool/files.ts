import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, OpniLoggingError } from '../../common/error.js';

/** An open file. */
export interface SpoolFile {
  size(): Promise<number>;
  /** @returns fewer bytes than asked for at the end of the file */
  read(length: number, position: number): Promise<Buffer>;
  /** Writes all of the parts, one behind the other, from a position on. */
  write(parts: readonly Buffer[], position: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** What was written survives a power cut from here on. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** How a file is opened: `change` needs it to be there, `make` needs it not to be, `replace` empties it. */
export type OpenMode = 'read' | 'change' | 'make' | 'replace';

/** The calls of the file system that the spool makes. Tests pass one that fails. */
export interface SpoolFiles {
  /** Makes a folder that only its owner may enter. One that is there stays as it is. */
  makeFolder(folder: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  open(path: string, mode: OpenMode): Promise<SpoolFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is not there is no failure. */
  remove(path: string): Promise<void>;
  /** Which files there are survives a power cut from here on. */
  syncFolder(folder: string): Promise<void>;
}

const FLAGS: Readonly<Record<OpenMode, string>> = { read: 'r', change: 'r+', make: 'wx+', replace: 'w+' };

/** The files of this machine. */
export const machineFiles: SpoolFiles = {
  makeFolder: async (folder) => {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await machineFiles.syncFolder(dirname(made));
  },
  list: (folder) => readdir(folder),
  open: async (path, mode) => new MachineFile(await open(path, FLAGS[mode], 0o600)),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  syncFolder: async (folder) => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

class MachineFile implements SpoolFile {
  constructor(private readonly handle: FileHandle) {}

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  async read(length: number, position: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(buffer, filled, length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  async write(parts: readonly Buffer[], position: number): Promise<void> {
    const { bytesWritten } = await this.handle.writev([...parts], position);
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytesWritten === total) return;
    // A disk that fills up takes a part of it first, and refuses the rest.
    const rest = Buffer.concat(parts).subarray(bytesWritten);
    let written = 0;
    while (written < rest.length) {
      const at = position + bytesWritten + written;
      written += (await this.handle.write(rest, written, rest.length - written, at)).bytesWritten;
    }
  }

  truncate(bytes: number): Promise<void> {
    return this.handle.truncate(bytes);
  }

  sync(): Promise<void> {
    return this.handle.datasync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Opens a file for some work, and closes it whatever comes. */
export async function withFile<Result>(
  files: SpoolFiles,
  path: string,
  mode: OpenMode,
  work: (file: SpoolFile) => Promise<Result>,
): Promise<Result> {
  const file = await files.open(path, mode);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** The error code of a failed call, as in `ENOSPC`; empty for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether a call failed for want of room only: what is there can still be read and removed. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error));
}

/** Whether a call failed for want of something in this process or machine, which says nothing about the disk. */
export function isShortage(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM'].includes(codeOf(error));
}

/** What a failed call is for its user; an error of ours stays as it is. */
export function fileFailure(action: string, path: string, error: unknown): OpniLoggingError {
  if (error instanceof OpniLoggingError) return error;
  const message = `cannot ${action}: ${messageOf(error)}`;
  const fix = 'give the process a folder on a volume that it may read and write';
  return new OpniLoggingError('io', `${path}: ${message}`, {
    problems: [{ path, message, fix }],
    cause: error,
  });
}
