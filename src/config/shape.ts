import type { SchemaNode } from './schema/parts.js';

interface ShapeBase {
  readonly title: string;
  readonly description: string;
  readonly examples: readonly unknown[];
  /** Name of the schema's definition, where several areas share it. */
  readonly definition?: string;
  /** Value when left out; deeply frozen. */
  readonly default?: unknown;
}

/** A map with known keys. */
export interface ObjectShape extends ShapeBase {
  readonly kind: 'object';
  readonly properties: ReadonlyMap<string, Shape>;
  readonly required: readonly string[];
  /** Keys of which at least one must be there; empty when there is no such rule. */
  readonly anyOf: readonly string[];
  /** One cluster's settings: what is written below a list of these is merged, not replaced. */
  readonly layer: boolean;
}

/** A map from any key to text. */
export interface TextMapShape extends ShapeBase {
  readonly kind: 'textMap';
  readonly value: TextShape;
}

/** A list. */
export interface ListShape extends ShapeBase {
  readonly kind: 'list';
  readonly item: Shape;
  readonly minItems: number;
}

/** What a text measures. */
export type Unit = 'bytes' | 'cpu' | 'duration';

/** Text. */
export interface TextShape extends ShapeBase {
  readonly kind: 'text';
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  /** What `pattern` allows, for people. */
  readonly hint?: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly unit?: Unit;
}

/** A whole number. */
export interface IntegerShape extends ShapeBase {
  readonly kind: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  /** What it counts, where a person may write it as in `16Mi`. */
  readonly unit?: 'bytes';
}

/** True or false. */
export interface BooleanShape extends ShapeBase {
  readonly kind: 'boolean';
}

/** A map that may hold anything. */
export interface AnyShape extends ShapeBase {
  readonly kind: 'any';
}

/** What the configuration may hold at one place: a schema node with references resolved. */
export type Shape =
  | ObjectShape
  | TextMapShape
  | ListShape
  | TextShape
  | IntegerShape
  | BooleanShape
  | AnyShape;

export type Definitions = Readonly<Record<string, SchemaNode>>;

const KEYWORDS = new Set(
  (
    '$schema title description type default examples properties required additionalProperties items enum ' +
    'pattern patternHint minLength maxLength minimum maximum minItems anyOf allOf $ref definitions unit'
  ).split(' '),
);

/** The shape of a schema node. The schema may use only the keywords that are known here. */
export function shapeOf(schema: SchemaNode, definitions: Definitions): Shape {
  const definition = definitionOf(schema);
  const node = resolved(schema, definitions);
  const unknown = Object.keys(node).find((keyword) => !KEYWORDS.has(keyword));
  if (unknown) throw new Error(`schema keyword "${unknown}" is not supported`);
  const base: ShapeBase = {
    title: node.title ?? '',
    description: node.description ?? '',
    examples: node.examples ?? [],
    ...(definition && { definition }),
    ...('default' in node && { default: deepFreeze(structuredClone(node.default)) }),
  };
  const amount = (keyword: string, otherwise: number) => (node[keyword] as number | undefined) ?? otherwise;
  switch (node.type) {
    case 'object':
      return objectShape(node, base, definitions);
    case 'array':
      return {
        ...base,
        kind: 'list',
        item: shapeOf(node.items!, definitions),
        minItems: amount('minItems', 0),
      };
    case 'integer':
      return {
        ...base,
        kind: 'integer',
        minimum: amount('minimum', Number.MIN_SAFE_INTEGER),
        maximum: amount('maximum', Number.MAX_SAFE_INTEGER),
        ...(node['unit'] === 'bytes' && { unit: 'bytes' }),
      };
    case 'boolean':
      return { ...base, kind: 'boolean' };
    case 'string': {
      const pattern = node.pattern === undefined ? undefined : new RegExp(node.pattern, 'u');
      return {
        ...base,
        kind: 'text',
        values: node.enum as readonly string[] | undefined,
        pattern,
        hint: node['patternHint'] as string | undefined,
        minLength: amount('minLength', 0),
        maxLength: amount('maxLength', Number.MAX_SAFE_INTEGER),
        unit: pattern && unitOf(pattern),
      };
    }
    default:
      throw new Error(`schema type "${node.type}" is not supported`);
  }
}

function objectShape(node: SchemaNode, base: ShapeBase, definitions: Definitions): Shape {
  if (node.properties) {
    const children = Object.entries(node.properties);
    const anyOf = (node['anyOf'] as readonly SchemaNode[] | undefined) ?? [];
    return {
      ...base,
      kind: 'object',
      properties: new Map(children.map(([key, child]) => [key, shapeOf(child, definitions)])),
      required: node.required ?? [],
      anyOf: anyOf.flatMap(({ required }) => required ?? []),
      layer: false,
    };
  }
  if (node.additionalProperties === true) return { ...base, kind: 'any' };
  const value = shapeOf(node.additionalProperties as SchemaNode, definitions) as TextShape;
  return { ...base, kind: 'textMap', value };
}

function definitionOf(node: SchemaNode): string | undefined {
  const reference = node.$ref ?? (node['allOf'] as readonly SchemaNode[] | undefined)?.[0]?.$ref;
  return reference?.replace('#/definitions/', '');
}

function resolved(node: SchemaNode, definitions: Definitions): SchemaNode {
  const name = definitionOf(node);
  if (name === undefined) return node;
  const { $ref: _ref, allOf: _allOf, ...own } = node;
  return { ...definitions[name], ...own };
}

/** The schema has no word for units, so a pattern is known by what it takes. */
function unitOf(pattern: RegExp): Unit | undefined {
  const takes = (text: string) => pattern.test(text);
  if (takes('a')) return undefined;
  if (takes('512Mi') && !takes('512')) return 'bytes';
  if (takes('500m') && takes('0.5')) return 'cpu';
  return takes('30s') && takes('2m') ? 'duration' : undefined;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
