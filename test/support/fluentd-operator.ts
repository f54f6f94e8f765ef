import { createHash } from 'node:crypto';
import { filterSection, type Json, type JsonMap, params, section, sortedJson } from './fluentd-plugins.js';
import { type FluentdSection, renderFluentd } from './fluentd-tree.js';

/** What the Logging Operator reads. Plain objects, as they are applied. */
export interface FluentdResources {
  readonly logging: JsonMap;
  readonly clusterFlows: readonly JsonMap[];
  readonly clusterOutputs: readonly JsonMap[];
}

/** What the objects do not say. */
export interface FluentdRenderOptions {
  /** The record key of the message, which the operator takes from the container runtime of the nodes. @default message */
  readonly logKey?: string;
  /** Looks up a Secret value for `valueFrom`. @default a lookup throws */
  readonly secretValue?: (namespace: string, name: string, key: string) => string;
}

/**
 * The text of `fluentd.conf` that the Logging Operator (6.7 and 4.10 alike) renders from these objects. Knows the
 * plugins that this project emits.
 *
 * @throws Error for anything that the operator would refuse, or that this renderer does not know
 */
export function renderFluentdConfig(resources: FluentdResources, options: FluentdRenderOptions = {}): string {
  return renderFluentd(new Renderer(resources, options).all());
}

const map = (value: Json | undefined): JsonMap => (value ?? {}) as JsonMap;
const list = (value: Json | undefined): readonly JsonMap[] => (value ?? []) as readonly JsonMap[];
const text = (value: Json | undefined): string => (value ?? '') as string;
const nameOf = (object: JsonMap) => text(map(object['metadata'])['name']);
const namespaceOf = (object: JsonMap) => text(map(object['metadata'])['namespace']);
const byName = (a: JsonMap, b: JsonMap) =>
  `${namespaceOf(a)}/${nameOf(a)}` < `${namespaceOf(b)}/${nameOf(b)}` ? -1 : 1;

class Renderer {
  private readonly spec: JsonMap;
  private readonly fluentd: JsonMap;
  private readonly flows: readonly JsonMap[];
  private readonly outputs: readonly JsonMap[];

  constructor(
    resources: FluentdResources,
    private readonly options: FluentdRenderOptions,
  ) {
    this.spec = map(resources.logging['spec']);
    this.fluentd = map(this.spec['fluentd']);
    this.flows = resources.clusterFlows.filter((flow) => this.seen(flow)).sort(byName);
    this.outputs = resources.clusterOutputs.filter((output) => this.seen(output)).sort(byName);
    if (this.spec['defaultFlow'] || map(this.fluentd['tls'])['enabled']) {
      throw new Error('The renderer knows neither defaultFlow nor TLS of the aggregator');
    }
  }

  all(): FluentdSection[] {
    const source = section('source', { type: 'forward', id: 'main_forward' }, [
      ['bind', '0.0.0.0'],
      ['port', '24240'],
    ]);
    const routes = this.flows.map((flow) => this.route(flow));
    const metrics = this.fluentd['metrics'] === undefined ? 'false' : 'true';
    const router = { argument: '**', type: 'label_router', id: 'main' };
    return [
      source,
      ...list(this.spec['globalFilters']).map((item, index) => this.filter(item, `globalFilter:${index}`)),
      section('match', router, [['metrics', metrics]], routes),
      ...this.flows.map((flow) => this.label(flow)),
      section('label', { argument: '@ERROR' }, [], [this.errorOutput()]),
    ];
  }

  /** Only objects of this Logging, in its control namespace, are read. */
  private seen(object: JsonMap): boolean {
    return (
      text(map(object['spec'])['loggingRef']) === text(this.spec['loggingRef']) &&
      (this.spec['allowClusterResourcesFromAllNamespaces'] === true ||
        namespaceOf(object) === text(this.spec['controlNamespace']))
    );
  }

  private route(flow: JsonMap): FluentdSection {
    const matches = this.matches(flow).map(({ criteria, negate }) => {
      const found: [string, string][] = [['negate', String(negate)]];
      for (const key of ['hosts', 'container_names', 'namespaces', 'namespaces_regex']) {
        const given = (criteria[key] ?? []) as readonly string[];
        // Hashing the label sorts the namespaces of the match for good.
        const values = key === 'namespaces' ? [...given].sort() : given;
        if (values.length > 0) {
          found.push([key, values.join(',')]);
        }
      }
      for (const key of ['labels', 'namespace_labels']) {
        const pairs = Object.entries(map(criteria[key]))
          .sort()
          .map(([name, value]) => `${name}:${value}`);
        if (pairs.length > 0) {
          found.push([key, pairs.join(',')]);
        }
      }
      return section('match', {}, found);
    });
    const labels = sortedJson({ id: flowId(flow) });
    return section('route', { label: this.flowLabel(flow) }, [['metrics_labels', labels]], matches);
  }

