import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { repositoryPath } from './repository.js';

/** Where golden files lie and whether to write them. */
export interface GoldenOptions {
  /** Folder of the golden files. @default test/golden of the checkout */
  readonly folder?: string;
  /** Write the text instead of comparing it. @default the environment variable UPDATE_GOLDEN is 1 */
  readonly update?: boolean;
}

const CONTEXT_LINES = 3;
const HOW_TO_UPDATE =
  'If the change is meant: UPDATE_GOLDEN=1 npm test, then review the difference and commit it.';

/**
 * Compares a text with the golden file of that name.
 *
 * @param name path below the folder, as in `rke2/manifests.yaml`
 * @throws Error that shows the first line that differs, with the lines around it, and how to update
 */
export function expectGolden(name: string, text: string, options: GoldenOptions = {}): void {
  const file = options.folder ? `${options.folder}/${name}` : repositoryPath('test', 'golden', name);
  if (options.update ?? process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  if (!existsSync(file)) {
    throw new Error(`There is no golden file ${name}. ${HOW_TO_UPDATE}`);
  }
  const difference = firstDifference(readFileSync(file, 'utf8'), text);
  if (difference !== undefined) {
    throw new Error(`${name} differs from its golden file at ${difference}\n${HOW_TO_UPDATE}`);
  }
}

/** The first line that differs, `-` golden and `+` new, with the lines before it; undefined when both are the same. */
export function firstDifference(golden: string, text: string): string | undefined {
  if (golden === text) {
    return undefined;
  }
  const [before, after] = [golden.split('\n'), text.split('\n')];
  let at = 0;
  while (before[at] === after[at]) {
    at += 1;
  }
  const show = (lines: readonly string[], mark: string) =>
    lines.length > at
      ? lines.slice(at, at + CONTEXT_LINES).map((line) => `${mark} ${JSON.stringify(line).slice(1, -1)}`)
      : [`${mark} (end of file)`];
  const context = before.slice(Math.max(0, at - CONTEXT_LINES), at).map((line) => `  ${line}`);
  return [`line ${at + 1}:`, ...context, ...show(before, '-'), ...show(after, '+')].join('\n');
}
