import { itemText } from '../../../../src/apply/fields/field-paths.js';
import { deduce, type FieldType, fieldOf, isJson, itemMember, type Json } from './field-type.js';

/** A place where a value does not have its type. */
export interface TypeProblem {
  /** As in `.spec.containers[name="a"].foo`. */
  readonly path: string;
  readonly message: string;
}

/**
 * What is wrong with the fields of an apply: those that the type does not have, and values of other types. Items of
 * keyed lists must have keys, and each of its own.
 */
export function typeProblems(value: unknown, type: FieldType, path = ''): TypeProblem[] {
  if (value === null || value === undefined) return [];
  const shape = deduce(type, value);
  const wrong = (message: string): TypeProblem[] => [{ path, message }];
  switch (shape.kind) {
    case 'scalar':
      if (shape.of === 'any') return typeof value === 'object' ? wrong('expected a scalar value') : [];
      if (typeof value === shape.of) return [];
      return wrong(`expected ${EXPECTED[shape.of]}, got ${GOT[shape.of](value)}`);
    case 'list': {
      if (!Array.isArray(value)) return wrong(`expected list, got &${goMap(value)}`);
      const seen = new Set<string>();
      return value.flatMap((item, index) => {
        if (shape.relation === 'atomic') return typeProblems(item, shape.items, `${path}[${index}]`);
        const member = itemMember(shape, item);
        if (member === undefined) {
          const keys = shape.keys.map((key) => JSON.stringify(key)).join(' ');
          const message = `element ${index}: associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`;
          return [{ path, message }];
        }
        const place = path + itemText(member);
        if (seen.has(member)) return [{ path, message: `duplicate entries for key ${itemText(member)}` }];
        seen.add(member);
        return typeProblems(item, shape.items, place);
      });
    }
    case 'map':
      if (!isJson(value)) return wrong(`expected map, got &${goMap(value)}`);
      return Object.entries(value).flatMap(([name, item]) => {
        const below = fieldOf(shape, name);
        if (!below) return [{ path: `${path}.${name}`, message: 'field not declared in schema' }];
        return typeProblems(item, below, `${path}.${name}`);
      });
  }
}

/** What was there instead, as the server prints it. */
const GOT = {
  string: (value: unknown) => `&value.valueUnstructured{Value:${value}}`,
  number: (value: unknown) => (typeof value === 'boolean' ? 'bool' : typeof value),
  boolean: String,
} as const;

const EXPECTED = { string: 'string', number: 'numeric (int or float)', boolean: 'boolean' } as const;

const goMap = (value: unknown) => `{${typeof value === 'string' ? value : JSON.stringify(value)}}`;

/** Problems in the words of an apply that is refused. */
export const problemsText = (problems: readonly TypeProblem[]): string =>
  problems.length === 1
    ? `${problems[0]!.path}: ${problems[0]!.message}`
    : `errors:\n${problems.map(({ path, message }) => `  ${path}: ${message}`).join('\n')}`;

/** An object without the fields that its type does not have, and their paths, as in `spec.a[0].b`. */
export function withoutUnknown(
  value: unknown,
  type: FieldType,
  path = '',
): { readonly value: unknown; readonly unknown: readonly string[] } {
  const shape = deduce(type, value);
  const unknown: string[] = [];
  if (shape.kind === 'list' && Array.isArray(value)) {
    const items = value.map((item, index) => {
      const result = withoutUnknown(item, shape.items, `${path}[${index}]`);
      unknown.push(...result.unknown);
      return result.value;
    });
    return { value: items, unknown };
  }
  if (shape.kind !== 'map' || !isJson(value)) return { value, unknown };
  const kept: Json = {};
  for (const [name, item] of Object.entries(value)) {
    const place = path === '' ? name : `${path}.${name}`;
    const below = fieldOf(shape, name);
    if (!below) {
      unknown.push(place);
      continue;
    }
    const result = withoutUnknown(item, below, place);
    unknown.push(...result.unknown);
    kept[name] = result.value;
  }
  return { value: kept, unknown };
}

/** The first value that cannot be read into its type, when an object is decoded. */
export function decodeProblem(value: unknown, type: FieldType, path = ''): string | undefined {
  if (value === null || value === undefined) return undefined;
  const shape = deduce(type, value);
  const is = Array.isArray(value) ? 'array' : typeof value;
  const cannot = (wanted: string) =>
    `json: cannot unmarshal ${is} into Go struct field ${path} of type ${wanted}`;
  if (shape.kind === 'scalar') {
    if (shape.of === 'any') return typeof value === 'object' ? cannot('string') : undefined;
    return typeof value === shape.of ? undefined : cannot(shape.of === 'number' ? 'int32' : shape.of);
  }
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) return cannot('[]interface {}');
    return firstOf(value, (item) => decodeProblem(item, shape.items, path));
  }
  if (!isJson(value)) return cannot('map[string]interface {}');
  return firstOf(Object.entries(value), ([name, item]) => {
    const below = fieldOf(shape, name);
    return below && decodeProblem(item, below, path === '' ? name : `${path}.${name}`);
  });
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
