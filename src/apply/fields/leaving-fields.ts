import type { FieldsV1, LiveObject, ManagedFieldsEntry } from '../../kube/live-object.js';
import { isMap, type JsonMap } from './same-value.js';
import { union } from './takeover-patch.js';

/**
 * An object without the fields that only former appliers own. A dry run cannot show that they go when they are taken
 * over, since it goes by the owners of the moment.
 *
 * @param after what a dry run made of the object
 * @param from whose fields are taken over
 */
export function withoutLeaving(after: LiveObject, from: (entry: ManagedFieldsEntry) => boolean): LiveObject {
  const isTaken = (entry: ManagedFieldsEntry) => from(entry) && entry.apiVersion === after.apiVersion;
  const entries = after.metadata.managedFields ?? [];
  const fieldsOf = (some: readonly ManagedFieldsEntry[]) =>
    some.map(({ fieldsV1 = {} }) => fieldsV1).reduce(union, {});
  const leaving = difference(
    fieldsOf(entries.filter(isTaken)),
    fieldsOf(entries.filter((entry) => !isTaken(entry))),
  );
  return membersOf(leaving).length === 0 ? after : (without(after, leaving) as LiveObject);
}

/** What is in the one and not in the other; a map or item that both have stays. */
function difference(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const rest: Record<string, FieldsV1> = {};
  for (const member of membersOf(a)) {
    const other = b[member];
    const left = other ? difference(a[member]!, other) : a[member]!;
    if (!other || membersOf(left).length > 0) rest[member] = left;
  }
  return rest;
}

/** The value without some fields; undefined when nothing is left of it. */
function without(value: unknown, fields: FieldsV1): unknown {
  if (membersOf(fields).length === 0) return undefined;
  if (Array.isArray(value)) return orNone(value.flatMap((item) => itemWithout(item, fields)));
  if (!isMap(value)) return value;
  const kept = Object.entries(value).map(([name, child]) => {
    const below = fields[`f:${name}`];
    return [name, below ? without(child, below) : child] as const;
  });
  const rest = kept.filter(([, child]) => child !== undefined);
  return rest.length > 0 ? Object.fromEntries(rest) : undefined;
}

/** No item, when it goes as a whole. */
function itemWithout(item: unknown, fields: FieldsV1): unknown[] {
  const member = membersOf(fields).find((candidate) => isItem(candidate, item));
  if (member === undefined) return [item];
  const below = fields[member]!;
  return below['.'] ? [] : [without(item, below)].filter((left) => left !== undefined);
}

function isItem(member: string, item: unknown): boolean {
  const content = member.slice(2);
  if (member.startsWith('v:')) return JSON.stringify(item) === JSON.stringify(JSON.parse(content));
  if (!member.startsWith('k:') || !isMap(item)) return false;
  return Object.entries(JSON.parse(content) as JsonMap).every(([name, value]) => item[name] === value);
}

const orNone = (items: readonly unknown[]) => (items.length > 0 ? items : undefined);

const membersOf = (fields: FieldsV1) => Object.keys(fields).filter((member) => member !== '.');
