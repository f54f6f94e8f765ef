import { posix } from 'node:path';
import { formatProblem, OpniLoggingError, type Problem } from '../../src/common/error.js';
import type { ConfigFiles } from '../../src/config/files.js';
import type { LoadedCluster } from '../../src/config/fleet.js';
import { loadConfigText } from '../../src/config/load.js';

/** The smallest file that is accepted; seven lines. */
export const SMALLEST = `apiVersion: opni-logging/v1
cluster:
  name: prod-eu-1
  distribution: rke2
opensearch:
  url: https://opensearch.example.com:9200
  username: logs-writer
`;

/** What a function was refused with. */
export function refusal(action: () => unknown): OpniLoggingError {
  try {
    action();
  } catch (error) {
    if (error instanceof OpniLoggingError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** What a promise was refused with. */
export async function refusalOf(promise: Promise<unknown>): Promise<OpniLoggingError> {
  const outcome = await promise.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );
  if (outcome instanceof OpniLoggingError) return outcome;
  throw outcome instanceof Error ? outcome : new Error(String(outcome));
}

/** Problems of one file's text; none when it is accepted. */
export function problemsOf(text: string, file = 'a.yaml'): readonly Problem[] {
  try {
    loadConfigText(text, file);
    return [];
  } catch (error) {
    if (error instanceof OpniLoggingError && error.code === 'config') return error.problems;
    throw error;
  }
}

/** Everything that a user would be shown for a text. */
export const shownFor = (text: string): string => problemsOf(text).map(formatProblem).join('\n');

/** The only cluster of a text. */
export function only(text: string): LoadedCluster {
  const [cluster, ...others] = loadConfigText(text, 'a.yaml');
  if (!cluster || others.length > 0) throw new Error('one cluster was expected');
  return cluster;
}

/** A file system in memory: contents by path; folders are implied. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>): ConfigFiles {
  const bytes = (file: string): Uint8Array => {
    const content = contents[file]!;
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  const below = (folder: string) =>
    Object.keys(contents)
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1));
  return {
    info: async (named) => {
      const path = posix.normalize(named);
      if (path in contents) return { kind: 'file', bytes: bytes(path).byteLength };
      return below(path).length > 0 ? { kind: 'folder', bytes: 0 } : undefined;
    },
    list: async (folder) => [...new Set(below(folder).map((name) => name.split('/')[0]!))].reverse(),
    read: async (file) => bytes(posix.normalize(file)),
  };
}
