import { withDefaults } from './defaults.js';
import type { Findings } from './findings.js';
import type { FileFormat } from './format.js';
import { type Found, type LocatedMap, lookup, placeOf, plainValue } from './located.js';
import { merge, withoutNulls } from './merge.js';
import { pathsOverlap } from './path.js';
import { reportMissing } from './validate.js';

/** One layer of settings. */
export interface Layer {
  readonly root: LocatedMap;
  /** Path of the layer in its file: empty, `defaults` or `clusters[1]`. */
  readonly path: string;
  /** What stands before a path in problems, such as `--` for flags. @default nothing */
  readonly mark?: string;
}

/**
 * Merges layers and checks what can only be seen on the whole: that nothing is missing, and the rules over several
 * settings. What is missing is told of the topmost layer that stands in a file.
 *
 * @param layers from the lowest to the cluster's own; their trees were validated
 * @param findings holds the refused nodes, and takes the problems
 * @param format of the whole
 * @returns the merged tree without nulls
 */
export function assemble<Settings>(
  layers: readonly Layer[],
  findings: Findings,
  format: FileFormat<Settings>,
): LocatedMap {
  const own = layers.findLast(({ root }) => root.source) ?? layers.at(-1)!;
  const merged = withoutNulls(
    layers.map(({ root }) => root).reduce((base, over) => merge(base, over, findings.bad)),
    findings.bad,
  );
  const doubtful: string[] = [];
  reportMissing(merged, format.shape, (path, advice) => {
    doubtful.push(path);
    const refused = layers.some(({ root }) => {
      const node = lookup(root, path)?.node;
      return node !== undefined && findings.bad.has(node);
    });
    if (refused) return;
    findings.at(nearestWritten(own.root, path).place, pathIn(own, path), advice);
  });
  const input = plainValue(merged, findings.bad, (path) => doubtful.push(path));
  const config = withDefaults(input, format.shape) as Settings;
  for (const { reads, check } of format.rules) {
    if (doubtful.length > 0 && reads.some((path) => doubtful.some((other) => pathsOverlap(path, other))))
      continue;
    for (const { path, message, fix } of check(config)) {
      const layer = layers.findLast(({ root }) => lookup(root, path)) ?? own;
      findings.at(nearestWritten(layer.root, path).place, pathIn(layer, path), { message, fix });
    }
  }
  return merged;
}

/** The settings of a merged tree in which nothing was refused. */
export const settingsOf = <Settings>(merged: LocatedMap, format: FileFormat<Settings>): Settings =>
  withDefaults(plainValue(merged), format.shape) as Settings;

/** Path of a setting in the file that the layer stands in. */
export const pathIn = (layer: Layer, path: string): string =>
  `${layer.mark ?? ''}${layer.path === '' ? path : `${layer.path}.${path}`}`;

function nearestWritten(root: LocatedMap, path: string): Found {
  for (
    let end = path.length;
    end > 0;
    end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))
  ) {
    const found = lookup(root, path.slice(0, end));
    if (found) return found;
  }
  return { node: root, place: placeOf(root) };
}
