// What the build is made of, as one hash, and the folders it comes from.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folders that TypeScript compiles; each has a folder of its name in lib/. */
export const SOURCE_FOLDERS = ['src', 'charts', 'imports', 'test', 'bench'];

/** Where the hash of the last build is kept. */
export const STAMP = join(ROOT, 'lib', '.sources');

const BUILD_FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs'];

/** TypeScript files below a folder of the checkout, sorted. */
export function sourceFiles(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** Hash of every file that the build depends on, names and contents. */
export function sourceHash() {
  const hash = createHash('sha256');
  for (const file of [...BUILD_FILES, ...SOURCE_FOLDERS.flatMap(sourceFiles)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
