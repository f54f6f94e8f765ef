const SIMPLE_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const SHOWN_KEY_CHARS = 64;
// Control and direction characters could change how a terminal shows a message.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text in double quotes, safe for a terminal. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The first characters of a text, with an ellipsis where something was cut. */
export function shortened(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars)}…`;
}

/** `parent.key`, or `parent["some key"]` where the key is no plain word. */
export function keyPath(parent: string, key: string): string {
  if (!SIMPLE_KEY.test(key)) return `${parent}[${quoted(shortened(key, SHOWN_KEY_CHARS))}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/** `parent[index]`. */
export const itemPath = (parent: string, index: number): string => `${parent}[${index}]`;

/** The keys (text) and indices (numbers) of a path written by {@link keyPath} and {@link itemPath}. */
export function splitPath(path: string): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  for (const [, word, index, key] of path.matchAll(/([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)) {
    if (word !== undefined) parts.push(word);
    else if (index !== undefined) parts.push(Number(index));
    else parts.push(JSON.parse(key!) as string);
  }
  return parts;
}

/** Is one of the two paths the other one, or a part of it? */
export function pathsOverlap(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return long.startsWith(short) && (long.length === short.length || '.['.includes(long[short.length]!));
}
