/** A JSON object. */
export type Json = Record<string, unknown>;

/** A single value; `any` is one that may be a text or a number. */
export interface ScalarType {
  readonly kind: 'scalar';
  readonly of: 'string' | 'number' | 'boolean' | 'any';
}

/** Named fields, entries of any name, or both. */
export interface MapType {
  readonly kind: 'map';
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly required: ReadonlySet<string>;
  /** Type of the fields that have no name here; undefined when there may be none. */
  readonly rest: FieldType | undefined;
  /** Whether it is owned as a whole. */
  readonly atomic: boolean;
}

/** A list: owned as a whole, a set of values, or items that are known by keys. */
export interface ListType {
  readonly kind: 'list';
  readonly items: FieldType;
  readonly relation: 'atomic' | 'set' | 'keyed';
  readonly keys: readonly string[];
}

/** Anything: what a value is shows what is owned. */
export interface OpenType {
  readonly kind: 'open';
}

/** What structured merge needs to know of a field. */
export type FieldType = ScalarType | MapType | ListType | OpenType;

export const OPEN: OpenType = { kind: 'open' };
export const SCALAR: ScalarType = { kind: 'scalar', of: 'any' };

const OPEN_MAP: MapType = {
  kind: 'map',
  fields: new Map(),
  required: new Set(),
  rest: OPEN,
  atomic: false,
};

const OPEN_LIST: ListType = { kind: 'list', items: OPEN, relation: 'atomic', keys: [] };

/** A map of named fields only. */
export const struct = (fields: Readonly<Record<string, FieldType>>, atomic = false): MapType => ({
  kind: 'map',
  fields: new Map(Object.entries(fields)),
  required: new Set(),
  rest: undefined,
  atomic,
});

/** The type by which a value is handled; that of an open one shows in the value. */
export function deduce(type: FieldType, value: unknown, other?: unknown): Exclude<FieldType, OpenType> {
  if (type.kind !== 'open') return type;
  const sample = value ?? other;
  if (Array.isArray(sample)) return OPEN_LIST;
  return isJson(sample) ? OPEN_MAP : SCALAR;
}

/** Type of a field of a map; undefined when it may not be there. */
export const fieldOf = (type: MapType, name: string): FieldType | undefined =>
  type.fields.get(name) ?? type.rest;

/** Whether a value is a JSON object. */
export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys that need not be written, since the published schema has a default for them. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/**
 * How an item of a list is known: `k:{…}` by its keys, `v:…` by its value.
 *
 * @returns undefined when it has none of the keys
 */
export function itemMember(type: ListType, item: unknown): string | undefined {
  if (type.relation === 'set') return `v:${JSON.stringify(item)}`;
  if (!isJson(item)) return undefined;
  const names = [...type.keys].sort();
  if (!names.some((name) => item[name] !== undefined)) return undefined;
  const key: Json = {};
  for (const name of names) {
    const value = item[name] ?? KEY_DEFAULTS[name];
    // Without a key it is another item than with it.
    if (value !== undefined) key[name] = value;
  }
  return `k:${JSON.stringify(key)}`;
}
