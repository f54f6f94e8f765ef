import { isDeepStrictEqual } from 'node:util';
import { FieldSet } from './field-set.js';
import {
  deduce,
  type FieldType,
  fieldOf,
  isJson,
  itemMember,
  type Json,
  type ListType,
  SCALAR,
} from './field-type.js';

/** Which fields two states of an object differ in. */
export interface Differences {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

/** The fields that an object sets. */
export function fieldSetOf(value: unknown, type: FieldType): FieldSet {
  const set = new FieldSet();
  const shape = deduce(type, value);
  if (shape.kind === 'scalar' || (shape.kind === 'map' && shape.atomic)) set.member = true;
  else if (shape.kind === 'list' && shape.relation === 'atomic') set.member = true;
  else if (shape.kind === 'map' && isJson(value)) {
    for (const [name, item] of Object.entries(value)) {
      const below = fieldSetOf(item, fieldOf(shape, name) ?? SCALAR);
      const isEmpty = item === null || (isJson(item) && Object.keys(item).length === 0);
      if (isEmpty || !shape.fields.has(name)) below.member = true;
      set.put(`f:${name}`, below);
    }
  } else if (shape.kind === 'list' && Array.isArray(value)) {
    for (const [member, items] of membersOf(shape, value)) {
      const below = items.length === 1 ? fieldSetOf(items[0], shape.items) : new FieldSet();
      below.member = true;
      set.put(member, below);
    }
  }
  return set;
}

/** What became different from one state to the next. */
export function compare(before: unknown, after: unknown, type: FieldType): Differences {
  const found = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() };
  collect(before, after, type, [], found);
  return found;
}

function collect(
  before: unknown,
  after: unknown,
  type: FieldType,
  path: readonly string[],
  found: Differences,
): void {
  const shape = deduce(type, after, before);
  const sameShape =
    type.kind !== 'open' ||
    after === undefined ||
    before === undefined ||
    deduce(type, before).kind === shape.kind;
  if (!sameShape || isLeaf(shape, before, after)) {
    if (before === undefined) found.added.insert(path);
    else if (after === undefined) found.removed.insert(path);
    else if (!isDeepStrictEqual(before, after)) found.modified.insert(path);
    return;
  }
  if (shape.kind === 'map') {
    const [left, right] = [asMap(before), asMap(after)];
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      collect(left[name], right[name], fieldOf(shape, name) ?? SCALAR, [...path, `f:${name}`], found);
    }
  } else if (shape.kind === 'list') {
    const [left, right] = [before, after].map((list) => membersOf(shape, asList(list)));
    for (const member of new Set([...left!.keys(), ...right!.keys()])) {
      const [l, r] = [left!.get(member), right!.get(member)];
      collectItems(l, r, shape.items, [...path, member], found);
    }
  }
  if (before === undefined) found.added.insert(path);
  else if (after === undefined) found.removed.insert(path);
}

/** Items of the same key, which there should be one of. */
function collectItems(
  left: readonly unknown[] | undefined,
  right: readonly unknown[] | undefined,
  type: FieldType,
  path: readonly string[],
  found: Differences,
): void {
  if ((left?.length ?? 1) === 1 && (right?.length ?? 1) === 1) {
    collect(left?.[0], right?.[0], type, path, found);
  } else if (!left) found.added.insert(path);
  else if (!right) found.removed.insert(path);
  else if (!isDeepStrictEqual(left, right)) found.modified.insert(path);
}

/** Puts what an apply says over an object. Nothing is removed. */
export function merge(live: unknown, applied: unknown, type: FieldType): unknown {
  if (live === undefined) return applied;
  if (applied === undefined) return live;
  const shape = deduce(type, applied, live);
  if (isLeaf(shape, live, applied)) return applied;
  if (shape.kind === 'map') {
    const [left, right] = [asMap(live), asMap(applied)];
    if (!isJson(live) && live !== null) return applied;
    const merged: Json = {};
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      merged[name] = merge(left[name], right[name], fieldOf(shape, name) ?? SCALAR);
    }
    return merged;
  }
  return shape.kind === 'list' ? mergeLists(asList(live), asList(applied), shape) : applied;
}

/** Items keep the order of the apply, and those of others their places among them. */
function mergeLists(live: readonly unknown[], applied: readonly unknown[], type: ListType): unknown[] {
  const [left, right] = [live, applied].map((list) => membersOf(type, list));
  const [leftOrder, rightOrder] = [[...left!.keys()], [...right!.keys()]];
  const shared = rightOrder.filter((member) => left!.has(member));
  const merged: unknown[] = [];
  const take = (member: string) => {
    const [l, r] = [left!.get(member), right!.get(member)];
    if (r && l?.length === 1) merged.push(merge(l[0], r[0], type.items));
    else merged.push(...(r ?? l ?? []));
  };
  let next = shared.shift();
  for (let l = 0, r = 0; l < leftOrder.length || r < rightOrder.length; ) {
    const [a, b] = [leftOrder[l], rightOrder[r]];
    if (a !== undefined && a === b) {
      take(a);
      l += 1;
      r += 1;
      next = shared.shift();
    } else if (a !== undefined && b !== undefined && right!.has(a) && next !== undefined && next !== a) {
      // Comes later, where the apply has it.
      l += 1;
    } else if (a !== undefined && !right!.has(a)) {
      take(a);
      l += 1;
    } else if (b !== undefined) {
      take(b);
      r += 1;
      if (next === b) next = shared.shift();
    } else {
      l += 1;
    }
  }
  return merged;
}

/** An object without some fields and items. */
export function removeFields(value: unknown, set: FieldSet, type: FieldType): unknown {
  const shape = deduce(type, value);
  if (shape.kind === 'map' && isJson(value)) {
    if (shape.atomic) return undefined;
    const kept: Json = {};
    for (const [name, item] of Object.entries(value)) {
      const below = set.below(`f:${name}`);
      if (below?.member) continue;
      const rest = below && !below.isEmpty ? removeFields(item, below, fieldOf(shape, name) ?? SCALAR) : item;
      kept[name] = rest ?? null;
    }
    return Object.keys(kept).length > 0 ? kept : undefined;
  }
  if (shape.kind === 'list' && Array.isArray(value)) {
    if (shape.relation === 'atomic') return undefined;
    const kept = value.flatMap((item) => {
      const member = itemMember(shape, item);
      const below = member === undefined ? undefined : set.below(member);
      if (below?.member) return [];
      return [below && !below.isEmpty ? removeFields(item, below, shape.items) : item];
    });
    return kept.length > 0 ? kept : undefined;
  }
  return value;
}

/** Items by what they are known by. */
function membersOf(type: ListType, list: readonly unknown[]): Map<string, unknown[]> {
  const members = new Map<string, unknown[]>();
  for (const item of list) {
    const member = itemMember(type, item);
    if (member === undefined) continue;
    const same = members.get(member);
    if (same) same.push(item);
    else members.set(member, [item]);
  }
  return members;
}

/** What is owned as a whole; and what is empty on both sides, so that empty and absent stay two things. */
function isLeaf(shape: Exclude<FieldType, { kind: 'open' }>, a: unknown, b: unknown): boolean {
  if (shape.kind === 'scalar') return true;
  if (shape.kind === 'map') return shape.atomic || (isBlank(a) && isBlank(b));
  return shape.relation === 'atomic' || (isBlank(a) && isBlank(b));
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || Object.keys(value as object).length === 0;

const asMap = (value: unknown): Json => (isJson(value) ? value : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
