import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of a test's own. */
export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file, with the folders it needs, and returns its path. */
  write(name: string, text: string): string;
  read(name: string): string;
  remove(): void;
}

/** Makes a folder below the system's temporary one. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'opni-cli-'));
  return {
    path,
    write: (name, text) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The smallest configuration of a cluster. */
export const smallConfig = (name: string, distribution = 'rke2') => `apiVersion: opni-logging/v1
cluster:
  name: ${name}
  distribution: ${distribution}
opensearch:
  url: https://opensearch.example.com:9200
  username: logs-writer
`;
