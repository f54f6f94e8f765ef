import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';

/** Path from the root, with `/`, → text of the file. */
export type SourceTree = ReadonlyMap<string, string>;

/** From top to bottom: a row may use itself and the rows below it. */
export const LAYERS: readonly string[] = [
  'src/index.ts',
  'src/cli',
  'src/agent',
  'src/controller',
  'charts',
  'src/gateway',
  'src/events',
  'src/apply',
  'src/kube',
  'src/synth',
  'src/lint',
  'src/constructs',
  'src/distributions',
  'src/data-prepper',
  'src/opensearch',
  'src/config',
  'src/common',
];

/** Pairs that the order alone would allow. */
const FORBIDDEN: readonly { from: string; to: string; reason: string }[] = [
  { from: 'src/index.ts', to: 'src/cli', reason: 'the library never loads the command' },
];

const OUTSIDE = ['test', 'bench', 'scripts', 'examples', 'lib'];
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.(ts|mjs)$/;

/** The TypeScript and script files below the folders, without declarations. */
export function readSourceTree(root: string, folders: readonly string[]): SourceTree {
  const tree = new Map<string, string>();
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        visit(path);
      } else if (/\.(ts|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) {
        tree.set(path, readFileSync(join(root, path), 'utf8'));
      }
    }
  };
  folders.forEach(visit);
  return tree;
}

/**
 * Checks that product code depends downwards only, that `imports/` is used by the constructs only, and that product
 * code uses nothing of the tests, benchmarks and scripts.
 *
 * @returns one line a fault, `file:line: what is wrong`
 */
export function checkDependencies(tree: SourceTree): string[] {
  const faults: string[] = [];
  for (const [file, text] of tree) {
    const from = layerOf(file);
    if (from === undefined) {
      if (isProduct(file)) {
        faults.push(`${file}:1: is in no row of the layers`);
      }
      continue;
    }
    for (const { specifier, line } of importsOf(text)) {
      const reason = specifier.startsWith('.')
        ? refusal(from, posix.join(posix.dirname(file), specifier))
        : undefined;
      if (reason !== undefined) {
        faults.push(`${file}:${line}: imports ${specifier}: ${reason}`);
      }
    }
  }
  return faults;
}

/** Checks that file names are kebab-case. */
export function checkFileNames(tree: SourceTree): string[] {
  return [...tree.keys()]
    .filter((file) => !KEBAB_CASE.test(basename(file)))
    .map((file) => `${file}: the name is not kebab-case`);
}

/** The specifiers of all static and dynamic imports and re-exports of a file, with their lines. */
export function importsOf(text: string): { specifier: string; line: number }[] {
  const code = blankComments(text);
  const patterns = [
    /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"\n]+)\1/gm,
    /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm,
    /\bimport\(\s*(['"`])([^'"`\n]+)\1/g,
  ];
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .map((match) => ({
      specifier: match[2]!,
      line: code.slice(0, match.index + match[0].lastIndexOf(match[2]!)).split('\n').length,
    }))
    .sort((a, b) => a.line - b.line);
}

function refusal(from: string, target: string): string | undefined {
  const top = target.split('/')[0]!;
  if (OUTSIDE.includes(top)) {
    return `product code does not use ${top}/`;
  }
  if (top === 'imports') {
    return from === 'src/constructs' ? undefined : 'imports/ is for src/constructs only';
  }
  const to = layerOf(target.replace(/\.js$/, '.ts'));
  if (to === undefined) {
    return isProduct(target) ? 'is in no row of the layers' : undefined;
  }
  if (LAYERS.indexOf(to) < LAYERS.indexOf(from)) {
    return `${from} is below ${to}`;
  }
  return FORBIDDEN.find((pair) => pair.from === from && pair.to === to)?.reason;
}

function layerOf(file: string): string | undefined {
  return LAYERS.find((layer) => file === layer || file.startsWith(`${layer}/`));
}

function isProduct(file: string): boolean {
  return file.startsWith('src/') || file.startsWith('charts/');
}

/** Keeps the lines; texts in quotes stay, so that a `//` in an address is no comment. */
function blankComments(text: string): string {
  return text.replace(/(['"])(?:\\.|(?!\1)[^\\\n])*\1|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found,
  );
}
