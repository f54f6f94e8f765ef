import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { OpniLoggingError, type Problem } from '../../src/common/error.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import type { ClusterFiles } from '../../src/synth/write-output.js';

/** A folder of the test's own; removed by {@link useFolder}. */
export function useFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opni-logging-synth-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Every file below a folder with its text, by its path; empty folders appear with a slash at their end. */
export function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string) => {
    const entries = readdirSync(join(folder, path)).sort();
    if (entries.length === 0 && path !== '') found[`${path}/`] = '';
    for (const entry of entries) {
      const below = path === '' ? entry : `${path}/${entry}`;
      if (statSync(join(folder, below)).isDirectory()) visit(below);
      else found[below] = readFileSync(join(folder, below), 'utf8');
    }
  };
  visit('');
  return found;
}

/** A cluster whose files have the given texts. */
export function clusterFiles(cluster: string, texts: Record<string, string>): ClusterFiles {
  const files = Object.entries(texts).map(([name, content]) => ({ path: `${cluster}/${name}`, content }));
  return { cluster, objects: files, files };
}

/** A small object, as plain data. */
export function plainObject(
  apiVersion: string,
  kind: string,
  name: string,
  namespace?: string,
): KubernetesObject {
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

/** A chart in an app of its own. */
export function emptyChart(namespace?: string): Chart {
  return new Chart(new App(), 'test', { namespace });
}

/** Adds an object to a chart, with its name as the construct's id unless one is given. */
export function addObject(
  chart: Chart,
  apiVersion: string,
  kind: string,
  name: string,
  id = `${kind}-${name}`,
) {
  return new ApiObject(chart, id, { apiVersion, kind, metadata: { name } });
}

/** The error that a call throws; fails when it throws none of ours. */
export async function errorOf(call: () => unknown): Promise<OpniLoggingError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof OpniLoggingError) return error;
    throw error;
  }
  throw new Error('expected an OpniLoggingError, but nothing was thrown');
}

/** `path: message` of every problem. */
export function textsOf(problems: readonly Problem[]): string[] {
  return problems.map(({ path, message }) => `${path}: ${message}`);
}
