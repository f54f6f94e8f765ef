import { CONFIG_SHAPE } from './cluster-shape.js';
import { DEFAULT_RESOURCES } from './default-resources.js';
import { keyPath } from './path.js';
import type { SchemaNode } from './schema/parts.js';
import { CONFIG_SCHEMA } from './schema/schema.js';
import { type ObjectShape, type Shape, shapeOf } from './shape.js';
import type { ResourcesConfig } from './types.js';

/** Tables of all settings in Markdown, made from the schema. */
export function configurationReference(): string {
  const scalars = new Map([...CONFIG_SHAPE.properties].filter(([, shape]) => shape.kind !== 'object'));
  const sections = [...CONFIG_SHAPE.properties].filter(([, shape]) => shape.kind === 'object');
  const definitions = CONFIG_SCHEMA['definitions'] as Readonly<Record<string, SchemaNode>>;
  return [
    section('Top', 'Settings outside of any area.', { ...CONFIG_SHAPE, properties: scalars }, ''),
    ...sections.map(([key, shape]) => section(`\`${key}\``, shape.description, shape as ObjectShape, key)),
    ...Object.entries(definitions).map(([name, node]) => {
      const shape = shapeOf(node, definitions) as ObjectShape;
      return section(heading(name), shape.description, shape, '');
    }),
  ].join('\n');
}

function section(title: string, description: string, shape: ObjectShape, path: string): string {
  const head = `### ${title}\n\n${cell(description)}\n\n| Setting | Value | Default |\n| --- | --- | --- |\n`;
  return `${head}${rows(shape, path).join('\n')}\n`;
}

function rows(shape: ObjectShape, parent: string): readonly string[] {
  return [...shape.properties].flatMap(([key, child]) => {
    const path = keyPath(parent, key);
    const item = child.kind === 'list' && child.item.kind === 'object' ? child.item : undefined;
    const row = `| \`${path}\` | ${cell(child.description)} ${kind(child)} | ${fallback(child, shape, key, path)} |`;
    if (child.kind === 'object' && !child.definition) {
      // A section that is always there needs no row; one whose presence means something does.
      return child.default === undefined ? [row, ...rows(child, path)] : rows(child, path);
    }
    return item && !item.definition ? [row, ...rows(item, `${path}[]`)] : [row];
  });
}

function kind(shape: Shape): string {
  if (shape.definition) return `See [${heading(shape.definition)}](#${anchor(shape.definition)}).`;
  switch (shape.kind) {
    case 'object':
      return '_Section._';
    case 'textMap':
      return '_Map of text._';
    case 'any':
      return '_Map._';
    case 'list':
      return shape.item.kind === 'object' ? list(shape.item) : `_List._ ${kind(shape.item)}`;
    case 'boolean':
      return '_`true` or `false`._';
    case 'integer':
      return shape.maximum === Number.MAX_SAFE_INTEGER
        ? `_Number from ${shape.minimum}._`
        : `_Number from ${shape.minimum} to ${shape.maximum}._`;
    default:
      if (shape.values) return `_Allowed: ${shape.values.map((value) => `\`${value}\``).join(', ')}._`;
      return shape.hint ? `_Allowed: ${cell(shape.hint)}._` : '_Text._';
  }
}

const list = (item: ObjectShape): string =>
  item.definition ? `_List._ ${kind(item)}` : '_List of sections._';

function fallback(shape: Shape, parent: ObjectShape, key: string, path: string): string {
  if (parent.required.includes(key)) return '**required**';
  if (path in DEFAULT_RESOURCES) return resources(DEFAULT_RESOURCES[path as keyof typeof DEFAULT_RESOURCES]);
  if (shape.default === undefined) return '';
  return shape.kind === 'object' ? '' : `\`${cell(JSON.stringify(shape.default))}\``;
}

const resources = ({ requests, limits }: ResourcesConfig): string =>
  `requests: cpu \`${requests?.cpu}\`, memory \`${requests?.memory}\`; limits: memory \`${limits?.memory}\``;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const heading = (name: string): string => `Shared: ${name}`;
const anchor = (name: string): string => `shared-${name.toLowerCase()}`;
