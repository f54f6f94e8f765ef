import type { KubernetesObject } from './kubernetes-object.js';
import { toYaml } from './yaml.js';

/** Text format of a manifest. */
export type OutputFormat = 'yaml' | 'json';

/**
 * The text of one file with several objects: YAML documents divided by `---`, or one JSON `List`.
 *
 * @param objects what the file holds, in order; at least one
 * @param format `yaml` or `json`
 */
export function serializeAll(objects: readonly KubernetesObject[], format: OutputFormat): string {
  if (format === 'json') return json({ apiVersion: 'v1', kind: 'List', items: objects });
  return objects.map(toYaml).join('---\n');
}

/** The text of one file with one object. */
export function serializeOne(object: KubernetesObject, format: OutputFormat): string {
  return format === 'json' ? json(object) : toYaml(object);
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
