import { lstatSync, mkdirSync, readFileSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OpniLoggingError, type Problem } from '../common/error.js';
import { onFile } from './file-error.js';
import type { OutputFile } from './layout.js';
import { clusterOf, isInside, RESERVED_PREFIX } from './manifest.js';

/** Folder in the output folder where files wait until all of them are there. */
export const STAGING_NAME = `${RESERVED_PREFIX}.tmp`;
/** More obstacles than this are counted, but not listed. */
const MAX_LISTED = 50;

type FolderState = 'present' | 'absent' | 'obstructed';

/**
 * Files on their way into an output folder. A file that is there already with the same bytes is only noted; any
 * other waits in a temporary folder on the same file system. Nothing that is there is touched.
 */
export class Staging {
  /** All files that the output shall hold. */
  readonly files = new Set<string>();
  /** Those that differ from what is there, each with the place where it waits. */
  readonly changed = new Map<string, string>();
  /** Sum of the sizes of all files, in bytes. */
  bytes = 0;
  readonly folder: string;
  private readonly names = new Set<string>();
  private readonly checkedFolders = new Map<string, FolderState>();
  private readonly obstacles: Problem[] = [];
  private obstacleCount = 0;

  /**
   * @param root output folder
   * @param owned files there that may be replaced or removed, because an earlier run wrote them
   */
  constructor(
    private readonly root: string,
    private readonly owned: ReadonlySet<string>,
  ) {
    this.folder = join(root, STAGING_NAME);
  }

  /**
   * Takes a file.
   *
   * @throws OpniLoggingError `construct` when its path was taken before or leads out of the folder
   */
  add(file: OutputFile): void {
    this.register(file.path);
    const target = join(this.root, file.path);
    const content = Buffer.from(file.content);
    this.bytes += content.length;
    const folder = this.inspect(dirname(file.path));
    if (folder === 'obstructed') return;
    const present =
      folder === 'absent'
        ? undefined
        : onFile('read', target, () => lstatSync(target, { throwIfNoEntry: false }));
    if (present?.isFile() && present.size === content.length && content.equals(this.read(target))) return;
    if (present !== undefined && (present.isDirectory() || !this.owned.has(file.path))) {
      this.obstruct(file.path, `is in the way: ${kindOf(present)} that was not made here`);
      return;
    }
    if (this.obstacleCount === 0) this.stage(file.path, content);
  }

  /**
   * Files of earlier runs that this one leaves alone: those of clusters that it does not write. A cluster whose folder
   * was removed by hand is forgotten.
   *
   * @param written names of the clusters that this run writes
   */
  kept(written: ReadonlySet<string>): ReadonlySet<string> {
    const stays = new Map<string, boolean>();
    const kept = [...this.owned].filter((path) => {
      const cluster = clusterOf(path);
      if (!stays.has(cluster)) stays.set(cluster, !written.has(cluster) && this.exists(cluster));
      return stays.get(cluster);
    });
    return new Set(kept);
  }

  /** Files of earlier runs that the output shall not hold any more. */
  obsolete(kept: ReadonlySet<string>): string[] {
    return [...this.owned].filter(
      (path) => !this.files.has(path) && !kept.has(path) && this.inspect(dirname(path)) !== 'obstructed',
    );
  }

  /** @throws OpniLoggingError `io` with everything that is in the way */
  assertUnobstructed(): void {
    if (this.obstacleCount === 0) return;
    const hidden = this.obstacleCount - this.obstacles.length;
    const rest = hidden > 0 ? `, of which ${hidden} are not listed` : '';
    const paths = this.obstacleCount === 1 ? '1 path is' : `${this.obstacleCount} paths are`;
    throw new OpniLoggingError('io', `${this.root}: ${paths} in the way${rest}. Nothing was changed.`, {
      problems: this.obstacles,
    });
  }

  /** Removes the temporary folder with what waits in it. */
  discard(): void {
    onFile('remove', this.folder, () => rmSync(this.folder, { recursive: true, force: true }));
  }

  private register(path: string): void {
    // Two names that differ in case alone are one file on the file systems of macOS and Windows.
    const name = path.toLowerCase();
    if (!isInside(path) || this.names.has(name)) {
      const message = this.names.has(name) ? 'is written twice' : 'is not inside the output folder';
      throw new OpniLoggingError('construct', `${path}: ${message}`, {
        problems: [{ path, message, fix: 'give every cluster a name of its own' }],
      });
    }
    this.names.add(name);
    this.files.add(path);
  }

  private read(path: string): Buffer {
    return onFile('read', path, () => readFileSync(path));
  }

  private exists(name: string): boolean {
    const path = join(this.root, name);
    return onFile('read', path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
  }

  private stage(path: string, content: Buffer): void {
    // Numbers instead of the files' own names: no folders to make here and to remove again.
    const waiting = join(this.folder, String(this.changed.size));
    onFile('write', waiting, () => {
      if (this.changed.size === 0) mkdirSync(this.folder);
      writeFileSync(waiting, content);
    });
    this.changed.set(path, waiting);
  }

  /** What stands where a folder below the root is needed; a link is refused, since it could lead out of the root. */
  private inspect(folder: string): FolderState {
    if (folder === '.') return 'present';
    const known = this.checkedFolders.get(folder);
    if (known !== undefined) return known;
    const parent = this.inspect(dirname(folder));
    const state = parent === 'present' ? this.look(folder) : parent;
    this.checkedFolders.set(folder, state);
    return state;
  }

  private look(folder: string): FolderState {
    const path = join(this.root, folder);
    const found = onFile('read', path, () => lstatSync(path, { throwIfNoEntry: false }));
    if (found === undefined) return 'absent';
    if (found.isDirectory()) return 'present';
    this.obstruct(folder, `must be a folder, but is ${kindOf(found)}`);
    return 'obstructed';
  }

  private obstruct(path: string, message: string): void {
    this.obstacleCount += 1;
    if (this.obstacles.length >= MAX_LISTED) return;
    this.obstacles.push({
      path: join(this.root, path),
      message,
      fix: 'move it elsewhere or remove it, or choose another output folder',
    });
  }
}

function kindOf(entry: Stats): string {
  if (entry.isSymbolicLink()) return 'a symbolic link';
  return entry.isDirectory() ? 'a folder' : 'a file';
}
