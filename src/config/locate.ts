import type { Findings } from './findings.js';
import type { Located, LocatedEntry, LocatedMap } from './located.js';
import { itemPath, keyPath } from './path.js';

/** Deepest nesting of objects and arrays; also ends a value that holds itself. */
const MAX_DEPTH = 64;

/**
 * A value that a program passed in, as a tree without places.
 *
 * @param value `undefined` counts as left out
 * @param findings takes what no file could hold
 */
export function locate(value: unknown, findings: Findings): Located | undefined {
  return locateAt(value, '', 0, findings);
}

function locateAt(value: unknown, path: string, depth: number, findings: Findings): Located | undefined {
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
    const items = value.map((item, index) => locateAt(item, itemPath(path, index), depth + 1, findings));
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
    const node = locateAt(child, keyPath(path, key), depth + 1, findings);
    if (node) entries.set(key, { keyOffset: 0, value: node });
  }
  return { kind: 'map', offset: 0, entries };
}
