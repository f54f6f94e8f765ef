import { isDeepStrictEqual } from 'node:util';
import type { LiveObject } from '../../kube/live-object.js';
import { applyEntryOf } from './compare.js';
import { fieldPaths } from './field-paths.js';

/** What an apply would change. */
export interface Changes {
  /** Whether anything would: a value, who owns one, or the version in which it is owned, without which it is lost. */
  readonly changed: boolean;
  /** Paths of values that would change. */
  readonly values: readonly string[];
  /** The same; or, when no value would, the paths that would become ours, or no longer be. */
  readonly paths: readonly string[];
}

/** More paths than this say no more. */
const MAX_PATHS = 50;

/** Bookkeeping of the server, and what controllers write. */
const IGNORED_METADATA: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compares an object with what a dry run made of it.
 *
 * @param manager our field manager
 */
export function changesOf(live: LiveObject, after: LiveObject, manager: string): Changes {
  const values = changedPaths(comparable(live), comparable(after));
  const entries = [live, after].map((object) => applyEntryOf(object, manager));
  const [mine, mineThen] = entries.map((entry) => ({ of: entry?.apiVersion, fields: entry?.fieldsV1 ?? {} }));
  if (values.length > 0 || isDeepStrictEqual(mine, mineThen)) {
    return { changed: values.length > 0, values, paths: values };
  }
  const [before, then] = entries.map((entry) => new Set(fieldPaths(entry?.fieldsV1 ?? {})));
  const moved = [...then!]
    .filter((path) => !before!.has(path))
    .concat([...before!].filter((path) => !then!.has(path)));
  return { changed: true, values, paths: moved.slice(0, MAX_PATHS) };
}

/** Paths of the values that differ; items of lists go by their names. */
export function changedPaths(before: unknown, after: unknown): string[] {
  const found: string[] = [];
  collect(before, after, '', found);
  return found;
}

function comparable({ status: _, metadata, ...rest }: LiveObject & { readonly status?: unknown }): Fields {
  const kept = Object.entries(metadata).filter(([name]) => !IGNORED_METADATA.has(name));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

function collect(before: unknown, after: unknown, path: string, found: string[]): void {
  if (found.length >= MAX_PATHS || isDeepStrictEqual(before, after)) return;
  if (isMap(before) && isMap(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(before[name], after[name], `${path}${fieldText(name)}`, found);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && isNamed(before) && isNamed(after)) {
    const byName = (items: readonly Fields[]) => new Map(items.map((item) => [item['name'], item]));
    const [left, right] = [byName(before), byName(after)];
    const foundBefore = found.length;
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      collect(left.get(name), right.get(name), `${path}[name=${JSON.stringify(name)}]`, found);
    }
    // The same items in another order.
    if (found.length === foundBefore) found.push(path);
    return;
  }
  found.push(path);
}

const fieldText = (name: string) => (/^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNamed = (items: readonly unknown[]): items is readonly Fields[] =>
  items.length > 0 && items.every((item) => isMap(item) && typeof item['name'] === 'string');
