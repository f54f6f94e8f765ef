import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { onFile, unless } from './file-error.js';
import { formatManifest, MANIFEST_NAME, type Manifest } from './manifest.js';
import type { Staging } from './staging.js';

/**
 * Makes an output folder hold what was staged and what is kept, and removes what else an earlier run left.
 *
 * The manifest first lists old and new files together, and only at the end those that stay. So whenever the
 * process dies, the manifest lists every file that is ours, and the next run ends what this one began. New files
 * come before old ones go: at no time an object is in neither.
 *
 * @param root output folder, locked by the caller
 * @param manifest what the folder held before
 * @param kept files of earlier runs that stay as they are
 * @returns number of files removed
 * @throws OpniLoggingError `io` when something is in the way, before anything is changed
 */
export function commit(
  root: string,
  manifest: Manifest,
  staging: Staging,
  kept: ReadonlySet<string>,
): number {
  const obsolete = staging.obsolete(kept);
  staging.assertUnobstructed();
  const goal = formatManifest([...staging.files, ...kept]);
  const intent = formatManifest(new Set([...staging.files, ...manifest.files]));
  let removed = 0;
  if (staging.changed.size > 0 || obsolete.length > 0) {
    if (intent !== manifest.text) writeManifest(root, staging.folder, intent);
    moveIn(root, staging);
    removed = remove(root, obsolete);
    if (goal !== intent) writeManifest(root, staging.folder, goal);
  } else if (goal !== manifest.text) {
    writeManifest(root, staging.folder, goal);
  }
  return removed;
}

function writeManifest(root: string, temporary: string, text: string): void {
  const target = join(root, MANIFEST_NAME);
  const waiting = join(temporary, MANIFEST_NAME);
  onFile('write', target, () => {
    mkdirSync(temporary, { recursive: true });
    const file = openSync(waiting, 'w');
    try {
      writeFileSync(file, text);
      // All else can be made again; this must survive a power cut whole.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(waiting, target);
  });
}

function moveIn(root: string, staging: Staging): void {
  const made = new Set<string>();
  for (const [path, waiting] of staging.changed) {
    const target = join(root, path);
    const folder = dirname(target);
    onFile('write', target, () => {
      if (!made.has(folder)) mkdirSync(folder, { recursive: true });
      made.add(folder);
      renameSync(waiting, target);
    });
  }
}

/** Removes files, then the folders that this left empty. Returns how many files there were. */
function remove(root: string, paths: readonly string[]): number {
  let removed = 0;
  const folders = new Set<string>();
  for (const path of paths) {
    if (removeFile(join(root, path))) removed += 1;
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  const deepestFirst = [...folders].sort((a, b) => b.split('/').length - a.split('/').length);
  for (const folder of deepestFirst) removeFolderIfEmpty(join(root, folder));
  return removed;
}

function removeFile(path: string): boolean {
  return onFile('remove', path, () => {
    const present = lstatSync(path, { throwIfNoEntry: false });
    // A folder of that name is somebody else's: only files are written here.
    if (present === undefined || present.isDirectory()) return false;
    unlinkSync(path);
    return true;
  });
}

function removeFolderIfEmpty(path: string): void {
  onFile('remove', path, () => unless(['ENOTEMPTY', 'EEXIST', 'ENOENT'], () => rmdirSync(path)));
}
