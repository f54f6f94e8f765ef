import { lstatSync, mkdirSync, readFileSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OpniLoggingError, type Problem } from '../common/error.js';
import { onFile, unless } from './file-error.js';
import type { OutputFile } from './layout.js';
import { isInside, RESERVED_PREFIX } from './manifest.js';

/** Folder in the output folder where files wait until all of them are there. */
export const STAGING_NAME = `${RESERVED_PREFIX}.tmp`;
/** More obstacles than this are counted, but not listed. */
const MAX_LISTED = 50;

/**
 * Files on their way into an output folder. A file that is there already with the same bytes is only noted; any
 * other waits in a temporary folder on the same file system. Nothing that is there is touched.
 */
export class Staging {
  /** All files that the output shall hold. */
  readonly files = new Set<string>();
  /** Those that differ from what is there, in the order in which they came. */
  readonly changed: string[] = [];
  /** Sum of the sizes of all files, in bytes. */
  bytes = 0;
  readonly folder: string;
  private readonly names = new Set<string>();
  private readonly stagedFolders = new Set<string>();
  private readonly checkedFolders = new Map<string, boolean>();
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
    if (!this.canHold(dirname(file.path))) return;
    const present = onFile('read', target, () => lstatSync(target, { throwIfNoEntry: false }));
    if (present?.isFile() && present.size === content.length && content.equals(this.read(target))) return;
    if (present !== undefined && (present.isDirectory() || !this.owned.has(file.path))) {
      this.obstruct(file.path, `is in the way: ${kindOf(present)} that was not made here`);
      return;
    }
    if (this.obstacleCount > 0) return;
    this.stage(file.path, content);
  }

  /** Files of earlier runs that the output shall not hold any more. */
  obsolete(): string[] {
    return [...this.owned].filter((path) => !this.files.has(path) && this.canHold(dirname(path)));
  }

  /** @throws OpniLoggingError `io` with everything that is in the way */
  assertUnobstructed(): void {
    if (this.obstacleCount === 0) return;
    const hidden = this.obstacleCount - this.obstacles.length;
    const rest = hidden > 0 ? `, of which ${hidden} are not listed` : '';
    throw new OpniLoggingError(
      'io',
      `${this.root}: ${this.obstacleCount} paths are in the way${rest}. Nothing was changed.`,
      { problems: this.obstacles },
    );
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

  private stage(path: string, content: Buffer): void {
    const waiting = join(this.folder, path);
    const folder = dirname(waiting);
    onFile('write', waiting, () => {
      if (!this.stagedFolders.has(folder)) mkdirSync(folder, { recursive: true });
      this.stagedFolders.add(folder);
      writeFileSync(waiting, content);
    });
    this.changed.push(path);
  }

  /** Whether a folder below the root is one, or can be made one; a link could lead out of the output folder. */
  private canHold(folder: string): boolean {
    if (folder === '.') return true;
    const known = this.checkedFolders.get(folder);
    if (known !== undefined) return known;
    const holds = this.canHold(dirname(folder)) && this.isFolderOrAbsent(folder);
    this.checkedFolders.set(folder, holds);
    return holds;
  }

  private isFolderOrAbsent(folder: string): boolean {
    const path = join(this.root, folder);
    const present = onFile('read', path, () =>
      unless(['ENOTDIR'], () => lstatSync(path, { throwIfNoEntry: false })),
    );
    if (present === undefined || present.isDirectory()) return true;
    this.obstruct(folder, `must be a folder, but is ${kindOf(present)}`);
    return false;
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
