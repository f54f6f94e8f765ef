import type { FieldsV1 } from '../../kube/live-object.js';

/**
 * The paths in a set of fields, in the spelling of the API server's own messages, as in
 * `.spec.template.spec.containers[name="x"].image`.
 */
export function fieldPaths(fields: FieldsV1): string[] {
  const paths: string[] = [];
  const visit = (node: FieldsV1, path: string) => {
    const members = Object.keys(node).filter((member) => member !== '.');
    if (members.length === 0) paths.push(path);
    for (const member of members) visit(node[member]!, path + memberText(member));
  };
  visit(fields, '');
  return paths.filter((path) => path !== '');
}

/** A field in a path. */
export const nameText = (name: string): string => `.${name}`;

/** An item of a list in a path, from its `k:`, `v:` or `i:` member. */
export function itemText(member: string): string {
  const content = member.slice(2);
  if (member.startsWith('v:')) return `[=${content}]`;
  return member.startsWith('k:')
    ? keyText(JSON.parse(content) as Readonly<Record<string, unknown>>)
    : `[${content}]`;
}

/** An item of a list in a path, by the fields that tell it from the others. */
export function keyText(key: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(key).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${parts.join(',')}]`;
}

const memberText = (member: string) =>
  member.startsWith('f:') ? nameText(member.slice(2)) : itemText(member);
