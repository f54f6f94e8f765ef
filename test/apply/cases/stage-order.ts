import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  deployment,
  homeOf,
  memberWrites,
  namespace,
  remove,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

/** In which order objects reach the cluster. */
export function stageOrderCases(tier: TestTier): void {
  describe('stages', () => {
    const test = useCluster(tier);

    it('1: objects are created in the order of the stages, and of their names within a kind', async () => {
      const ns = await homeOf(test());
      const run = await apply(test(), reversed(everyStage(test(), ns)), { concurrency: 1 });
      expect(run.result.problems).to.deep.equal([]);
      const { id } = test();
      expect(run.told).to.deep.equal([
        `created Namespace other-${id}`,
        `created PriorityClass class-${id}`,
        `created CustomResourceDefinition widgets.g${id}.example.com`,
        `created ServiceAccount ${ns}/account`,
        `created Role ${ns}/role`,
        `created RoleBinding ${ns}/binding`,
        `created ConfigMap ${ns}/a`,
        `created ConfigMap ${ns}/b`,
        `created ConfigMap other-${id}/a`,
        `created Secret ${ns}/secret`,
        `created Service ${ns}/service`,
        `created Deployment ${ns}/app`,
        `created Widget ${ns}/one`,
        `created Widget ${ns}/two`,
        `created ValidatingWebhookConfiguration hook-${id}`,
      ]);
      expect(memberWrites(run).map(lastPart)).to.deep.equal(run.told.map(nameIn));
      await remove(test(), { definitions: true, namespaces: true });
    });

    it('1: the order of the input makes no difference', async () => {
      const ns = await homeOf(test());
      const objects = everyStage(test(), ns);
      const shuffled = [...objects.slice(5), ...objects.slice(0, 5)];
      const one = await apply(test(), objects, { concurrency: 1, dryRun: true });
      const other = await apply(test(), shuffled, { concurrency: 1, dryRun: true });
      expect(other.told).to.deep.equal(one.told);
      expect(one.told).to.have.length(objects.length);
    });

    it('1: with many requests at once no stage begins before the one before it is done', async () => {
      const ns = await homeOf(test());
      const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => configMap(ns, name));
      const accounts = ['a', 'b', 'c'].map((name) => account(ns, name));
      const workloads = ['a', 'b'].map((name) => deployment(ns, name));
      const run = await apply(test(), [...workloads, ...many, ...accounts]);
      const kinds = memberWrites(run).map((line) => line.split('/').at(-2));
      const inTurn = kinds.filter((kind, index) => kind !== kinds[index - 1]);
      expect(inTurn).to.deep.equal(['serviceaccounts', 'configmaps', 'deployments']);
      const stages = run.events.flatMap((event) => (event.type === 'step' && event.stage) || []);
      expect(stages).to.deep.equal(['access', 'config', 'workloads']);
    });

    it('1: the lock and the inventory are written before the first object and after the last one', async () => {
      const ns = await homeOf(test());
      const { writes } = await apply(test(), [configMap(ns, 'a'), deployment(ns, 'b')], { concurrency: 1 });
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases/case-apply`;
      const inventory = `PATCH /api/v1/namespaces/${ns}/configmaps/case-inventory`;
      expect(writes).to.deep.equal([
        `PATCH ${lease}`,
        `PUT ${lease}`,
        inventory,
        `PATCH /api/v1/namespaces/${ns}/configmaps/a`,
        `PATCH /apis/apps/v1/namespaces/${ns}/deployments/b`,
        inventory,
        `PUT ${lease}`,
      ]);
    });
  });
}

const lastPart = (line: string) => line.split('/').at(-1);
const nameIn = (line: string) => line.split(/[ /]/).at(-1);
const reversed = <T>(items: readonly T[]): T[] => [...items].reverse();

const account = (ns: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: ns },
});

/** Objects of all stages, in their order. */
function everyStage(test: TestCluster, ns: string): KubernetesObject[] {
  const { id } = test;
  const rbac = 'rbac.authorization.k8s.io';
  return [
    namespace(`other-${id}`),
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: `class-${id}` },
      value: 10,
    },
    widgetDefinition(test),
    account(ns, 'account'),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'role', namespace: ns },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'binding', namespace: ns },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'role' },
      subjects: [{ kind: 'ServiceAccount', name: 'account', namespace: ns }],
    },
    configMap(ns, 'a'),
    configMap(ns, 'b'),
    configMap(`other-${id}`, 'a'),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret', namespace: ns }, data: {} },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'service', namespace: ns },
      spec: { ports: [{ port: 80 }], selector: { app: 'app' } },
    },
    deployment(ns, 'app'),
    widget(test, ns, 'one'),
    widget(test, ns, 'two'),
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `hook-${id}` },
      webhooks: [],
    },
  ];
}
