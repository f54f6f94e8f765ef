import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { OpniLoggingError } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { onFile } from '../synth/file-error.js';
import type { CliContext } from './context.js';

const EXTENSIONS: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/**
 * Reads manifests: files, folders with all folders in them, and `-` for standard input. Objects in a `List` count as if
 * they stood alone.
 *
 * @param paths from the working directory
 * @throws OpniLoggingError `io` when a path cannot be read; `config` when one is no YAML
 */
export async function readManifests(
  paths: readonly string[],
  { cwd, stdin }: Pick<CliContext, 'cwd' | 'stdin'>,
): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const path of paths) {
    if (path === '-') objects.push(...(await objectsOf(await text(stdin), 'standard input')));
    else for (const file of filesOf(path, cwd)) objects.push(...(await objectsOf(read(file, cwd), file)));
  }
  return objects;
}

function filesOf(path: string, cwd: string): string[] {
  const files = onFile('read', path, () => {
    if (!statSync(resolve(cwd, path)).isDirectory()) return [path];
    return readdirSync(resolve(cwd, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name)))
      .map(({ parentPath, name }) => join(path, parentPath.slice(resolve(cwd, path).length), name))
      .sort();
  });
  if (files.length > 0) return files;
  throw refused('io', path, 'has no file that ends with .yaml, .yml or .json', 'name another folder');
}

const read = (file: string, cwd: string) =>
  onFile('read', file, () => readFileSync(resolve(cwd, file), 'utf8'));

async function objectsOf(content: string, file: string): Promise<KubernetesObject[]> {
  const documents = (await parse(content, file)).filter(
    (document) => document !== null && document !== undefined,
  );
  return documents.flatMap((document, index) => {
    if (typeof document !== 'object' || Array.isArray(document)) {
      throw refused('config', file, `document ${index + 1} is no object`, 'each document is one manifest');
    }
    const { kind, items } = document as { readonly kind?: unknown; readonly items?: unknown };
    const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
    return (isList ? items : [document]) as KubernetesObject[];
  });
}

async function parse(content: string, file: string): Promise<unknown[]> {
  // JSON is YAML, and reading it as YAML takes ten times as long.
  if (extname(file) === '.json') {
    try {
      return [JSON.parse(content)];
    } catch {
      // Told below, with the place.
    }
  }
  const { loadAll, YAMLException } = await import('js-yaml');
  try {
    return loadAll(content, { filename: file });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line, column } = error.mark ?? {};
    const place = line === undefined ? {} : { line: line + 1, column: (column ?? 0) + 1 };
    const problem = { file, ...place, message: `is no YAML: ${error.reason}`, fix: 'correct it there' };
    throw new OpniLoggingError('config', `${file} is no YAML.`, { problems: [problem] });
  }
}

const refused = (code: 'io' | 'config', file: string, message: string, fix: string) =>
  new OpniLoggingError(code, `${file} ${message}.`, { problems: [{ file, message, fix }] });
