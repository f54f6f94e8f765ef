import { FLUENTD_AT_PARAMS, FLUENTD_FILE, type FluentdKind, type FluentdShape } from './fluentd-tables.js';
import { type FluentdFault, type FluentdSection, paramOf, parseFluentd } from './fluentd-tree.js';

export { type FluentdRenderOptions, type FluentdResources, renderFluentdConfig } from './fluentd-operator.js';
export { paramOf, parseFluentd } from './fluentd-tree.js';

/**
 * Checks the text of a Fluentd configuration: its syntax, and that every section, plugin and parameter is known;
 * that no `@id` or label stands twice, and that every label that is sent to exists.
 *
 * @returns one line a fault, `line 12: what is wrong`, sorted by line; empty when all is well
 */
export function checkFluentdConfig(text: string): string[] {
  const { sections, faults } = parseFluentd(text);
  const root: FluentdSection = { name: 'file', argument: '', params: [], sections, line: 0 };
  return [...faults, ...shapeFaults(root, FLUENTD_FILE), ...identityFaults(sections)]
    .sort((a, b) => a.line - b.line)
    .map(({ line, message }) => `line ${line}: ${message}`);
}

function shapeFaults(section: FluentdSection, shape: FluentdShape): FluentdFault[] {
  const title = `<${section.name}>${paramOf(section, '@type') ? ` ${paramOf(section, '@type')}` : ''}`;
  const faults: FluentdFault[] = [];
  const seen = new Set<string>();
  for (const { key, line } of section.params) {
    if (!FLUENTD_AT_PARAMS.includes(key) && shape.params?.includes(key) === false) {
      faults.push({ line, message: `${title} does not know the parameter ${key}` });
    }
    if (seen.has(key)) {
      faults.push({ line, message: `${title}: ${key} stands twice` });
    }
    seen.add(key);
  }
  for (const key of shape.required ?? []) {
    if (!seen.has(key)) {
      faults.push({ line: section.line, message: `${title} has no ${key}` });
    }
  }
  for (const inner of section.sections) {
    const kind = shape.sections?.[inner.name];
    const found = kind ? shapeOf(inner, kind) : `${title} does not know the section <${inner.name}>`;
    faults.push(
      ...(typeof found === 'string' ? [{ line: inner.line, message: found }] : shapeFaults(inner, found)),
    );
  }
  return faults;
}

function shapeOf(section: FluentdSection, kind: FluentdKind): FluentdShape | string {
  if ('shape' in kind) {
    return kind.shape;
  }
  const type = paramOf(section, '@type');
  if (type === undefined) {
    return `<${section.name}> has no @type`;
  }
  return Object.hasOwn(kind.types, type) ? kind.types[type]! : `<${section.name}> has no plugin ${type}`;
}

function identityFaults(sections: readonly FluentdSection[]): FluentdFault[] {
  const faults: FluentdFault[] = [];
  const all = withInner(sections);
  const once = (what: string, values: readonly { value: string; line: number }[]) => {
    const seen = new Set<string>();
    for (const { value, line } of values) {
      if (seen.has(value)) {
        faults.push({ line, message: `${what} ${value} stands twice` });
      }
      seen.add(value);
    }
    return seen;
  };
  const valuesOf = (key: string) => all.flatMap(({ params }) => params.filter((param) => param.key === key));
  once('@id', valuesOf('@id'));
  const labels = once(
    'label',
    sections.filter(({ name }) => name === 'label').map(({ argument, line }) => ({ value: argument, line })),
  );
  for (const { value, line } of [...valuesOf('@label'), ...valuesOf('timeout_label')]) {
    if (!labels.has(value)) {
      faults.push({ line, message: `there is no label ${value}` });
    }
  }
  return faults;
}

function withInner(sections: readonly FluentdSection[]): FluentdSection[] {
  return sections.flatMap((section) => [section, ...withInner(section.sections)]);
}
