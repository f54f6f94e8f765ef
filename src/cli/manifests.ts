import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { formatProblem, OpniLoggingError, type Problem } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { fileError, onFile } from '../synth/file-error.js';
import type { CliContext } from './context.js';
import { counted } from './report.js';

const EXTENSIONS: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/**
 * Reads manifests: files, folders with all folders in them, and `-` for standard input. Objects in a `List` count as if
 * they stood alone.
 *
 * @param paths from the working directory
 * @throws OpniLoggingError `io` when a path cannot be read; `config` when one is no YAML, or with everything in them
 *   that is no object of Kubernetes
 */
export async function readManifests(
  paths: readonly string[],
  { cwd, stdin }: Pick<CliContext, 'cwd' | 'stdin'>,
): Promise<KubernetesObject[]> {
  const found: Found[] = [];
  for (const path of paths) {
    if (path === '-') found.push(...(await foundIn(await text(stdin), 'standard input')));
    else for (const file of filesOf(path, cwd)) found.push(...(await foundIn(read(file, cwd), file)));
  }
  const problems = found.flatMap(problemsOf);
  if (problems.length === 0) return found.map(({ content }) => content as KubernetesObject);
  const [only] = problems;
  const message =
    problems.length === 1
      ? formatProblem({ ...only!, fix: undefined })
      : `the manifests were refused: ${counted(problems.length, 'problem')}`;
  throw new OpniLoggingError('config', message, { problems });
}

/** What should be an object, and where it stands. */
interface Found {
  readonly content: unknown;
  readonly file: string;
  /** As in `document 2` or `document 1, item 3`. */
  readonly place: string;
}

function problemsOf({ content, file, place }: Found): Problem[] {
  if (!isRecord(content)) {
    return [{ file, path: place, message: 'is no object', fix: 'each document is one manifest' }];
  }
  const { apiVersion, kind, metadata } = content;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  const missing = Object.entries({ apiVersion, kind, 'metadata.name': name })
    .filter(([, value]) => typeof value !== 'string' || value === '')
    .map(([field]) => `no ${field}`);
  if (missing.length === 0) return [];
  const message = `is no object of Kubernetes: it has ${missing.join(', ')}`;
  return [{ file, path: place, message, fix: 'add what is missing, or leave the file out' }];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function filesOf(path: string, cwd: string): string[] {
  const files = onFile('read', path, () => {
    if (!statSync(resolve(cwd, path)).isDirectory()) return [path];
    return readdirSync(resolve(cwd, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name)))
      .map(({ parentPath, name }) => join(path, parentPath.slice(resolve(cwd, path).length), name))
      .sort();
  });
  if (files.length > 0) return files;
  const message = 'has no file that ends with .yaml, .yml or .json';
  throw fileError(path, message, 'name the folder that the manifests lie in');
}

const read = (file: string, cwd: string) =>
  onFile('read', file, () => readFileSync(resolve(cwd, file), 'utf8'));

async function foundIn(content: string, file: string): Promise<Found[]> {
  return (await parse(content, file)).flatMap((document, index) => {
    if (document === null || document === undefined) return [];
    const place = `document ${index + 1}`;
    const { kind, items } = document as { readonly kind?: unknown; readonly items?: unknown };
    if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
      return [{ content: document, file, place }];
    }
    return items.map((item, at) => ({ content: item, file, place: `${place}, item ${at + 1}` }));
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
    // The parser's own message quotes the lines around, which may hold a password.
    const problem = { file, ...place, message: `is no YAML: ${error.reason}`, fix: 'correct it there' };
    throw new OpniLoggingError('config', formatProblem({ ...problem, fix: undefined }), {
      problems: [problem],
    });
  }
}
