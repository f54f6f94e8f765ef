import { CONFIG_SHAPE } from './cluster-shape.js';
import type { LoadedCluster } from './fleet.js';
import { keyPath } from './path.js';
import type { Origin } from './place.js';
import type { Shape } from './shape.js';

/** One value that holds for a cluster. */
export interface EffectiveValue {
  /** Such as `shipper.buffer.type`. */
  readonly path: string;
  /** Text, number, true or false; a list as a whole, because lists replace each other as a whole. */
  readonly value: unknown;
  /** Where it came from. */
  readonly origin: Origin;
}

/** All values that hold for a cluster, in the order of the schema, each with where it came from. */
export function effectiveValues(cluster: LoadedCluster): readonly EffectiveValue[] {
  const found: EffectiveValue[] = [];
  const take = (path: string, value: unknown) => found.push({ path, value, origin: cluster.origin(path) });
  const walk = (value: unknown, shape: Shape, path: string): void => {
    if (value === undefined) return;
    if (shape.kind !== 'object' && shape.kind !== 'textMap') {
      take(path, value);
      return;
    }
    const map = value as Readonly<Record<string, unknown>>;
    const keys = shape.kind === 'object' ? [...shape.properties.keys()] : Object.keys(map);
    if (Object.keys(map).length === 0) take(path, map);
    for (const key of keys) {
      walk(map[key], shape.kind === 'object' ? shape.properties.get(key)! : shape.value, keyPath(path, key));
    }
  };
  walk(cluster.config, CONFIG_SHAPE, '');
  return found;
}
