/** The part of OpenAPI v3 that Kubernetes definitions and CRD schemas use. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** Named definitions that `$ref` points to. */
export type Definitions = Readonly<Record<string, Schema>>;

type Report = (path: string, message: string) => void;

/**
 * Checks a plain JSON value strictly: what the schema does not know is an error, unlike in JSON Schema.
 *
 * @param schema what the value must be
 * @param value the value; `undefined` members count as absent
 * @param path where the value stands, for the texts; empty for the whole object
 * @param definitions what `$ref` in the schema points to
 * @returns one line a fault, `path: what is wrong`, in the order of the value; empty when it fits
 */
export function checkValue(
  schema: Schema,
  value: unknown,
  path = '',
  definitions: Definitions = {},
): string[] {
  const faults: string[] = [];
  const report: Report = (at, message) => faults.push(`${at === '' ? '(root)' : at}: ${message}`);
  new Walker(definitions, report).walk(schema, value, path);
  return faults;
}

class Walker {
  constructor(
    private readonly definitions: Definitions,
    private readonly report: Report,
  ) {}

  walk(given: Schema, value: unknown, path: string): void {
    const schema = this.choose(given, value);
    if (value === null && schema.nullable) {
      return;
    }
    const wrong = wrongType(schema, value);
    if (wrong !== undefined) {
      this.report(path, wrong);
      return;
    }
    if (schema.enum && !schema.enum.includes(value)) {
      this.report(path, `${JSON.stringify(value)} is not one of ${schema.enum.map(String).join(', ')}`);
    }
    if (Array.isArray(value)) {
      this.list(schema, value, path);
    } else if (typeof value === 'object' && value !== null) {
      this.map(schema, value as Record<string, unknown>, path);
    } else {
      for (const message of scalarFaults(schema, value)) {
        this.report(path, message);
      }
    }
  }

  /** Follows `$ref`, and of `oneOf` takes the alternative whose type fits, so that the texts are exact. */
  private choose(schema: Schema, value: unknown): Schema {
    if (schema.$ref !== undefined) {
      const target = this.definitions[schema.$ref];
      if (!target) {
        throw new Error(`The schema points to ${schema.$ref}, which is not defined`);
      }
      return this.choose(target, value);
    }
    if (schema.oneOf) {
      const choices = schema.oneOf.map((choice) => this.choose(choice, value));
      return choices.find((choice) => wrongType(choice, value) === undefined) ?? choices[0]!;
    }
    return schema;
  }

  private list(schema: Schema, value: readonly unknown[], path: string): void {
    this.bounds('items', value.length, schema.minItems, schema.maxItems, path);
    value.forEach((item, index) => {
      if (schema.items) {
        this.walk(schema.items, item, `${path}[${index}]`);
      }
    });
    const keys = schema['x-kubernetes-list-map-keys'];
    if (!keys && schema['x-kubernetes-list-type'] !== 'set') {
      return;
    }
    const seen = new Set<string>();
    for (const item of value) {
      const id = keys ? keys.map((key) => `${key} ${keyOf(item, key)}`).join(', ') : JSON.stringify(item);
      if (seen.has(id)) {
        this.report(path, `two items with ${id}`);
      }
      seen.add(id);
    }
  }

  private map(schema: Schema, value: Readonly<Record<string, unknown>>, path: string): void {
    for (const name of schema.required ?? []) {
      if (value[name] === undefined) {
        this.report(join(path, name), 'required field is missing');
      }
    }
    for (const [name, member] of Object.entries(value)) {
      const at = join(path, name);
      const known = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
      if (member === undefined) {
        continue;
      }
      if (known) {
        this.walk(known, member, at);
      } else if (typeof schema.additionalProperties === 'object') {
        this.walk(schema.additionalProperties, member, at);
      } else if (!schema.additionalProperties && !schema['x-kubernetes-preserve-unknown-fields']) {
        this.report(at, 'unknown field');
      }
    }
  }

  private bounds(
    what: string,
    size: number,
    least: number | undefined,
    most: number | undefined,
    path: string,
  ): void {
    if (least !== undefined && size < least) {
      this.report(path, `${size} ${what}, at least ${least} are needed`);
    }
    if (most !== undefined && size > most) {
      this.report(path, `${size} ${what}, at most ${most} are allowed`);
    }
  }
}

/** The one default that takes part in list keys. */
function keyOf(item: unknown, key: string): string {
  const value = (item as Record<string, unknown> | null)?.[key];
  return String(value ?? (key === 'protocol' ? 'TCP' : 'none'));
}

function wrongType(schema: Schema, value: unknown): string | undefined {
  const found = typeName(value);
  if (schema['x-kubernetes-int-or-string']) {
    return found === 'integer' || found === 'string' || (schema.pattern !== undefined && found === 'number')
      ? undefined
      : `expected integer or string, found ${found}`;
  }
  const fits =
    schema.type === undefined || schema.type === found || (schema.type === 'number' && found === 'integer');
  return fits ? undefined : `expected ${schema.type}, found ${found}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function* scalarFaults(schema: Schema, value: unknown): Generator<string> {
  if (typeof value === 'number') {
    if (schema.format === 'int32' && Math.abs(value) > 2 ** 31 - 1) yield `${value} does not fit 32 bits`;
    if (schema.minimum !== undefined && value < schema.minimum) yield `${value} is below ${schema.minimum}`;
    if (schema.maximum !== undefined && value > schema.maximum) yield `${value} is above ${schema.maximum}`;
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(String(value))) {
    yield `${JSON.stringify(value)} does not match ${schema.pattern}`;
  }
  if (typeof value === 'string') {
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
    if (value.length < minLength) yield `shorter than ${minLength} characters`;
    if (value.length > maxLength) yield `longer than ${maxLength} characters`;
    if (schema.format === 'byte' && Buffer.from(value, 'base64').toString('base64') !== value)
      yield 'not base64';
    if (schema.format === 'date-time' && !DATE_TIME.test(value)) yield 'not an RFC 3339 time';
  }
}

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function join(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) {
    return `${path}[${JSON.stringify(name)}]`;
  }
  return path === '' ? name : `${path}.${name}`;
}
