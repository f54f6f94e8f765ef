import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The root folder of the checkout, wherever the tests were compiled to: the nearest folder above this file, or
 * above the working directory, that holds the project's `package.json` and its `tsconfig.json`.
 *
 * @throws Error when neither path leads to the checkout
 */
export function repositoryRoot(): string {
  const starts = [dirname(fileURLToPath(import.meta.url)), process.cwd()];
  for (const start of starts) {
    for (let folder = start; ; folder = dirname(folder)) {
      if (isRoot(folder)) {
        return folder;
      }
      if (dirname(folder) === folder) {
        break;
      }
    }
  }
  throw new Error(
    `No checkout of opni-logging above ${starts.join(' or ')}. Run the tests inside the checkout.`,
  );
}

/** A path inside the checkout, given from its root. */
export function repositoryPath(...parts: string[]): string {
  return join(repositoryRoot(), ...parts);
}

function isRoot(folder: string): boolean {
  const file = join(folder, 'package.json');
  if (!existsSync(file) || !existsSync(join(folder, 'tsconfig.json'))) {
    return false;
  }
  const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string };
  return name === 'opni-logging';
}
