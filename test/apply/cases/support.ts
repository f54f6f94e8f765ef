import { type ApplyResult, applySet } from '../../../src/apply/apply.js';
import type { ApplyOptions } from '../../../src/apply/apply-options.js';
import { type DeleteOptions, type DeleteResult, deleteSet } from '../../../src/apply/delete.js';
import type { EngineEvent, ObjectAction, ObjectEvent } from '../../../src/apply/session/engine-events.js';
import { type ApplySet, setNamed } from '../../../src/apply/set/apply-set.js';
import { describeRef } from '../../../src/apply/set/object-ref.js';
import { OpniLoggingError } from '../../../src/common/error.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import {
  fastClock,
  type TestCluster,
  type TestTier,
  type TestUser,
} from '../../support/cluster/test-cluster.js';

/** Gives each test of the surrounding `describe` a cluster of its own. */
export function useCluster(tier: TestTier): () => TestCluster {
  let cluster: TestCluster | undefined;
  beforeEach(async () => {
    cluster = await tier.open();
  });
  afterEach(() => {
    cluster?.close();
    cluster = undefined;
  });
  return () => cluster!;
}

/** What a run of the engine did. */
export interface Run<Result> {
  readonly result: Result;
  readonly events: readonly EngineEvent[];
  /** Lines such as `created ConfigMap a/b`, in the order of the events. */
  readonly told: readonly string[];
  /** Requests that changed something, in their order. */
  readonly writes: readonly string[];
}

/** What cases say about a run; the rest has the defaults of the engine. */
export type RunOptions<Options> = Partial<Omit<Options, 'cluster'>> & { readonly cluster?: Cluster };

/** The set of a case: its inventory lies in the namespace `home-<id>`, which {@link homeOf} makes. */
export const setOfCase = (test: TestCluster): ApplySet => setNamed(`home-${test.id}`, 'case');

/** Makes the namespace in which the inventory and the namespaced objects of a case lie, and gives its name. */
export async function homeOf(test: TestCluster): Promise<string> {
  const name = `home-${test.id}`;
  await test.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** Applies objects as the set of the case. */
export function apply(
  test: TestCluster,
  objects: readonly KubernetesObject[],
  options: RunOptions<ApplyOptions> = {},
): Promise<Run<ApplyResult>> {
  return running(test, options, (full) => applySet(objects, full));
}

/** Deletes the set of the case. */
export function remove(
  test: TestCluster,
  options: RunOptions<DeleteOptions> = {},
): Promise<Run<DeleteResult>> {
  return running(test, options, deleteSet);
}

async function running<Result>(
  test: TestCluster,
  options: RunOptions<ApplyOptions>,
  work: (options: ApplyOptions) => Promise<Result>,
): Promise<Run<Result>> {
  const events: EngineEvent[] = [];
  const before = test.front.writes.length;
  const onEvent = (event: EngineEvent) => {
    events.push(event);
    options.onEvent?.(event);
  };
  const defaults = { set: setOfCase(test), cluster: test.connect(), waitMs: 30_000 };
  const result = await work({ ...defaults, ...options, onEvent });
  return { result, events, told: toldOf(events), writes: test.front.writes.slice(before) };
}

function toldOf(events: readonly EngineEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'object' ? [`${event.action} ${describeRef(event.object)}`] : [],
  );
}

/** Descriptions of the objects that met an end. */
export const objectsThatWere = (action: ObjectAction, { told }: Run<unknown>): string[] =>
  told.filter((line) => line.startsWith(`${action} `)).map((line) => line.slice(action.length + 1));

/** A ConfigMap. */
export const configMap = (
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>> = { key: 'value' },
  metadata: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
  data,
});

/** A Deployment of one pod. */
export const deployment = (
  namespace: string,
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  metadata: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, ...metadata },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'example.com/app:1' }] },
    },
    ...spec,
  },
});

/** A Namespace. */
export const namespace = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

/** The definition of a kind `Widget` in a group of the case's own, with a `spec` of known fields only. */
export function widgetDefinition(test: TestCluster, group = groupOfCase(test)): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    size: { type: 'integer' },
                    names: { type: 'array', items: { type: 'string' } },
                  },
                },
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  };
}

/** The API group of the case's own kinds. */
export const groupOfCase = (test: TestCluster): string => `g${test.id}.example.com`;

/** A Widget; see {@link widgetDefinition}. */
export const widget = (
  test: TestCluster,
  ns: string,
  name: string,
  spec: Readonly<Record<string, unknown>> = { size: 1 },
): KubernetesObject => ({
  apiVersion: `${groupOfCase(test)}/v1`,
  kind: 'Widget',
  metadata: { name, namespace: ns },
  spec,
});

/** Writes of a run to the objects of its set: those to the lock and the inventory are left out. */
export const memberWrites = ({ writes }: Pick<Run<unknown>, 'writes'>): string[] =>
  writes.filter((line) => !/\/(leases\/case-apply|configmaps\/case-inventory)$/.test(line));

/** What a run told of one object. */
export function eventOf({ events, told }: Run<unknown>, kind: string, name: string): ObjectEvent {
  const found = events.find(
    (event): event is ObjectEvent =>
      event.type === 'object' && event.object.kind === kind && event.object.name === name,
  );
  if (!found) throw new Error(`nothing was told of ${kind} ${name}, but: ${told.join(', ')}`);
  return found;
}

/**
 * Options by which the waits of a run take a fraction of their time.
 *
 * @param speed how much faster its clock runs
 */
export function hurried(test: TestCluster, speed = 20, user?: TestUser) {
  const clock = fastClock(speed);
  // The lock is renewed by the same clock, and a busy machine may be late by seconds of it.
  return {
    clock,
    cluster: test.connect(user, clock),
    waitMs: 30_000 * speed,
    lock: { durationMs: 3_600_000 },
  };
}

/** Waits for what others do in their own time. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  for (const endAt = Date.now() + timeoutMs; !(await condition()); ) {
    if (Date.now() > endAt) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The error of work that is refused as a whole. */
export async function refusalBy(work: Promise<unknown>): Promise<OpniLoggingError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof OpniLoggingError) return outcome;
  throw outcome ?? new Error('nothing was refused');
}
