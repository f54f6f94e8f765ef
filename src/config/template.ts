import { CONFIG_SHAPE } from './cluster-shape.js';
import { keyPath, splitPath } from './path.js';
import type { ObjectShape, Shape } from './shape.js';
import type { ClusterConfig } from './types.js';

/** What {@link configTemplate} writes as settings. */
export interface TemplateValues {
  /** Name of the cluster. */
  readonly name: string;
  readonly distribution: ClusterConfig['cluster']['distribution'];
  /** Address of OpenSearch. */
  readonly url: string;
  /** Account in OpenSearch. */
  readonly username: string;
  /** UID of the `kube-system` namespace. @default none */
  readonly id?: string;
  /** Such as `1.31`. @default none */
  readonly kubernetesVersion?: string;
  /** Namespace of the stack. @default the schema's */
  readonly namespace?: string;
  /** Address or path of the JSON Schema, for editors. @default none */
  readonly schema?: string;
}

/** Settings that most clusters change at some time, with a value where the schema has neither default nor example. */
const SHOWN: readonly (readonly [path: string, example?: unknown])[] = [
  ['cluster.kubernetesVersion'],
  ['namespace'],
  ['opensearch.passwordSecret.name', 'opni-opensearch-auth'],
  ['opensearch.passwordSecret.key'],
  ['opensearch.ca.kind'],
  ['opensearch.ca.name', 'opensearch-ca'],
  ['opensearch.index.prefix'],
  ['opensearch.index.layout'],
  ['collection.pods.excludeNamespaces'],
  ['collection.pods.multilineLanguages'],
  ['collection.hostLogs.enabled'],
  ['collection.auditLog.enabled'],
  ['collection.events.enabled'],
  ['aggregator.replicas'],
  ['aggregator.storage.size'],
  ['aggregator.storage.className', 'standard'],
  ['shipper.replicas'],
  ['operator.mode'],
  ['operator.version'],
  ['images.registry'],
  ['images.pullSecrets'],
  ['scheduling.nodeSelector'],
  ['scheduling.tolerations'],
  ['security.networkPolicies.enabled'],
  ['security.selinux.enabled'],
];

const LINE_WIDTH = 110;

const NOTE = '# A "#" right before a setting hides a default or an example; remove it to change the setting.';

/**
 * The text of a new configuration file: the given values, and the settings that are changed most often as comments. A
 * comment with one space after `#` is prose; any other is a setting.
 */
export function configTemplate(values: TemplateValues): string {
  const { name, distribution, url, username, id, kubernetesVersion, namespace, schema } = values;
  const given = new Map<string, unknown>([
    ['apiVersion', (CONFIG_SHAPE.properties.get('apiVersion') as { values?: readonly string[] }).values?.[0]],
    ['cluster.name', name],
    ['cluster.id', id],
    ['cluster.distribution', distribution],
    ['cluster.kubernetesVersion', kubernetesVersion],
    ['namespace', namespace],
    ['opensearch.url', url],
    ['opensearch.username', username],
  ]);
  for (const [path, value] of given) if (value === undefined) given.delete(path);
  const lines = new TemplateWriter(given).lines(CONFIG_SHAPE);
  return `${[...(schema ? [`# yaml-language-server: $schema=${schema}`] : []), NOTE, ...lines].join('\n')}\n`;
}

class TemplateWriter {
  readonly #given: ReadonlyMap<string, unknown>;
  readonly #shown = new Map<string, unknown>(SHOWN.map(([path, example]) => [path, example]));

  constructor(given: ReadonlyMap<string, unknown>) {
    this.#given = given;
  }

  lines(shape: ObjectShape, path = ''): readonly string[] {
    return [...shape.properties].flatMap(([key, child]) => this.#setting(key, child, keyPath(path, key)));
  }

  #setting(key: string, shape: Shape, path: string): readonly string[] {
    const indent = '  '.repeat(splitPath(path).length - 1);
    if (shape.kind === 'object') {
      const below = this.lines(shape, path);
      if (below.length === 0) return [];
      const mark = below.some((line) => !line.startsWith('#')) ? '' : '#';
      const heading = indent === '' ? ['', `# ${shape.description}`] : [];
      return [...heading, `${mark}${indent}${key}:`, ...below];
    }
    if (this.#given.has(path)) return [`${indent}${key}: ${flow(this.#given.get(path))}`];
    if (!this.#shown.has(path)) return [];
    const value = this.#shown.get(path) ?? shape.default ?? shape.examples[0];
    const setting = `#${indent}${key}: ${flow(value)}`;
    const prose = `# ${firstSentence(shape.description)}`;
    const both = `${setting}  ${prose}`;
    return both.length > LINE_WIDTH ? [prose, setting] : [both];
  }
}

const firstSentence = (text: string): string => /^.*?[.;](?= |$)/.exec(text)?.[0].replace(/;$/, '.') ?? text;

const PLAIN_TEXT = /^([A-Za-z][\w./:-]*\w|[0-9]+[A-Za-z]+)$/;
const RESERVED = /^(true|false|null|yes|no|on|off)$/i;

/** A value in YAML, on one line; text only without quotes where nothing else could be read. */
function flow(value: unknown): string {
  if (typeof value === 'string') {
    return PLAIN_TEXT.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, child]) => `${flow(key)}: ${flow(child)}`);
  return `{${pairs.join(', ')}}`;
}
