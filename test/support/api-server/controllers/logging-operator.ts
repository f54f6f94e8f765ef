import type { Json } from '../fields/field-type.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import { apiVersionOf, groupKind, type ServedKind } from '../kinds/kinds.js';
import type { Store, StoredObject } from '../objects/store.js';
import { addressOf, type Send, writeStatus } from './controller-access.js';

const GROUP = 'logging.banzaicloud.io';
const MANAGER = 'logging-operator';

/** Flows and outputs, which the operator only looks at. */
const LOOKED_AT: ReadonlySet<string> = new Set(
  ['ClusterFlow', 'ClusterOutput', 'Flow', 'Output'].map((kind) => `${GROUP}/${kind}`),
);

interface LoggingSpec {
  readonly loggingRef?: string;
  readonly controlNamespace?: string;
  readonly fluentBitAgentNamespace?: string;
}

const specOf = (object: StoredObject): LoggingSpec => (object['spec'] ?? {}) as LoggingSpec;

/** Plays the Logging Operator as far as the engine sees it: statuses, and the workloads that it makes. */
export class LoggingOperator {
  constructor(
    private readonly store: Store,
    private readonly kinds: KindRegistry,
    private readonly send: Send,
  ) {}

  written(kind: ServedKind, object: StoredObject): void {
    if (kind.group !== GROUP || object.metadata.deletionTimestamp) return;
    if (LOOKED_AT.has(groupKind(kind))) this.#look(kind, object);
    else if (kind.kind === 'Logging') this.#logging(kind, object);
    else if (kind.kind === 'FluentbitAgent') this.#agent(kind, object);
  }

  #look(kind: ServedKind, object: StoredObject): void {
    const status = { active: true, problemsCount: 0 };
    const told = (object['status'] ?? {}) as Json;
    if (told['active'] !== true) writeStatus(this.send, MANAGER, kind, object, status);
  }

  #logging(kind: ServedKind, logging: StoredObject): void {
    const { controlNamespace } = specOf(logging);
    const hash = String(logging.metadata.generation ?? 1).padStart(8, '0');
    const results = ((logging['status'] ?? {}) as { readonly configCheckResults?: Json }).configCheckResults;
    if (results?.[hash] === undefined) {
      const others = Object.keys(results ?? {}).map((name) => [name, null] as const);
      const configCheckResults = { ...Object.fromEntries(others), [hash]: true };
      writeStatus(this.send, MANAGER, kind, logging, { configCheckResults, problemsCount: 0 });
    }
    this.#make('StatefulSet', controlNamespace, `${logging.metadata.name}-fluentd`, kind, logging);
    const agents = this.kinds.ofGroupKind(GROUP, 'FluentbitAgent');
    for (const agent of agents ? this.store.list(groupKind(agents)) : []) this.#agent(agents!, agent);
  }

  #agent(kind: ServedKind, agent: StoredObject): void {
    const { loggingRef = '' } = specOf(agent);
    const logging = this.store
      .list(`${GROUP}/Logging`)
      .find((other) => (specOf(other).loggingRef ?? '') === loggingRef);
    if (!logging) return;
    const { controlNamespace, fluentBitAgentNamespace = controlNamespace } = specOf(logging);
    this.#make('DaemonSet', fluentBitAgentNamespace, `${agent.metadata.name}-fluentbit`, kind, agent);
  }

  #make(
    workload: 'StatefulSet' | 'DaemonSet',
    namespace: string | undefined,
    name: string,
    kind: ServedKind,
    owner: StoredObject,
  ): void {
    const made = this.kinds.ofGroupKind('apps', workload)!;
    if (namespace === undefined || this.store.get(groupKind(made), namespace, name)) return;
    const { name: ownerName, uid } = owner.metadata;
    const labels = { 'app.kubernetes.io/instance': name };
    const reference = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      name: ownerName,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const containers = [
      { name: workload === 'StatefulSet' ? 'fluentd' : 'fluent-bit', image: 'registry.example/logs:1' },
    ];
    // It tries again as long as the namespace is not there; here the next write does.
    this.send(MANAGER, 'POST', addressOf(made, namespace), {
      apiVersion: apiVersionOf(made),
      kind: workload,
      metadata: { name, namespace, labels, ownerReferences: [reference] },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    });
  }
}
