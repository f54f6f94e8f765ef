import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { failureOf } from '../../../src/kube/api-failure.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import { type ApiResource, resourcePath } from '../../../src/kube/resource.js';

const GROUP = 'logging.banzaicloud.io';
const VERSION = `${GROUP}/v1beta1`;
const KINDS = ['Logging', 'FluentbitAgent', 'ClusterFlow', 'ClusterOutput', 'Flow', 'Output'] as const;

/** Finalizer by which the operator holds a Logging until its aggregator is taken down. */
export const LOGGING_FINALIZER = `fluentdconfig.${GROUP}/finalizer`;

/** What the real operator calls itself in `managedFields`. */
const MANAGER = 'manager';

const POLL_MS = 200;

/**
 * Plays the Logging Operator on a real API server, since its image cannot be run there: like the operator it writes the
 * statuses, makes the workloads of Loggings and FluentbitAgents, marks the Secrets that outputs refer to, and holds and
 * releases Loggings by a finalizer. It does so only while a Deployment with the label of an operator is available.
 */
export class StandInOperator {
  readonly #stopped = new AbortController();
  #done: Promise<void> | undefined;
  /** What went wrong last; for the message of a test that waits in vain. */
  trouble: unknown;

  constructor(private readonly cluster: Cluster) {}

