import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import {
  deletedNames,
  eventOf,
  inventoryOf,
  leaseOf,
  listedMembers,
  problemsOf,
  warningsOf,
} from './observations.js';
import {
  apply,
  configMap,
  deployment,
  groupOfCase,
  homeOf,
  namespace,
  remove,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

const FINALIZER = 'example.com/operator';

const ALL = { definitions: true, namespaces: true, volumes: true };

const account = (ns: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'operator', namespace: ns },
});

const operator = (ns: string) =>
  deployment(ns, 'operator', {}, { labels: { 'app.kubernetes.io/component': 'manager' } });

/** An operator with its definition, a custom resource that only it can let go, and a namespace for its configuration. */
async function withOperator(test: TestCluster): Promise<{ ns: string; other: string }> {
  const ns = await homeOf(test);
  const other = `other-${test.id}`;
  const held = widget(test, ns, 'w');
  await apply(test, [
    namespace(other),
    widgetDefinition(test),
    account(ns),
    configMap(other, 'settings'),
    operator(ns),
    { ...held, metadata: { ...held.metadata, finalizers: [FINALIZER] } as KubernetesObject['metadata'] },
  ]);
  return { ns, other };
}

const letGo = (test: TestCluster, ns: string) =>
  test.edit(`${groupOfCase(test)}/v1`, 'Widget', 'w', ns, { metadata: { finalizers: null } });

