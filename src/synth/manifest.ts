import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../common/error.js';
import { compareText } from '../constructs/kubernetes-object.js';
import { fileError, onFile, unless } from './file-error.js';

/** All names that the writer keeps for itself in an output folder begin with this. */
export const RESERVED_PREFIX = '.opni-logging';
/**
 * File in the output folder that lists what was written there. It has no ending of manifests: whoever applies the folder
 * would take it for one.
 */
export const MANIFEST_NAME = `${RESERVED_PREFIX}-files`;

const VERSION = 1;
const FIX =
  'restore it from version control; or remove it together with the files that were made there, and run again';

/** What an output folder is known to hold. */
export interface Manifest {
  /** Files that were written by an earlier run, as paths with `/`. */
  readonly files: ReadonlySet<string>;
  /** The manifest as it stands on disk; empty when there is none. */
  readonly text: string;
}

/** Whether a path stays below the folder that it is relative to, and leaves the writer's own files alone. */
export function isInside(path: string): boolean {
  return (
    !/[\\:\0]/.test(path) &&
    !path.startsWith(RESERVED_PREFIX) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** The cluster that a file of the output belongs to: the name of its topmost folder. */
export function clusterOf(path: string): string {
  return path.slice(0, Math.max(path.indexOf('/'), 0));
}

/**
 * Reads which files of an output folder are the writer's own.
 *
 * @param folder output folder
 * @throws OpniLoggingError `io` when the manifest is broken, newer than this program or names a path outside: to go
 *   on would mean to lose track of files, or to remove those of others
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST_NAME);
  const text = onFile('read', path, () => unless(['ENOENT'], () => readFileSync(path, 'utf8')));
  if (text === undefined) return { files: new Set(), text: '' };
  return { files: new Set(parse(text, path)), text };
}

function parse(text: string, path: string): string[] {
  let content: { version?: unknown; files?: unknown } | null;
  try {
    content = JSON.parse(text) as typeof content;
  } catch (error) {
    throw fileError(path, `is not JSON: ${messageOf(error)}`, FIX, error);
  }
  if (typeof content?.version === 'number' && content.version > VERSION) {
    throw fileError(
      path,
      `has version ${content.version}; this program knows ${VERSION}`,
      'use a newer opni-logging',
    );
  }
  const { files } = content ?? {};
  if (content?.version !== VERSION || typeof files !== 'object' || files === null || Array.isArray(files)) {
    throw fileError(path, 'is not the list of files that this program writes', FIX);
  }
  return Object.entries(files as Record<string, unknown>).flatMap(([folder, names]) => {
    if (!Array.isArray(names)) throw fileError(path, `has no list of names for "${folder}"`, FIX);
    return names.map((name: unknown) => {
      const file = folder === '' ? String(name) : `${folder}/${name}`;
      if (typeof name !== 'string' || !isInside(file)) {
        throw fileError(path, `names ${JSON.stringify(file)}, which is not inside the output folder`, FIX);
      }
      return file;
    });
  });
}

/**
 * The text of a manifest: one line a folder, sorted, without times, so that the same files give the same bytes and a
 * change shows as a small difference in version control.
 *
 * @param files paths with `/`, in any order
 */
export function formatManifest(files: Iterable<string>): string {
  const folders = new Map<string, string[]>();
  for (const file of [...files].sort(compareText)) {
    const slash = file.lastIndexOf('/');
    const folder = file.slice(0, Math.max(slash, 0));
    const names = folders.get(folder) ?? [];
    folders.set(folder, names);
    names.push(file.slice(slash + 1));
  }
  const lines = [...folders]
    .sort(([a], [b]) => compareText(a, b))
    .map(([folder, names]) => `    ${JSON.stringify(folder)}: ${JSON.stringify(names)}`);
  return `{\n  "version": ${VERSION},\n  "files": {\n${lines.join(',\n')}\n  }\n}\n`;
}
