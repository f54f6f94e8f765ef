import type { Problem } from '../common/error.js';

/**
 * The part of JSON Schema (draft 7 and later) that the pipelines schema needs. Checking is done here rather than by a
 * compiled validator: compiling costs more than all the rest of a run.
 */
export interface SchemaNode {
  readonly type:
    | 'object'
    | 'array'
    | 'string'
    | 'integer'
    | 'boolean'
    | 'null'
    | readonly ('string' | 'number' | 'boolean')[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  /** `false` refuses other keys; a schema checks their values. */
  readonly additionalProperties?: false | SchemaNode;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** JSON Schema has the text of it; compiled here, since building one is the dearest part of a check. */
  readonly pattern?: RegExp;
  readonly enum?: readonly string[];
}

/** Everything in `value` that does not fit the schema. Values are never quoted in a message: they may be secrets. */
export function checkSchema(value: unknown, schema: SchemaNode, path: string): Problem[] {
  const type = typeOf(value);
  if (!accepts(schema.type, type)) {
    return [{ path, message: `must be ${[schema.type].flat().join(' or ')}, not ${type}` }];
  }
  if (typeof value === 'string') return checkString(value, schema, path);
  if (typeof value === 'number') return checkNumber(value, schema, path);
  if (Array.isArray(value)) return checkArray(value, schema, path);
  if (isRecord(value)) return checkObject(value, schema, path);
  return [];
}

type JsonType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'nothing';

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'object':
    case 'string':
    case 'boolean':
      return typeof value as 'object' | 'string' | 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    default:
      return 'nothing';
  }
}

function accepts(wanted: SchemaNode['type'], found: JsonType): boolean {
  if (typeof wanted === 'string') return wanted === found;
  const type = found === 'integer' ? 'number' : found;
  return wanted.some((one) => one === type);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function checkString(value: string, schema: SchemaNode, path: string): Problem[] {
  if (schema.enum && !schema.enum.includes(value)) {
    return [{ path, message: 'is none of the values allowed', fix: `use one of ${schema.enum.join(', ')}` }];
  }
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const length = [...value].length;
  if (length < minLength) return [{ path, message: `must have at least ${characters(minLength)}` }];
  if (length > maxLength) return [{ path, message: `must have at most ${characters(maxLength)}` }];
  if (schema.pattern && !schema.pattern.test(value)) {
    return [{ path, message: `does not match ${schema.pattern.source}` }];
  }
  return [];
}

const characters = (count: number): string => (count === 1 ? '1 character' : `${count} characters`);

function checkNumber(value: number, schema: SchemaNode, path: string): Problem[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (value < minimum) return [{ path, message: `must be at least ${minimum}, not ${value}` }];
  if (value > maximum) return [{ path, message: `must be at most ${maximum}, not ${value}` }];
  return [];
}

function checkArray(value: readonly unknown[], schema: SchemaNode, path: string): Problem[] {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  const problems: Problem[] = [];
  if (value.length < minItems) problems.push({ path, message: `must have at least ${minItems} item(s)` });
  if (value.length > maxItems) problems.push({ path, message: `must have at most ${maxItems} item(s)` });
  if (items) problems.push(...value.flatMap((item, index) => checkSchema(item, items, `${path}[${index}]`)));
  return problems;
}

function checkObject(value: Readonly<Record<string, unknown>>, schema: SchemaNode, path: string): Problem[] {
  const { properties = {}, required = [], additionalProperties, minProperties = 0 } = schema;
  const { maxProperties = Number.POSITIVE_INFINITY } = schema;
  const keys = Object.keys(value);
  const problems: Problem[] = [];
  for (const key of required) {
    if (!Object.hasOwn(value, key)) problems.push({ path: join(path, key), message: 'is missing' });
  }
  if (keys.length < minProperties)
    problems.push({ path, message: `must have at least ${minProperties} key(s)` });
  if (keys.length > maxProperties)
    problems.push({ path, message: `must have at most ${maxProperties} key(s)` });
  for (const key of keys) {
    const child = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (child === false) problems.push(unknownKey(join(path, key), Object.keys(properties)));
    else if (child) problems.push(...checkSchema(value[key], child, join(path, key)));
  }
  return problems;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function unknownKey(path: string, known: readonly string[]): Problem {
  return {
    path,
    message: 'is unknown, and Data Prepper refuses unknown keys',
    fix: `use one of ${known.join(', ')}`,
  };
}