/** Taking a set out of a cluster. */
export function deleteOrderCases(tier: TestTier): void {
  describe('a set is deleted', () => {
    const test = useCluster(tier);

    it('64: custom resources are gone before their operator goes; then the rest, inventory and Lease last', async () => {
      const { ns, other } = await withOperator(test());
      const lives: boolean[] = [];
      const run = await remove(test(), {
        ...ALL,
        onEvent: (event) => {
          if (event.type !== 'waiting' || !event.pending.some(({ message }) => message.includes(FINALIZER)))
            return;
          void test()
            .get('apps/v1', 'Deployment', 'operator', ns)
            .then((live) => lives.push(live !== undefined && !live.metadata.deletionTimestamp))
            .then(() => letGo(test(), ns));
        },
      });
      expect(run.result).to.deep.include({ outcome: 'deleted', problems: [] });
      expect(lives, 'the operator lived while its resource had to go').to.deep.equal([true]);
      expect(deletedNames(run.writes)).to.deep.equal([
        'w',
        'operator',
        'settings',
        'operator',
        `widgets.${groupOfCase(test())}`,
        other,
      ]);
      expect(run.writes.slice(-2)).to.deep.equal([
        `DELETE /api/v1/namespaces/${ns}/configmaps/case-inventory`,
        `DELETE /apis/coordination.k8s.io/v1/namespaces/${ns}/leases/case-apply`,
      ]);
      expect(await inventoryOf(test())).to.equal(undefined);
      expect(await leaseOf(test())).to.equal(undefined);
      expect(await test().get('v1', 'Namespace', other)).to.equal(undefined);
      const steps = run.events.flatMap((event) =>
        event.type === 'step' && event.step === 'delete' ? [event.message] : [],
      );
      expect(steps).to.deep.equal([
        'deleting custom resources, while their operator lives',
        'deleting workloads',
        'deleting configuration',
        'deleting accounts and roles',
        'deleting definitions',
        'deleting namespaces',
      ]);
    });

    it('64: a dry run tells the same, and changes nothing', async () => {
      const { ns, other } = await withOperator(test());
      const run = await remove(test(), { ...ALL, dryRun: true });
      expect(run.writes).to.deep.equal([]);
      expect(run.told).to.deep.equal([
        `deleted Widget ${ns}/w`,
        `deleted Deployment ${ns}/operator`,
        `deleted ConfigMap ${other}/settings`,
        `deleted ServiceAccount ${ns}/operator`,
        `deleted CustomResourceDefinition widgets.${groupOfCase(test())}`,
        `deleted Namespace ${other}`,
      ]);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
    });

    it('64: a namespace with a volume claim that is to stay is kept, with the claim', async () => {
      const ns = await homeOf(test());
      const other = `other-${test().id}`;
      const claim: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', namespace: other },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      };
      await apply(test(), [configMap(ns, 'a'), namespace(other), claim, configMap(other, 'b')]);
      const run = await remove(test(), { namespaces: true });
      expect(eventOf(run, `PersistentVolumeClaim ${other}/data`).message).to.equal(
        'volumes are deleted only when asked for, since they hold data',
      );
      expect(eventOf(run, `Namespace ${other}`).message).to.equal(
        `the namespace still holds PersistentVolumeClaim ${other}/data`,
      );
      expect(deletedNames(run.writes)).to.have.members(['a', 'b']);
      const left = await test().get('v1', 'PersistentVolumeClaim', 'data', other);
      expect(left!.metadata.deletionTimestamp).to.equal(undefined);
    });

    it('64: the Lease stays for who goes on, where not everything is gone', async () => {
      const { ns } = await withOperator(test());
      const run = await remove(test(), { clock: fastClock(20), waitMs: 5000 });
      expect(run.result.outcome).to.equal('failed');
      expect((await leaseOf(test()))!['spec']).to.have.property('holderIdentity', '');
      expect(await inventoryOf(test())).to.deep.include({ phase: 'deleting' });
      await letGo(test(), ns);
      expect((await remove(test())).result.outcome).to.equal('deleted');
      expect(await leaseOf(test())).to.equal(undefined);
    });

    it('64: who waits for the Lease while the set is deleted makes it anew, and applies', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      let second: ReturnType<typeof apply> | undefined;
      const first = await test().front.during(
        async ({ method, path }) => {
          if (second || method !== 'DELETE' || !/configmaps\/a$/.test(path)) return undefined;
          await new Promise<void>((resolve) => {
            second = apply(test(), [configMap(ns, 'b')], {
              onEvent: (event) => {
                if (event.type === 'step' && event.step === 'lock') resolve();
              },
            });
          });
          return undefined;
        },
        () => remove(test()),
      );
      expect(first.result.outcome).to.equal('deleted');
      expect((await second!).told).to.deep.equal([`created ConfigMap ${ns}/b`]);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/b`]);
      expect((await leaseOf(test()))!['spec']).to.have.property('holderIdentity', '');
    });

    it('65: a kind whose definition goes while a namespace is looked through holds nothing back', async () => {
      const ns = await homeOf(test());
      const other = `other-${test().id}`;
      await apply(test(), [namespace(other), configMap(ns, 'a')]);
      let gone = 0;
      const { result } = await test().front.during(
        ({ method, path }) => {
          if (method !== 'GET' || !path.startsWith(`/api/v1/namespaces/${other}/secrets`)) return undefined;
          gone += 1;
          return { status: 404, body: { kind: 'Status', apiVersion: 'v1', code: 404, reason: 'NotFound' } };
        },
        () => remove(test(), ALL),
      );
      expect(gone).to.be.above(0);
      expect(result.outcome).to.equal('deleted');
    });

    it('65: without its operator a resource does not go: told with its finalizer, which can be taken away', async () => {
      const { ns } = await withOperator(test());
      await test().remove('apps/v1', 'Deployment', 'operator', ns);
      const quick = { clock: fastClock(20), waitMs: 5000 };
      const late = await remove(test(), quick);
      expect(late.result.outcome).to.equal('failed');
      expect(late.result.problems).to.deep.equal([
        {
          path: `Widget ${ns}/w`,
          message: `is still there after 5 s: waits for its finalizer ${FINALIZER}`,
          fix: 'see whether what takes this finalizer away still runs; if that is gone for good, strip it (--strip-finalizer example.com/operator); the next run continues',
        },
      ]);
      expect(deletedNames(late.writes), 'nothing that comes later was touched').to.deep.equal(['w']);
      expect(await listedMembers(test())).to.include.members([
        `Widget ${ns}/w`,
        `ServiceAccount ${ns}/operator`,
      ]);

      const other = await remove(test(), { ...quick, stripFinalizers: ['example.com/another'] });
      expect(problemsOf(other), 'others stay').to.have.length(1);
      const run = await remove(test(), { ...quick, stripFinalizers: [FINALIZER] });
      expect(run.result).to.deep.include({ outcome: 'deleted', problems: [] });
      expect(warningsOf(run)).to.deep.equal([
        `took the finalizers ${FINALIZER} away; what they stood for was not done`,
      ]);
      expect(await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'w', ns)).to.equal(undefined);
    });

    it('66: definitions stay unless asked for, and while others have objects of them', async () => {
      const ns = await homeOf(test());
      const name = `widgets.${groupOfCase(test())}`;
      const objects = [widgetDefinition(test()), widget(test(), ns, 'w')];
      await apply(test(), objects);
      await test().applyAs('somebody', widget(test(), ns, 'foreign'));
      const unasked = await remove(test());
      expect(unasked.result.outcome).to.equal('deleted');
      expect(eventOf(unasked, `CustomResourceDefinition ${name}`).message).to.equal(
        'definitions are deleted only when asked for, since their objects go with them',
      );
      const asked = await remove(test(), { definitions: true });
      expect(eventOf(asked, `CustomResourceDefinition ${name}`).message).to.equal(
        `there are still objects of this kind: Widget ${ns}/foreign`,
      );
      expect(await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'foreign', ns)).not.to.equal(undefined);
      await test().remove(`${groupOfCase(test())}/v1`, 'Widget', 'foreign', ns);
      const last = await remove(test(), { definitions: true });
      expect(last.told).to.deep.equal([`deleted CustomResourceDefinition ${name}`]);
      expect(await leaseOf(test())).to.equal(undefined);
    });
  });
}
