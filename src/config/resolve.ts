import { assemble, configOf } from './assemble.js';
import { Findings } from './findings.js';
import type { Located, LocatedEntry, LocatedMap } from './located.js';
import { itemPath, keyPath } from './path.js';
import { CONFIG_SHAPE } from './shape.js';
import type { ClusterConfig, ClusterInput } from './types.js';
import { Validator } from './validate.js';

/** Deepest nesting of objects and arrays; also ends a value that holds itself. */
const MAX_DEPTH = 64;

/**
 * Checks a configuration that a program made, and fills in the defaults.
 *
 * @param input the configuration as a file would hold it; `undefined` and `null` count as left out
 * @returns a deeply frozen configuration
 * @throws OpniLoggingError `config` with every problem; problems have a path but no file
 */
export function resolveConfig(input: ClusterInput): ClusterConfig {
  const findings = new Findings();
  const root = locate(input, '', 0, findings);
  if (root?.kind !== 'map') {
    findings.add({ message: 'the configuration is not an object', fix: 'pass an object with apiVersion' });
  } else {
    new Validator(findings).check(root, CONFIG_SHAPE);
    const merged = assemble([{ root, path: '' }], findings);
    if (findings.count === 0) return configOf(merged);
  }
  throw findings.error();
}

/** A value as a tree without places. */
function locate(value: unknown, path: string, depth: number, findings: Findings): Located | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') {
    return { kind: 'scalar', offset: 0, value };
  }
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'scalar', offset: 0, value };
  if (typeof value !== 'object' || depth > MAX_DEPTH) {
    const reason = typeof value === 'object' ? 'is nested too deeply' : 'is no value that a file could hold';
    findings.add({
      ...(path && { path }),
      message: reason,
      fix: 'pass plain objects, arrays, text and numbers',
    });
    return undefined;
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => locate(item, itemPath(path, index), depth + 1, findings));
    return { kind: 'list', offset: 0, items: items.filter((item) => item !== undefined) };
  }
  return locateMap(value as Readonly<Record<string, unknown>>, path, depth, findings);
}

function locateMap(
  value: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
  findings: Findings,
): LocatedMap {
  const entries = new Map<string, LocatedEntry>();
  for (const [key, child] of Object.entries(value)) {
    const node = locate(child, keyPath(path, key), depth + 1, findings);
    if (node) entries.set(key, { keyOffset: 0, value: node });
  }
  return { kind: 'map', offset: 0, entries };
}
