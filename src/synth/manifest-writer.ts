import { yamlText } from '../common/yaml.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';

/** Text format of a manifest. */
export type OutputFormat = 'yaml' | 'json';

/** Turns objects into text. */
export class ManifestWriter {
  /** Texts of frozen fields. Definitions are the same objects for every cluster, and most of the text of each. */
  private readonly texts = new WeakMap<object, string>();

  /** @param format also the ending of file names */
  constructor(readonly format: OutputFormat) {}

  /** One file with several objects: YAML documents divided by `---`, or one JSON `List`. */
  all(objects: readonly KubernetesObject[]): string {
    if (this.format === 'json') return json({ apiVersion: 'v1', kind: 'List', items: objects });
    return objects.map((object) => this.document(object)).join('---\n');
  }

  /** One file with one object. */
  one(object: KubernetesObject): string {
    return this.format === 'json' ? json(object) : this.document(object);
  }

  private document(object: KubernetesObject): string {
    if (!Object.values(object).some(isConstant)) return yamlText(object);
    return Object.entries(object)
      .map(([key, value]) => (isConstant(value) ? this.constant(key, value) : yamlText({ [key]: value })))
      .join('');
  }

  private constant(key: string, value: object): string {
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    const text = yamlText({ [key]: value });
    this.texts.set(value, text);
    return text;
  }
}

const isConstant = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.isFrozen(value);

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
