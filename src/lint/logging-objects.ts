import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { type Fields, fields, isEmpty, items, read, text } from './fields.js';
import type { ObjectSet } from './object-set.js';

const GROUP = 'logging.banzaicloud.io';

/** Reference of a Flow, of the default flow or of the error output to one output. */
export interface OutputReference {
  /** The object that holds the reference. */
  readonly source: KubernetesObject;
  /** Field of the reference. */
  readonly field: string;
  readonly kind: 'ClusterOutput' | 'Output';
  /** Name of the output. */
  readonly name: string;
  /** Namespace in which the operator looks for it. */
  readonly namespace: string;
  /** The Logging that the source belongs to. */
  readonly logging: KubernetesObject;
  /** The output, where the set has it and the operator sees it. */
  readonly output?: KubernetesObject;
}

/** The aggregator of a Logging, and the object and field that describe it. */
export interface AggregatorAt {
  readonly object: KubernetesObject;
  readonly field: string;
  readonly spec: Fields;
}

/** Keys of an output's spec that are no target. */
const NO_TARGET = new Set(['loggingRef', 'protected', 'enabledNamespaces']);

/** `loggingRef` of an object; an empty one matches an empty one only. */
export const loggingRefOf = (object: KubernetesObject): string =>
  text(read(object, 'spec', 'loggingRef')) ?? '';

/** The targets of an Output or ClusterOutput by name; the operator takes exactly one. */
export const targetsOf = (output: KubernetesObject): readonly string[] =>
  Object.keys(fields(output['spec'])).filter((key) => !NO_TARGET.has(key));

/** The namespace in which a Logging sees ClusterFlows and ClusterOutputs; nothing when it sees all. */
export const clusterNamespaceOf = (logging: KubernetesObject): string | undefined =>
  read(logging, 'spec', 'allowClusterResourcesFromAllNamespaces') === true
    ? undefined
    : text(read(logging, 'spec', 'controlNamespace'));

/** The objects of the Logging Operator in a set, and what refers to what. */
export class LoggingObjects {
  readonly loggings: readonly KubernetesObject[];
  readonly agents: readonly KubernetesObject[];
  readonly flows: readonly KubernetesObject[];
  readonly clusterFlows: readonly KubernetesObject[];
  readonly outputs: readonly KubernetesObject[];
  readonly aggregators: readonly KubernetesObject[];
  readonly routes: readonly KubernetesObject[];
  readonly #byRef: ReadonlyMap<string, KubernetesObject>;
  readonly #set: ObjectSet;
  #references?: readonly OutputReference[];

  constructor(set: ObjectSet) {
    this.#set = set;
    const ofKind = (...kinds: string[]) => set.ofKind(...kinds.map((kind) => `${GROUP}/${kind}`));
    this.loggings = ofKind('Logging');
    this.agents = ofKind('FluentbitAgent');
    this.clusterFlows = ofKind('ClusterFlow');
    this.flows = ofKind('ClusterFlow', 'Flow');
    this.outputs = ofKind('ClusterOutput', 'Output');
    this.aggregators = ofKind('FluentdConfig');
    this.routes = ofKind('LoggingRoute');
    this.#byRef = new Map(this.loggings.map((logging) => [loggingRefOf(logging), logging]));
  }

  /** The Logging that an agent, Flow or Output belongs to, where the set has it. */
  loggingOf(object: KubernetesObject): KubernetesObject | undefined {
    return this.#byRef.get(loggingRefOf(object));
  }

  /** The aggregator of a Logging: the detached one of its namespace, which wins, or the one it describes itself. */
  aggregatorOf(logging: KubernetesObject): AggregatorAt | undefined {
    const namespace = read(logging, 'spec', 'controlNamespace');
    const detached = this.aggregators.find(({ metadata }) => metadata.namespace === namespace);
    if (detached) return { object: detached, field: 'spec', spec: fields(detached['spec']) };
    const own = read(logging, 'spec', 'fluentd');
    return own === undefined ? undefined : { object: logging, field: 'spec.fluentd', spec: fields(own) };
  }

  /** Every reference to an output whose Logging is in the set. */
  get references(): readonly OutputReference[] {
    this.#references ??= [...this.#findReferences()];
    return this.#references;
  }

  *#findReferences(): Generator<OutputReference> {
    for (const flow of this.flows) {
      const logging = this.loggingOf(flow);
      if (!logging) continue;
      yield* this.#fromList(flow, logging, ['spec', 'globalOutputRefs'], 'ClusterOutput');
      if (flow.kind === 'Flow') yield* this.#fromList(flow, logging, ['spec', 'localOutputRefs'], 'Output');
    }
    for (const logging of this.loggings) {
      const keys = ['spec', 'defaultFlow', 'globalOutputRefs'];
      yield* this.#fromList(logging, logging, keys, 'ClusterOutput');
      const name = text(read(logging, 'spec', 'errorOutputRef'));
      if (name === undefined) continue;
      yield this.#reference(logging, logging, 'spec.errorOutputRef', 'ClusterOutput', name);
    }
  }

  *#fromList(
    source: KubernetesObject,
    logging: KubernetesObject,
    keys: readonly string[],
    kind: OutputReference['kind'],
  ): Generator<OutputReference> {
    for (const [index, item] of items(read(source, ...keys)).entries()) {
      const name = text(item);
      if (name !== undefined)
        yield this.#reference(source, logging, `${keys.join('.')}[${index}]`, kind, name);
    }
  }

  #reference(
    source: KubernetesObject,
    logging: KubernetesObject,
    field: string,
    kind: OutputReference['kind'],
    name: string,
  ): OutputReference {
    const everywhere = kind === 'ClusterOutput' && clusterNamespaceOf(logging) === undefined;
    const namespace =
      kind === 'Output'
        ? (source.metadata.namespace ?? '')
        : (text(read(logging, 'spec', 'controlNamespace')) ?? '');
    const found = everywhere
      ? this.outputs.find((output) => output.kind === kind && output.metadata.name === name)
      : this.#set.find(`${GROUP}/${kind}`, namespace, name);
    const output = found && loggingRefOf(found) === loggingRefOf(logging) ? found : undefined;
    return { source, field, kind, name, namespace, logging, output };
  }
}

/** The list of matches of a Flow; nothing where it takes everything. */
export const matchesOf = (flow: KubernetesObject): readonly Fields[] | undefined => {
  const match = read(flow, 'spec', 'match');
  return match === undefined ? undefined : items(match).map(fields);
};

/** Does a select or an exclude name no criteria, so that it fits every record? */
export const fitsAll = (criteria: unknown): boolean =>
  criteria !== undefined && Object.values(fields(criteria)).every((value) => isUnset(value));

const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : typeof value === 'object' && isEmpty(value));
