import { itemPath, keyPath, splitPath } from './path.js';
import type { Place, SourceText } from './place.js';

interface NodeBase {
  /** File that the node stands in; absent for a value that a program passed in. */
  readonly source?: SourceText;
  /** Where the value begins, in UTF-16 units. */
  readonly offset: number;
}

/** Text, number, true, false or null. */
export interface LocatedScalar extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** What stands in the file when the value is not quoted. */
  readonly plain?: string;
}

/** A list and its items. */
export interface LocatedList extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

/** One key of a map; it stands in the same file as its value. */
export interface LocatedEntry {
  readonly keyOffset: number;
  readonly value: Located;
}

/** A map and its entries, in the order of the file. */
export interface LocatedMap extends NodeBase {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

/** A value of a configuration file that knows where it stands. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

/** Is the node written as null, or with no value at all? */
export const isNull = (node: Located): boolean => node.kind === 'scalar' && node.value === null;

/** Where the value begins. */
export const placeOf = (node: Located): Place | undefined => node.source?.place(node.offset);

/** Where the key of an entry begins. */
export const keyPlace = (entry: LocatedEntry): Place | undefined =>
  entry.value.source?.place(entry.keyOffset);

/** What {@link lookup} found. */
export interface Found {
  readonly node: Located;
  /** Place of the key, or of the item in its list. */
  readonly place?: Place;
}

/** The node at a path, if it is written. */
export function lookup(root: Located, path: string): Found | undefined {
  let found: Found = { node: root, place: placeOf(root) };
  for (const part of splitPath(path)) {
    const { node } = found;
    if (node.kind === 'map' && typeof part === 'string') {
      const entry = node.entries.get(part);
      if (!entry) return undefined;
      found = { node: entry.value, place: keyPlace(entry) };
    } else if (node.kind === 'list' && typeof part === 'number') {
      const item = node.items[part];
      if (!item) return undefined;
      found = { node: item, place: placeOf(item) };
    } else return undefined;
  }
  return found;
}

/**
 * The plain value of a node, without the nodes of `skip`.
 *
 * @param skip nodes to leave out, because they were refused
 * @param onSkip is told the path of each node that was left out
 */
export function plainValue(
  node: Located,
  skip?: ReadonlySet<Located>,
  onSkip?: (path: string) => void,
  path = '',
): unknown {
  const keep = (child: Located, at: () => string): boolean => {
    if (!skip?.has(child)) return true;
    onSkip?.(at());
    return false;
  };
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') {
    return node.items
      .filter((item, index) => keep(item, () => itemPath(path, index)))
      .map((item, index) => plainValue(item, skip, onSkip, skip?.size ? itemPath(path, index) : ''));
  }
  const out: Record<string, unknown> = {};
  for (const [key, { value }] of node.entries) {
    if (!keep(value, () => keyPath(path, key))) continue;
    const child = plainValue(value, skip, onSkip, skip?.size ? keyPath(path, key) : '');
    if (key === '__proto__') Object.defineProperty(out, key, { value: child, enumerable: true });
    else out[key] = child;
  }
  return out;
}
