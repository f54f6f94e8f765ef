import { applyDefaults } from './defaults.js';
import type { Findings } from './findings.js';
import { type Found, type LocatedMap, lookup, placeOf, plainValue } from './located.js';
import { merge, withoutNulls } from './merge.js';
import { pathsOverlap } from './path.js';
import { RULES } from './rules.js';
import { CONFIG_SHAPE } from './shape.js';
import type { ClusterConfig, ClusterInput } from './types.js';
import { reportMissing } from './validate.js';

/** One layer of a cluster's settings. */
export interface Layer {
  readonly root: LocatedMap;
  /** Path of the layer in its file: empty, `defaults` or `clusters[1]`. */
  readonly path: string;
}

/**
 * Merges the layers of one cluster and checks what can only be seen on the whole: that nothing is missing, and the
 * rules over several settings.
 *
 * @param layers from the lowest to the cluster's own; their trees were validated
 * @param findings holds the refused nodes, and takes the problems
 * @returns the merged tree without nulls
 */
export function assemble(layers: readonly Layer[], findings: Findings): LocatedMap {
  const merged = withoutNulls(layers.map(({ root }) => root).reduce(merge));
  const doubtful: string[] = [];
  reportMissing(merged, CONFIG_SHAPE, (path, advice) => {
    doubtful.push(path);
    const refused = layers.some(({ root }) => {
      const node = lookup(root, path)?.node;
      return node !== undefined && findings.bad.has(node);
    });
    if (refused) return;
    const own = layers.at(-1)!;
    findings.at(nearestWritten(own.root, path).place, pathIn(own, path), advice);
  });
  const input = plainValue(merged, findings.bad, (path) => doubtful.push(path));
  const config = applyDefaults(input as ClusterInput);
  for (const { reads, check } of RULES) {
    if (doubtful.length > 0 && reads.some((path) => doubtful.some((other) => pathsOverlap(path, other))))
      continue;
    for (const { path, message, fix } of check(config)) {
      const layer = layers.findLast(({ root }) => lookup(root, path)) ?? layers.at(-1)!;
      findings.at(nearestWritten(layer.root, path).place, pathIn(layer, path), { message, fix });
    }
  }
  return merged;
}

/** The configuration of a merged tree in which nothing was refused. */
export const configOf = (merged: LocatedMap): ClusterConfig =>
  applyDefaults(plainValue(merged) as ClusterInput);

/** Path of a setting in the file that the layer stands in. */
export const pathIn = (layer: Layer, path: string): string =>
  layer.path === '' ? path : `${layer.path}.${path}`;

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
