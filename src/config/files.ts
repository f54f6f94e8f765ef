import { readdir, readFile, stat } from 'node:fs/promises';

/** What stands at a path. */
export interface FileInfo {
  readonly kind: 'file' | 'folder' | 'other';
  /** Size of a file, in bytes. */
  readonly bytes: number;
}

/** The part of a file system that the configuration is read from. */
export interface ConfigFiles {
  /** What stands at a path, links followed; `undefined` when nothing does. */
  info(path: string): Promise<FileInfo | undefined>;
  /** Names in a folder, in any order. */
  list(folder: string): Promise<readonly string[]>;
  /** The bytes of a file. */
  read(file: string): Promise<Uint8Array>;
}

const ABSENT = ['ENOENT', 'ENOTDIR'];

/** The file system of the machine. */
export const nodeFiles: ConfigFiles = {
  info: async (path) => {
    try {
      const stats = await stat(path);
      const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
      return { kind, bytes: stats.size };
    } catch (error) {
      if (ABSENT.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  },
  list: (folder) => readdir(folder),
  read: (file) => readFile(file),
};
