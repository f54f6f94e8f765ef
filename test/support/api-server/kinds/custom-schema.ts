import { type FieldType, isJson, type Json, type MapType, OPEN, SCALAR } from '../fields/field-type.js';
import { type FieldError, invalidValue, requiredValue } from '../requests/refusal.js';

/** A schema in a definition. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

/** The schema of one version of a custom kind. */
export interface CustomSchema {
  /** Name of the definition. */
  readonly definition: string;
  readonly schema: Schema;
}

/** How values of a schema are owned. */
export function typeOfSchema(schema: Schema): FieldType {
  if (schema['x-kubernetes-int-or-string']) return SCALAR;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  switch (schema.type) {
    case 'array':
      return listType(schema);
    case 'object': {
      const { additionalProperties } = schema;
      const values = typeof additionalProperties === 'object' ? typeOfSchema(additionalProperties) : OPEN;
      const fields = Object.entries(schema.properties ?? {});
      if (schema['x-kubernetes-embedded-resource']) {
        fields.unshift(
          ...['apiVersion', 'kind', 'metadata'].map((name): [string, Schema] => [name, ANYTHING]),
        );
      }
      return {
        kind: 'map',
        fields: new Map(fields.map(([name, below]) => [name, typeOfSchema(below)])),
        required: new Set(schema.required),
        rest: open || additionalProperties ? values : undefined,
        atomic: schema['x-kubernetes-map-type'] === 'atomic',
      };
    }
    case 'string':
    case 'boolean':
      return { kind: 'scalar', of: schema.type };
    case 'integer':
    case 'number':
      return { kind: 'scalar', of: 'number' };
    default:
      return OPEN;
  }
}

const ANYTHING: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

function listType(schema: Schema): FieldType {
  const items = typeOfSchema(schema.items ?? {});
  const kind = schema['x-kubernetes-list-type'];
  if (kind === 'map') {
    return { kind: 'list', items, relation: 'keyed', keys: schema['x-kubernetes-list-map-keys'] ?? [] };
  }
  return { kind: 'list', items, relation: kind === 'set' ? 'set' : 'atomic', keys: [] };
}

/** Type of a custom kind, with what every object has. */
export function typeOfKind(schema: Schema, metadata: FieldType): MapType {
  const type = typeOfSchema({ ...schema, type: 'object' }) as MapType;
  const fields = new Map(type.fields)
    .set('apiVersion', { kind: 'scalar', of: 'string' } as const)
    .set('kind', { kind: 'scalar', of: 'string' } as const)
    .set('metadata', metadata);
  return { ...type, fields };
}

/** An object with the defaults of its schema filled in; a null counts as absent where it is not allowed. */
export function withDefaults(value: unknown, schema: Schema | undefined): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) return value.map((item) => withDefaults(item, schema.items));
  if (!isJson(value)) return value;
  const filled: Json = {};
  for (const [name, item] of Object.entries(value)) {
    const below = schemaAt(schema, name);
    if (item === null && below && !below.nullable) continue;
    filled[name] = withDefaults(item, below);
  }
  for (const [name, below] of Object.entries(schema.properties ?? {})) {
    if (filled[name] === undefined && below.default !== undefined) {
      filled[name] = withDefaults(structuredClone(below.default), below);
    }
  }
  return filled;
}

const schemaAt = ({ properties, additionalProperties }: Schema, name: string): Schema | undefined =>
  properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);

/** What is wrong with an object by its schema. */
export function schemaErrors(value: unknown, schema: Schema | undefined, path = ''): FieldError[] {
  if (!schema || (value === null && schema.nullable)) return [];
  const wrong = typeError(value, schema, path);
  if (wrong) return [wrong];
  const errors: FieldError[] = [];
  if (schema.enum && !schema.enum.includes(value)) {
    const supported = schema.enum.map((one) => JSON.stringify(one)).join(', ');
    errors.push({
      reason: 'FieldValueNotSupported',
      field: path,
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
    });
  }
  if (schema.pattern && typeof value === 'string' && !new RegExp(schema.pattern).test(value)) {
    const why = `${path} in body should match '${schema.pattern}'`;
    errors.push(invalidValue(path, value, why));
  }
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
    errors.push(
      invalidValue(path, value, `${path} in body should be greater than or equal to ${schema.minimum}`),
    );
  }
  if (typeof value === 'number' && schema.maximum !== undefined && value > schema.maximum) {
    errors.push(
      invalidValue(path, value, `${path} in body should be less than or equal to ${schema.maximum}`),
    );
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      errors.push(...schemaErrors(item, schema.items, `${path}[${index}]`));
  } else if (isJson(value)) {
    const at = (name: string) => (path === '' ? name : `${path}.${name}`);
    for (const name of schema.required ?? []) {
      if (value[name] === undefined) errors.push(requiredValue(at(name)));
    }
    for (const [name, item] of Object.entries(value)) {
      errors.push(...schemaErrors(item, schemaAt(schema, name), at(name)));
    }
  }
  return errors;
}

function typeError(value: unknown, schema: Schema, path: string): FieldError | undefined {
  const { type } = schema;
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || typeof value === 'number'
      ? undefined
      : mismatch(value, 'integer,string', path);
  }
  if (!type) return undefined;
  const actual = typeName(value);
  const fits = actual === type || (type === 'number' && actual === 'integer');
  return fits ? undefined : mismatch(value, type, path);
}

const mismatch = (value: unknown, type: string, path: string): FieldError => ({
  reason: 'FieldValueTypeInvalid',
  field: path,
  message: `Invalid value: ${JSON.stringify(typeName(value))}: ${path} in body must be of type ${type}: ${JSON.stringify(typeName(value))}`,
});

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
