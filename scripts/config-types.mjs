// Writes src/config/types.ts from the JSON Schema of the configuration. Run by `npm run types`.
// For every object two interfaces: what a user may write (…Input) and what the program reads once defaults are in.
import { writeFileSync } from 'node:fs';

const { CONFIG_SCHEMA } = await import('../lib/src/config/schema/schema.js');
const out = new Map();

const pascal = (text) => text[0].toUpperCase() + text.slice(1);
const nameOf = (parent, key) => {
  if (parent !== 'ClusterConfig') return `${parent.replace(/Config$/, '')}${pascal(key)}Config`;
  return key === 'cluster' ? 'IdentityConfig' : `${pascal(key)}Config`;
};
const refName = (ref) => `${pascal(ref.split('/').pop())}Config`;

/** Does the input of this node differ from its resolved form? */
function differs(node) {
  if (node.allOf) return false;
  if (node.type === 'array') return differs(node.items);
  if (node.type !== 'object' || !node.properties) return false;
  return Object.values(node.properties).some((child) => 'default' in child || differs(child));
}

function typeOf(node, name, input) {
  if (node.allOf) return refName(node.allOf[0].$ref);
  if (node.$ref) return refName(node.$ref);
  if (node.enum) return node.enum.map((value) => `'${value}'`).join(' | ');
  if (node.type === 'array') {
    const item = typeOf(node.items, name.replace(/s?Config$/, 'ItemConfig'), input);
    return item.includes('|') ? `readonly (${item})[]` : `readonly ${item}[]`;
  }
  if (node.type === 'object') {
    if (node.properties) {
      emit(node, name);
      return input && differs(node) ? name.replace(/Config$/, 'Input') : name;
    }
    return node.additionalProperties === true
      ? 'Readonly<Record<string, unknown>>'
      : 'Readonly<Record<string, string>>';
  }
  return { string: 'string', integer: 'number', number: 'number', boolean: 'boolean' }[node.type];
}

function literal(value) {
  return JSON.stringify(value).replaceAll('"', "'");
}

function emit(node, name) {
  if (out.has(name)) return;
  out.set(name, '');
  const variants = differs(node) ? [false, true] : [false];
  const text = variants.map((input) => {
    const title = input ? name.replace(/Config$/, 'Input') : name;
    const lines = [
      `/** ${node.description}${input ? ' As a user writes it.' : ''} */`,
      `export interface ${title} {`,
    ];
    for (const [key, child] of Object.entries(node.properties)) {
      const required = node.required?.includes(key) || (!input && 'default' in child);
      const fallback =
        'default' in child && !(child.type === 'object' && child.properties) ? child.default : undefined;
      const tag =
        required && !('default' in child)
          ? ''
          : ` @default ${fallback === undefined ? (child.default ? 'its own defaults' : 'none') : literal(fallback)}`;
      lines.push(`  /** ${child.description ?? node.title}${tag} */`);
      lines.push(`  readonly ${key}${required ? '' : '?'}: ${typeOf(child, nameOf(name, key), input)};`);
    }
    return [...lines, '}'].join('\n');
  });
  out.set(name, text.join('\n\n'));
}

for (const [key, node] of Object.entries(CONFIG_SCHEMA.definitions)) emit(node, `${pascal(key)}Config`);
emit(CONFIG_SCHEMA, 'ClusterConfig');
const header =
  '// Made by scripts/config-types.mjs from the JSON Schema in src/config/schema/. Do not edit.\n';
writeFileSync(
  new URL('../src/config/types.ts', import.meta.url),
  `${header}\n${[...out.values()].join('\n\n')}\n`,
);
