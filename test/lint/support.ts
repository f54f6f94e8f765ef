import { expect } from 'chai';
import type { Problem } from '../../src/common/error.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import type { LintContext } from '../../src/lint/context.js';
import { ObjectSet } from '../../src/lint/object-set.js';
import type { LintRule } from '../../src/lint/rule.js';

const LOGGING_GROUP = 'logging.banzaicloud.io/v1beta1';

/** An object of the Logging Operator. */
export const loggingObject = (kind: string, namespace: string | undefined, name: string, spec: object) => ({
  apiVersion: LOGGING_GROUP,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec,
});

/** The durable buffer of an output to Data Prepper. */
export const BUFFER = {
  type: 'file',
  tags: '[]',
  flush_mode: 'interval',
  chunk_limit_size: '4m',
  total_limit_size: '4g',
  overflow_action: 'block',
  retry_forever: true,
  retry_max_interval: '30s',
};

/** A small set that keeps every rule. */
export function goodObjects() {
  const labels = { 'app.kubernetes.io/name': 'collector' };
  const metadata = { name: 'collector', namespace: 'logs' };
  return {
    logging: loggingObject('Logging', undefined, 'main', {
      loggingRef: 'main',
      controlNamespace: 'logs',
      errorOutputRef: 'shipper',
      fluentd: { bufferStorageVolume: { pvc: { spec: { resources: { requests: { storage: '20Gi' } } } } } },
    }),
    agent: loggingObject('FluentbitAgent', undefined, 'main', {
      loggingRef: 'main',
      inputTail: { 'storage.type': 'filesystem', 'storage.pause_on_chunks_overlimit': 'off' },
      forwardOptions: {
        Require_ack_response: true,
        Retry_Limit: 'False',
        'storage.total_limit_size': '5G',
      },
      positiondb: { hostPath: { path: '/var/lib/opni-logging/main/positions' } },
      bufferStorageVolume: { hostPath: { path: '/var/lib/opni-logging/main/buffers' } },
      tolerations: [{ operator: 'Exists' }],
    }),
    flow: loggingObject('ClusterFlow', 'logs', 'all', {
      loggingRef: 'main',
      match: [{ exclude: { namespaces: ['logs'] } }, { select: {} }],
      filters: [{ detectExceptions: { languages: ['java'] } }, { dedot: {} }],
      globalOutputRefs: ['shipper'],
    }),
    output: loggingObject('ClusterOutput', 'logs', 'shipper', {
      loggingRef: 'main',
      protected: true,
      http: {
        endpoint: 'http://shipper.logs.svc:2021/log/ingest',
        json_array: true,
        retryable_response_codes: [408, 425, 429, 500, 502, 503, 504],
        buffer: BUFFER,
      },
    }),
    account: { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    config: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'fluent-bit.conf': '[SERVICE]\n' } },
    service: { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels } },
    policy: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: { matchLabels: labels } },
    },
    collector: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'collector',
            tolerations: [{ operator: 'Exists' }],
            containers: [
              {
                name: 'fluent-bit',
                env: [{ name: 'NODE_NAME', value: 'x' }],
                volumeMounts: [
                  { name: 'config', mountPath: '/config', readOnly: true },
                  { name: 'logs', mountPath: '/var/log', readOnly: true },
                  { name: 'state', mountPath: '/state' },
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'collector' } },
              { name: 'logs', hostPath: { path: '/var/log' } },
              { name: 'state', hostPath: { path: '/var/lib/opni-logging/main/host-logs' } },
            ],
          },
        },
      },
    },
  } satisfies Record<string, KubernetesObject>;
}

/** Names of the objects in {@link goodObjects}. */
export type GoodName = keyof ReturnType<typeof goodObjects>;

/** The small set as a list, with some objects replaced, left out (`undefined`) or added. */
export function goodSet(
  replaced: Partial<Record<GoodName, KubernetesObject | undefined>> = {},
  ...added: readonly KubernetesObject[]
): KubernetesObject[] {
  const objects = Object.values({ ...goodObjects(), ...replaced });
  return [...objects.filter((object) => object !== undefined), ...added];
}

/** A copy of an object of the small set with one value changed, or removed when it is `undefined`. */
export function changed(
  name: GoodName,
  path: readonly (string | number)[],
  value: unknown,
): KubernetesObject {
  const copy = structuredClone(goodObjects()[name]) as unknown as Record<string | number, unknown>;
  let target = copy;
  for (const key of path.slice(0, -1)) {
    target[key] ??= {};
    target = target[key] as Record<string | number, unknown>;
  }
  const last = path.at(-1)!;
  if (value !== undefined) target[last] = value;
  else if (Array.isArray(target)) target.splice(Number(last), 1);
  else delete target[last];
  return copy as unknown as KubernetesObject;
}

/** The small set with one value of one object changed. */
export const setWith = (
  name: GoodName,
  path: readonly (string | number)[],
  value: unknown,
): KubernetesObject[] => goodSet({ [name]: changed(name, path, value) });

/** What one rule finds. */
export const check = (
  rule: LintRule,
  objects: readonly KubernetesObject[],
  context: Partial<LintContext> = {},
): Problem[] => [...rule.check(new ObjectSet(objects, { operatorVersion: '6.7', ...context }))];

/** A set that breaks a rule in one way. */
export interface Breach {
  /** What the rule does with it, the end of a sentence. */
  readonly refuses: string;
  readonly objects: readonly KubernetesObject[];
  readonly context?: Partial<LintContext>;
  /** Where it is found. */
  readonly path: string;
  /** Part of the fix. */
  readonly fix: string;
}

/** Tests that a rule takes the small set, and finds each breach once, at its place and with its fix. */
export function describeRule(rule: LintRule, breaches: readonly Breach[], more?: () => void): void {
  describe(`lint rule ${rule.id}`, () => {
    it('finds nothing in a set that keeps it', () => {
      expect(check(rule, goodSet())).to.deep.equal([]);
    });

    for (const { refuses, objects, context, path, fix } of breaches) {
      it(`refuses ${refuses}`, () => {
        const problems = check(rule, objects, context);
        expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
        expect(problems[0]?.fix).to.include(fix);
        expect(problems[0]?.message).to.match(/\S/);
      });
    }

    more?.();
  });
}
