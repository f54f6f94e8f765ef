/** A map of unknown content, as in a rendered object. */
export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};
const NO_ITEMS: readonly unknown[] = [];

/** The value as a map; an empty one where it is none, so that rules need not ask at every level. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NO_FIELDS;
}

/** The value as a list; an empty one where it is none. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS;
}

/** The value as text that is not empty; nothing where it is none. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value below a row of keys; nothing where one of them is missing. */
export function read(value: unknown, ...keys: readonly string[]): unknown {
  let current = value;
  for (const key of keys) current = fields(current)[key];
  return current;
}

/** Is nothing written in the map? */
export function isEmpty(value: unknown): boolean {
  for (const _ in fields(value)) return false;
  return true;
}

/** A `hostPath`, or any other path, without slashes at its end. */
export const trimPath = (path: string): string => path.replace(/(?<=.)\/+$/, '');

/** Is the path the folder itself, or in it? */
export const isWithin = (path: string, folder: string): boolean =>
  trimPath(path) === trimPath(folder) || path.startsWith(`${trimPath(folder)}/`);
