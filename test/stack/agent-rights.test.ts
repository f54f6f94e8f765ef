import { App } from 'cdk8s';
import { expect } from 'chai';
import fc from 'fast-check';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ClusterInput } from '../../src/config/types.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { groupOf } from '../../src/constructs/kubernetes-object.js';
import { resourceNames } from '../../src/constructs/resource-names.js';
import { renderObjects } from '../../src/synth/render.js';
import { OPENSEARCH } from './stack-cases.js';

const AGENT = {
  gateway: { address: 'opni.example.com:9090', pins: [`sha256:${'A'.repeat(43)}`] },
  bootstrapTokenSecret: { name: 'token', key: 'token' },
};

type Variation = Pick<ClusterInput, 'collection' | 'shipper' | 'operator' | 'security'>;

const variation: fc.Arbitrary<Variation> = fc.record({
  collection: fc.record({
    pods: fc.record({ enabled: fc.boolean() }),
    hostLogs: fc.record({ enabled: fc.boolean() }),
    events: fc.oneof(
      fc.record({ enabled: fc.boolean(), replicas: fc.constantFrom(1, 2) }),
      fc.constant({ enabled: true, spool: { size: '1Gi' } }),
    ),
  }),
  shipper: fc.oneof(fc.record({ replicas: fc.constantFrom(1, 3) }), fc.constant({ autoscaling: {} })),
  operator: fc.record({ mode: fc.constantFrom('bundled' as const, 'external' as const) }),
  security: fc.record({ networkPolicies: fc.record({ enabled: fc.boolean() }) }),
});

const objectsOf = (input: Omit<ClusterInput, 'apiVersion' | 'cluster'>): KubernetesObject[] => {
  const cluster = { name: 'steered', distribution: 'rke2' as const };
  const config = resolveConfig({ apiVersion: 'opni-logging/v1', cluster, ...input });
  return renderObjects(addClusterChart(new App(), config));
};

describe('the rights of the agent', () => {
  const rules = objectsOf({ agent: AGENT }).flatMap(({ kind, rules: found }) =>
    /^(Cluster)?Role$/.test(kind) ? (found as PolicyRule[]) : [],
  );
  const may = (verb: string, group: string, plural: string, name: string) =>
    rules.some(
      ({ apiGroups = [], resources = [], verbs, resourceNames: names }) =>
        apiGroups.includes(group) &&
        resources.includes(plural) &&
        verbs.includes(verb) &&
        (names === undefined || names.includes(name)),
    );

  it('cover every object of every stack that it may be told to apply', () => {
    fc.assert(
      fc.property(variation, (input) => {
        const objects = objectsOf({ ...input, opensearch: OPENSEARCH });
        const nameOf = resourceNames(objects);
        for (const object of objects) {
          const { plural } = nameOf(object);
          for (const verb of ['create', 'get', 'patch']) {
            const { name } = object.metadata;
            const allowed = may(verb, groupOf(object.apiVersion), plural, name);
            expect(allowed, `${verb} ${object.kind} ${name}`).to.equal(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('hold no wildcard, and no Secret but its own two', () => {
    for (const { apiGroups = [], resources = [], verbs, resourceNames: names = [] } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.to.include('*');
      if (!resources.includes('secrets')) continue;
      expect(names).to.have.length(1);
      expect(['opni-opensearch-auth', 'opni-agent-keyring']).to.include(names[0]);
    }
  });
});
