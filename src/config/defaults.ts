import { CONFIG_SHAPE } from './cluster-shape.js';
import type { ObjectShape, Shape } from './shape.js';
import type { ClusterConfig, ClusterInput } from './types.js';

/**
 * Fills in the defaults of a shape. What is left out and has no default stays absent.
 *
 * @param input settings that were found valid; they are not changed
 * @param shape what they may hold
 * @returns deeply frozen settings, which share default values with others
 */
export function withDefaults(input: unknown, shape: ObjectShape): unknown {
  return filled(input, shape);
}

/** {@link withDefaults} for a cluster's configuration. */
export const applyDefaults = (input: ClusterInput): ClusterConfig =>
  filled(input, CONFIG_SHAPE) as ClusterConfig;

function filled(value: unknown, shape: Shape): unknown {
  if (shape.kind === 'list')
    return Object.freeze((value as unknown[]).map((item) => filled(item, shape.item)));
  if (shape.kind === 'object') return filledObject(value as Readonly<Record<string, unknown>>, shape);
  return shape.kind === 'any' || shape.kind === 'textMap' ? frozen(value) : value;
}

function filledObject(value: Readonly<Record<string, unknown>>, shape: ObjectShape): unknown {
  const out: Record<string, unknown> = {};
  for (const [key, child] of shape.properties) {
    const given = value[key];
    if (given !== undefined) out[key] = filled(given, child);
    else if (child.default !== undefined) {
      out[key] = child.kind === 'object' ? filled(child.default, child) : child.default;
    }
  }
  return Object.freeze(out);
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  const copy = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, frozen(child)]));
  return Object.freeze(copy);
}