  private matches(flow: JsonMap): { criteria: JsonMap; negate: boolean }[] {
    const match = map(flow['spec'])['match'];
    if (match === undefined) {
      throw new Error(`ClusterFlow ${nameOf(flow)}: the renderer wants a match`);
    }
    return list(match).flatMap(({ select, exclude }) => {
      if (select && exclude) {
        throw new Error(`ClusterFlow ${nameOf(flow)}: select and exclude in one match`);
      }
      const criteria = select ?? exclude;
      return criteria ? [{ criteria: map(criteria), negate: exclude !== undefined }] : [];
    });
  }

  private flowLabel(flow: JsonMap): string {
    const hash = createHash('md5').update(nameOf(flow)).update(namespaceOf(flow));
    for (const { criteria } of this.matches(flow)) {
      for (const namespace of [...((criteria['namespaces'] ?? []) as readonly string[])].sort()) {
        hash.update(namespace);
      }
      for (const key of ['labels', 'namespace_labels']) {
        for (const [name, value] of Object.entries(map(criteria[key])).sort()) {
          hash.update(name).update(String(value));
        }
      }
    }
    return `@${hash.digest('hex')}`;
  }

  private label(flow: JsonMap): FluentdSection {
    const id = flowId(flow);
    const spec = map(flow['spec']);
    const filters = list(spec['filters']).map((item, index) => this.filter(item, `${id}:${index}`));
    const refs = (spec['globalOutputRefs'] ?? []) as readonly string[];
    const outputs = refs.map((ref) => {
      const output = this.output(ref);
      return this.http(output, `${id}:clusteroutput:${namespaceOf(output)}:${nameOf(output)}`);
    });
    const copy = section('match', { argument: '**', type: 'copy' }, [], outputs.map(asStore));
    const sections = [...filters, ...(outputs.length > 1 ? [copy] : outputs)];
    return section('label', { argument: this.flowLabel(flow) }, [], sections);
  }

  private filter(item: JsonMap, id: string): FluentdSection {
    return filterSection(item, id, this.options.logKey ?? 'message');
  }

  private errorOutput(): FluentdSection {
    const ref = text(this.spec['errorOutputRef']);
    return ref === ''
      ? section('match', { argument: '**', type: 'null', id: 'main-fluentd-error' })
      : this.http(this.output(ref), 'main-fluentd-error');
  }

  private output(ref: string): JsonMap {
    const output = this.outputs.find((object) => nameOf(object) === ref);
    if (!output) {
      throw new Error(`There is no ClusterOutput ${ref} for this Logging`);
    }
    return output;
  }

  private http(output: JsonMap, id: string): FluentdSection {
    const { loggingRef: _, protected: __, enabledNamespaces: ___, ...targets } = map(output['spec']);
    if (Object.keys(targets).join() !== 'http') {
      throw new Error(
        `ClusterOutput ${nameOf(output)}: the renderer knows http only, found ${Object.keys(targets)}`,
      );
    }
    const { buffer, format, auth, ...rest } = map(targets['http']);
    const secrets = (values: JsonMap) => this.withSecrets(values, namespaceOf(output));
    const { type, ...formatParams } = map(format);
    const sections = [
      ...(map(buffer)['disabled'] === true ? [] : [this.buffer(map(buffer), id)]),
      ...(format ? [section('format', type ? { type: text(type) } : {}, params(formatParams))] : []),
      ...(auth ? [section('auth', {}, params(secrets(map(auth))))] : []),
    ];
    const own = params(secrets(rest), ['error_response_as_unrecoverable']);
    return section('match', { argument: '**', type: 'http', id }, own, sections);
  }

  private buffer({ type, tags, disabled: _, ...given }: JsonMap, id: string): FluentdSection {
    const kind = text(type) || 'file';
    const defaults: Record<string, Json> = { retry_forever: true, timekey: '10m', timekey_wait: '1m' };
    if (kind !== 'memory') {
      defaults['path'] = `/buffers/${id}.*.buffer`;
    }
    const values: Record<string, Json> = { ...defaults, ...given };
    if (((this.fluentd['workers'] ?? 1) as number) > 1) {
      delete values['path'];
    }
    const argument = tags === undefined ? 'tag,time' : text(tags);
    return section('buffer', { argument, type: kind }, params(values, ['retry_forever']));
  }

  /** A reference to a Secret becomes its value, or the path of the file that the operator mounts. */
  private withSecrets(values: JsonMap, namespace: string): JsonMap {
    return Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        const { value: literal, valueFrom, mountFrom } = map(typeof value === 'object' ? value : undefined);
        const { name, key: secretKey } = map(map(valueFrom ?? mountFrom)['secretKeyRef']);
        if (valueFrom !== undefined) {
          const lookup = this.options.secretValue;
          if (!lookup) {
            throw new Error(`${key}: no secretValue option was given`);
          }
          return [key, lookup(namespace, text(name), text(secretKey))];
        }
        if (mountFrom !== undefined) {
          return [key, `/fluentd/secret/${namespace}-${text(name)}-${text(secretKey)}`];
        }
        return [key, literal ?? value];
      }),
    );
  }
}

function flowId(flow: JsonMap): string {
  return `clusterflow:${namespaceOf(flow)}:${nameOf(flow)}`;
}

function asStore(output: FluentdSection): FluentdSection {
  return { ...output, name: 'store', argument: '' };
}
