/** A JSON Schema (draft 7) node, as far as the configuration needs it. */
export interface SchemaNode {
  readonly [keyword: string]: unknown;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly $ref?: string;
}

type Extra = Omit<SchemaNode, 'type' | 'title' | 'description'>;

/** Text value. */
export const text = (title: string, description: string, extra: Extra = {}): SchemaNode => ({
  type: 'string',
  title,
  description,
  minLength: 1,
  ...extra,
});

/** One of a closed set of words. */
export const choice = (
  title: string,
  description: string,
  values: readonly string[],
  extra: Extra = {},
): SchemaNode => ({ type: 'string', title, description, enum: values, ...extra });

/** True or false. */
export const flag = (title: string, description: string, value: boolean): SchemaNode => ({
  type: 'boolean',
  title,
  description,
  default: value,
});

/** Whole number within bounds. */
export const count = (title: string, description: string, extra: Extra): SchemaNode => ({
  type: 'integer',
  title,
  description,
  ...extra,
});

/** List; lists replace each other in a merge. */
export const list = (
  title: string,
  description: string,
  items: SchemaNode,
  extra: Extra = {},
): SchemaNode => ({ type: 'array', title, description, items, ...extra });

/** Object that is filled with its defaults when it is left out. */
export const section = (
  title: string,
  description: string,
  properties: Record<string, SchemaNode>,
  extra: Extra = {},
): SchemaNode => ({
  type: 'object',
  title,
  description,
  additionalProperties: false,
  properties,
  ...(extra.required ? {} : { default: {} }),
  ...extra,
});

/** Object that stays absent when it is left out: its presence means something. */
export const optional = (
  title: string,
  description: string,
  properties: Record<string, SchemaNode>,
  extra: Extra = {},
): SchemaNode => ({ type: 'object', title, description, additionalProperties: false, properties, ...extra });

/** Map from text to text, such as labels. */
export const textMap = (title: string, description: string, extra: Extra = {}): SchemaNode => ({
  type: 'object',
  title,
  description,
  additionalProperties: { type: 'string' },
  ...extra,
});

/** Amount of bytes in Kubernetes notation. Kubernetes also takes a bare number; a unit is asked for here because `20` is never meant. */
export const bytes = (title: string, description: string, extra: Extra = {}): SchemaNode =>
  text(title, description, {
    pattern: '^[0-9]+(\\.[0-9]+)?(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)$',
    patternHint: 'a size with a Kubernetes unit, such as 512Mi or 20Gi',
    ...extra,
  });

/** Amount of processor time in Kubernetes notation. */
export const cpu = (title: string, description: string, extra: Extra = {}): SchemaNode =>
  text(title, description, {
    pattern: '^([0-9]+m|[0-9]+(\\.[0-9]{1,3})?)$',
    patternHint: 'cores as "0.5" or "2" (quoted), or millicores as 500m',
    ...extra,
  });

/** Length of time. */
export const duration = (title: string, description: string, extra: Extra = {}): SchemaNode =>
  text(title, description, {
    pattern: '^[0-9]+(ms|s|m|h)$',
    patternHint: 'a number and one unit of ms, s, m or h, such as 30s or 2m',
    ...extra,
  });

/** Pattern of a port, 1 to 65535. */
export const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Name that is a DNS label (RFC 1123). */
export const dnsLabel = (title: string, description: string, extra: Extra = {}): SchemaNode =>
  text(title, description, {
    pattern: DNS_LABEL,
    maxLength: 63,
    patternHint: 'lower-case letters, digits and "-", beginning and ending with a letter or digit',
    ...extra,
  });

/** Name of a Kubernetes object (RFC 1123 subdomain). */
export const objectName = (title: string, description: string, extra: Extra = {}): SchemaNode =>
  text(title, description, {
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    patternHint: 'lower-case letters, digits, "-" and "."',
    ...extra,
  });

/** A definition of {@link definitions} by its name. */
export const ref = (name: string, title: string, description: string): SchemaNode => ({
  title,
  description,
  allOf: [{ $ref: `#/definitions/${name}` }],
});

const resourceAmounts = (what: string): SchemaNode =>
  optional(what, `${what} of the container.`, {
    cpu: cpu('CPU', 'Processor time.'),
    memory: bytes('Memory', 'Memory.'),
  });

/** Shapes that several areas use. */
export const definitions: Record<string, SchemaNode> = {
  secretKey: optional(
    'Secret key',
    'One key of an existing Secret in the stack’s namespace.',
    {
      name: objectName('Secret name', 'Name of the Secret.'),
      key: text('Key', 'Key in the Secret.'),
    },
    { required: ['name', 'key'] },
  ),
  resources: optional(
    'Resources',
    'Requests and limits of a container. What is given replaces the default of the same entry.',
    { requests: resourceAmounts('Requests'), limits: resourceAmounts('Limits') },
  ),
  toleration: optional('Toleration', 'A Kubernetes toleration.', {
    key: text('Key', 'Taint key.'),
    operator: choice('Operator', 'How the value is compared.', ['Exists', 'Equal']),
    value: { type: 'string', title: 'Value', description: 'Taint value.' },
    effect: choice('Effect', 'Taint effect; all effects when left out.', [
      'NoSchedule',
      'PreferNoSchedule',
      'NoExecute',
    ]),
    tolerationSeconds: count('Seconds', 'How long a NoExecute taint is tolerated, in seconds.', {
      minimum: 0,
    }),
  }),
};
