import { keyPath } from '../../config/path.js';
import { parseBytes } from '../../config/quantity.js';
import type { ListShape, ObjectShape, Shape, TextShape } from '../../config/shape.js';
import { EVENTS_SHAPE, FILE_SETTINGS } from './events-schema.js';

/** A flag of `opni-logging events`: one for each setting of `events.yaml`. */
export interface EventsFlag {
  /** Path of the setting, which is also the name of the flag: `shipper.url`. */
  readonly path: string;
  /** As a parser of command lines takes it, such as `--shipper.url <url>`. */
  readonly flags: string;
  /** The flag that says false, such as `--no-shipper.gzip`; only for true or false. */
  readonly negated?: string;
  /** One line for the help, without the default. */
  readonly description: string;
  /** Value when it stands neither on the command line nor in the file. The parser must not fill it in. */
  readonly default?: string | number | boolean | readonly string[];
  /** The words that are allowed. @default any */
  readonly choices?: readonly string[];
}

/** The flags, in the order of the schema. */
export function eventsFlags(): readonly EventsFlag[] {
  return leavesOf(EVENTS_SHAPE, '').map(({ path, shape }) => ({
    path,
    flags: `--${path}${argument(path, shape)}`,
    ...(shape.kind === 'boolean' && { negated: `--no-${path}` }),
    description: shape.description,
    ...(shape.default !== undefined && { default: shape.default as NonNullable<EventsFlag['default']> }),
    ...wordsOf(shape),
  }));
}

/** Of all values that a command line gave, those of {@link eventsFlags}. */
export function eventsFlagValues(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const paths = new Set(leavesOf(EVENTS_SHAPE, '').map(({ path }) => path));
  return Object.fromEntries(Object.entries(options).filter(([name]) => paths.has(name)));
}

/**
 * Flags as a file would hold them: nested, and numbers as numbers. What does not fit is left as it is; whoever checks
 * the settings says what is wrong with it.
 *
 * @param flags values by path; `undefined` counts as not given
 */
export function settingsOfFlags(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const leaves = new Map(leavesOf(EVENTS_SHAPE, '').map(({ path, shape }) => [path, shape]));
  const root = emptyMap();
  const given = Object.entries(flags).map(([path, value]) => ({ path, value, keys: path.split('.') }));
  // The deepest first: a value that stands where settings belong replaces them, and is refused later.
  given.sort((a, b) => b.keys.length - a.keys.length);
  for (const { path, value, keys } of given) {
    if (value === undefined) continue;
    const last = keys.pop()!;
    let map = root;
    for (const key of keys) {
      const child = (map[key] ?? emptyMap()) as Record<string, unknown>;
      map[key] = child;
      map = child;
    }
    const shape = leaves.get(path);
    map[last] = shape ? converted(value, shape) : value;
  }
  return root;
}

/** Without a prototype: a flag may be called `__proto__.x`. */
const emptyMap = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

interface Leaf {
  readonly path: string;
  readonly shape: Exclude<Shape, ObjectShape>;
}

function leavesOf(shape: ObjectShape, parent: string): readonly Leaf[] {
  return [...shape.properties].flatMap(([key, child]) => {
    const path = keyPath(parent, key);
    return child.kind === 'object' ? leavesOf(child, path) : [{ path, shape: child }];
  });
}

function converted(value: unknown, shape: Shape): unknown {
  if (shape.kind === 'list') return typeof value === 'string' ? [value] : value;
  if (typeof value !== 'string') return value;
  if (shape.kind === 'boolean') return value === 'true' || (value === 'false' ? false : value);
  if (shape.kind !== 'integer') return value;
  if (shape.unit === 'bytes') return bytesIn(value);
  return /^-?[0-9]+$/.test(value) ? Number(value) : value;
}

function bytesIn(text: string): number | string {
  try {
    return parseBytes(text);
  } catch {
    // The check of the settings tells what is allowed, together with all else that is wrong.
    return text;
  }
}

function argument(path: string, shape: Exclude<Shape, ObjectShape>): string {
  if (shape.kind === 'boolean') return '';
  if (shape.kind === 'list') return listArgument(path);
  if (shape.kind === 'integer') return shape.unit === 'bytes' ? ' <bytes>' : ' <number>';
  if (path === 'shipper.url') return ' <url>';
  if (FILE_SETTINGS.has(path)) return path.endsWith('older') ? ' <folder>' : ' <file>';
  return wordsOf(shape).choices ? ` <${path.replace(/^.*\./, '')}>` : ' <text>';
}

/** `source.kinds.include` takes kinds. */
const listArgument = (path: string): string => ` <${path.split('.').at(-2)}...>`;

function wordsOf(shape: Shape): { readonly choices?: readonly string[] } {
  const text = shape.kind === 'list' ? (shape as ListShape).item : shape;
  const values = text.kind === 'text' ? (text as TextShape).values : undefined;
  return values ? { choices: values } : {};
}