  start(): this {
    this.#done = this.#run();
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#reconcile();
      } catch (error) {
        // A server that restarts; a definition that just went away.
        this.trouble = error;
        await this.cluster.discovery.refresh().catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #reconcile(): Promise<void> {
    if (!(await this.#isRunning())) return;
    const served = await Promise.all(KINDS.map((kind) => this.cluster.discovery.find(VERSION, kind)));
    if (served.includes(undefined)) await this.cluster.discovery.refresh();
    const objects = new Map<string, readonly LiveObject[]>();
    for (const kind of KINDS) {
      const resource = await this.cluster.discovery.find(VERSION, kind);
      objects.set(kind, resource ? (await this.cluster.list(resource)).items : []);
    }
    const loggings = objects.get('Logging')!;
    for (const logging of loggings) await this.#logging(logging);
    for (const agent of objects.get('FluentbitAgent')!) await this.#agent(agent, loggings);
    for (const kind of ['ClusterOutput', 'Output']) {
      for (const output of objects.get(kind)!) await this.#output(output);
    }
    for (const kind of ['ClusterFlow', 'Flow']) {
      for (const flow of objects.get(kind)!) await this.#status(flow, { active: true, problemsCount: 0 });
    }
  }

  async #isRunning(): Promise<boolean> {
    const deployments = await this.#resource('apps/v1', 'Deployment');
    const labelSelector = 'app.kubernetes.io/component=operator';
    const { items } = await this.cluster.list(deployments, { labelSelector });
    return items.some(
      ({ metadata, ...rest }) =>
        !metadata.deletionTimestamp &&
        ((rest['status'] as { availableReplicas?: number })?.availableReplicas ?? 0) > 0,
    );
  }

  async #logging(logging: LiveObject): Promise<void> {
    const { metadata } = logging;
    const finalizers = metadata.finalizers ?? [];
    if (metadata.deletionTimestamp) {
      const rest = finalizers.filter((name) => name !== LOGGING_FINALIZER);
      if (rest.length < finalizers.length) await this.#merge(logging, { metadata: { finalizers: rest } });
      return;
    }
    if (!finalizers.includes(LOGGING_FINALIZER)) {
      await this.#merge(logging, { metadata: { finalizers: [...finalizers, LOGGING_FINALIZER] } });
    }
    const { controlNamespace } = logging['spec'] as { readonly controlNamespace: string };
    const name = `${metadata.name}-fluentd`;
    await this.#make(secretOf(logging, name, controlNamespace));
    await this.#make(workloadOf('StatefulSet', logging, name, controlNamespace));
    await this.#status(logging, {
      configCheckResults: { '5e7c1a2b': true },
      problemsCount: 0,
      watchNamespaces: [],
    });
  }

  async #agent(agent: LiveObject, loggings: readonly LiveObject[]): Promise<void> {
    const refOf = (object: LiveObject) =>
      (object['spec'] as { readonly loggingRef?: string }).loggingRef ?? '';
    const logging = loggings.find((candidate) => refOf(candidate) === refOf(agent));
    if (!logging || agent.metadata.deletionTimestamp) return;
    const { controlNamespace } = logging['spec'] as { readonly controlNamespace: string };
    await this.#make(workloadOf('DaemonSet', agent, `${agent.metadata.name}-fluentbit`, controlNamespace));
  }

  /** An output without a target has a problem; the Secrets of the others get the mark of the operator. */
  async #output(output: LiveObject): Promise<void> {
    const spec = output['spec'] as { readonly http?: object };
    if (!spec.http) {
      const problems = ['no output target configured'];
      await this.#status(output, { active: false, problems, problemsCount: 1 });
      return;
    }
    for (const name of secretNames(spec)) {
      const secrets = await this.#resource('v1', 'Secret');
      const secret = await this.cluster.get(secrets, output.metadata.namespace, name);
      const mark = `${GROUP}/${(output['spec'] as { loggingRef?: string }).loggingRef ?? 'default'}`;
      if (secret && secret.metadata.annotations?.[mark] !== 'watched') {
        await this.#merge(
          { ...secret, apiVersion: 'v1', kind: 'Secret' },
          { metadata: { annotations: { [mark]: 'watched' } } },
        );
      }
    }
    await this.#status(output, { active: true, problemsCount: 0 });
  }

  async #make(object: KubernetesObject): Promise<void> {
    const resource = await this.#resource(object.apiVersion, object.kind);
    const { namespace, name } = object.metadata;
    if (await this.cluster.get(resource, namespace, name)) return;
    const path = resourcePath(resource, namespace);
    this.#check(
      await this.cluster.client.request({
        method: 'POST',
        path,
        query: { fieldManager: MANAGER },
        body: object,
      }),
    );
  }

  async #status(object: LiveObject, status: Readonly<Record<string, unknown>>): Promise<void> {
    const now = (object['status'] ?? {}) as Readonly<Record<string, unknown>>;
    if (Object.entries(status).every(([name, value]) => JSON.stringify(now[name]) === JSON.stringify(value)))
      return;
    await this.#merge(object, { status }, '/status');
  }

  async #merge(object: LiveObject, patch: object, subresource = ''): Promise<void> {
    const resource = await this.#resource(object.apiVersion, object.kind);
    const { namespace, name } = object.metadata;
    this.#check(
      await this.cluster.client.request({
        method: 'PATCH',
        path: `${resourcePath(resource, namespace, name)}${subresource}`,
        query: { fieldManager: MANAGER },
        contentType: 'application/merge-patch+json',
        body: patch,
      }),
    );
  }

  /** Gone meanwhile, made meanwhile, or in a namespace that is about to go: the next round looks again. */
  #check(answer: Parameters<typeof failureOf>[0]): void {
    const failure = failureOf(answer);
    if (failure && ![404, 409, 403].includes(failure.status)) throw new Error(failure.message);
  }

  async #resource(apiVersion: string, kind: string): Promise<ApiResource> {
    const resource = await this.cluster.discovery.find(apiVersion, kind);
    if (!resource) throw new Error(`${apiVersion} ${kind} is not served`);
    return resource;
  }
}

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: LiveObject) => [
  { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
];

const secretOf = (owner: LiveObject, name: string, namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, ownerReferences: ownedBy(owner) } as KubernetesObject['metadata'],
  stringData: { 'fluent.conf': '# made by the stand-in' },
});

function workloadOf(
  kind: 'StatefulSet' | 'DaemonSet',
  owner: LiveObject,
  name: string,
  namespace: string,
): KubernetesObject {
  const labels = {
    'app.kubernetes.io/name': kind === 'DaemonSet' ? 'fluentbit' : 'fluentd',
    'app.kubernetes.io/managed-by': owner.metadata.name,
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels, ownerReferences: ownedBy(owner) } as KubernetesObject['metadata'],
    spec: {
      selector: { matchLabels: labels },
      ...(kind === 'StatefulSet' ? { serviceName: name, replicas: 1, podManagementPolicy: 'Parallel' } : {}),
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'example.com/stand-in:1' }] },
      },
    },
  };
}

function secretNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretNames);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const ref = child as { readonly name?: unknown };
    return name === 'secretKeyRef' && typeof ref?.name === 'string' ? [ref.name] : secretNames(child);
  });
}
