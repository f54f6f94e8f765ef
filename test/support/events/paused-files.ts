import { basename } from 'node:path';
import type { SpoolFile, SpoolFiles } from '../../../src/events/spool/files.js';

/** A moment in the work on a folder. */
export interface PausePoint {
  readonly call: 'make' | 'write' | 'sync' | 'rename' | 'remove' | 'syncFolder';
  /** End of the name of the file, as in `.events`. @default any file */
  readonly name?: string;
  /** Which of those calls, counted from 1. */
  readonly number: number;
  /** Before it is done, or when it is done and before anybody knows. */
  readonly when: 'before' | 'after';
}

/** Files that stop for ever at a moment, and tell. */
export function pausedFiles(files: SpoolFiles, point: PausePoint, onPause: () => void): SpoolFiles {
  let calls = 0;
  const forEver = () => {
    onPause();
    return new Promise<never>(() => undefined);
  };
  const at = async <Result>(
    call: PausePoint['call'] | string,
    path: string,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const isMeant = call === point.call && basename(path).endsWith(point.name ?? '');
    if (isMeant) calls += 1;
    if (!isMeant || calls !== point.number) return work();
    if (point.when === 'before') await forEver();
    await work();
    return forEver();
  };
  const wrapped = (path: string, file: SpoolFile): SpoolFile => ({
    size: () => file.size(),
    read: (length, position) => file.read(length, position),
    write: (parts, position) => at('write', path, () => file.write(parts, position)),
    truncate: (bytes) => file.truncate(bytes),
    sync: () => at('sync', path, () => file.sync()),
    close: () => file.close(),
  });
  return {
    makeFolder: (folder) => files.makeFolder(folder),
    list: (folder) => files.list(folder),
    open: async (path, mode) => wrapped(path, await at(mode, path, () => files.open(path, mode))),
    rename: (from, to) => at('rename', to, () => files.rename(from, to)),
    remove: (path) => at('remove', path, () => files.remove(path)),
    syncFolder: (folder) => at('syncFolder', folder, () => files.syncFolder(folder)),
  };
}
