import { isNull, type Located, type LocatedEntry, type LocatedMap } from './located.js';

/**
 * Lays one map over another: maps merge key by key, lists and single values replace, null stays to be removed by
 * {@link withoutNulls}. Every value keeps its own place. The inputs are not changed; what only one of them has is
 * shared with the result.
 *
 * @param refused nodes that were refused; what is made from one is added. @default none
 */
export function merge(base: LocatedMap, over: LocatedMap, refused?: Set<Located>): LocatedMap {
  if (base.entries.size === 0) return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    entries.set(key, below ? mergeEntry(below, entry, refused) : entry);
  }
  return { ...over, entries };
}

function mergeEntry(below: LocatedEntry, entry: LocatedEntry, refused?: Set<Located>): LocatedEntry {
  if (below.value.kind !== 'map' || entry.value.kind !== 'map') return entry;
  // An empty map adds nothing, so what is below keeps its place.
  if (entry.value.entries.size === 0) return below;
  const value = merge(below.value, entry.value, refused);
  if (refused?.has(below.value) || refused?.has(entry.value)) refused.add(value);
  return { keyOffset: entry.keyOffset, value };
}

/**
 * Removes what is null, so that it falls back to its default. Lists are left alone: they are values as a whole.
 *
 * @param refused as for {@link merge}
 */
export function withoutNulls(root: LocatedMap, refused?: Set<Located>): LocatedMap {
  let changed: Map<string, LocatedEntry> | undefined;
  for (const [key, entry] of root.entries) {
    const kept = keptValue(entry.value, refused);
    if (kept === entry.value) continue;
    changed ??= new Map(root.entries);
    if (kept) changed.set(key, { ...entry, value: kept });
    else changed.delete(key);
  }
  return changed ? { ...root, entries: changed } : root;
}

function keptValue(node: Located, refused?: Set<Located>): Located | undefined {
  if (isNull(node)) return undefined;
  if (node.kind !== 'map') return node;
  const kept = withoutNulls(node, refused);
  if (refused?.has(node)) refused.add(kept);
  return kept;
}
