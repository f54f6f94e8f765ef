import type { FieldsV1 } from '../../../src/kube/live-object.js';

/** Name of a list → the fields that tell its items apart. */
const KEYED: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumes: ['name'],
};
const SETS: ReadonlySet<string> = new Set(['finalizers']);
const WHOLE: ReadonlySet<string> = new Set(['selector', 'nodeSelector', 'secretKeyRef']);
const NAMING: ReadonlySet<string> = new Set(['name', 'namespace']);

type Fields = Readonly<Record<string, unknown>>;

/** What an API server records of an apply: a small part of its rules, enough for the objects of these tests. */
export function ownedBy(object: Fields): FieldsV1 {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const named = Object.entries((metadata ?? {}) as Fields).filter(([name]) => !NAMING.has(name));
  const owned = membersOf(rest);
  return named.length === 0 ? owned : { 'f:metadata': membersOf(Object.fromEntries(named)), ...owned };
}

const membersOf = (fields: Fields): FieldsV1 =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`f:${name}`, ownedIn(name, value)]));

function ownedIn(name: string, value: unknown): FieldsV1 {
  if (typeof value !== 'object' || value === null || WHOLE.has(name)) return {};
  if (!Array.isArray(value)) return membersOf(value as Fields);
  if (SETS.has(name)) return Object.fromEntries(value.map((item) => [`v:${JSON.stringify(item)}`, {}]));
  const keys = KEYED[name];
  if (!keys) return {};
  return Object.fromEntries(
    (value as Fields[]).map((item) => {
      const full: Fields = name === 'ports' ? { protocol: 'TCP', ...item } : item;
      const key = Object.fromEntries(keys.map((field) => [field, full[field]]));
      return [`k:${JSON.stringify(key)}`, { '.': {}, ...membersOf(item) }];
    }),
  );
}

/** The places of a set of fields that are owned, as text. */
export function placesIn(fields: FieldsV1, path = ''): string[] {
  const members = Object.keys(fields).filter((member) => member !== '.');
  const isOwned = path !== '' && (members.length === 0 || '.' in fields);
  return [
    ...(isOwned ? [path] : []),
    ...members.flatMap((member) => placesIn(fields[member]!, `${path}/${member}`)),
  ];
}
