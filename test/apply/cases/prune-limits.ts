import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { breakGroup } from './broken-group.js';
import {
  deletedNames,
  errorOf,
  eventOf,
  inventoryOf,
  listedMembers,
  memberWrites,
  problemsOf,
} from './observations.js';
import {
  apply,
  configMap,
  groupOfCase,
  homeOf,
  namespace,
  remove,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

const FINALIZER = 'example.com/hold';

const holdConfigMap = (ns: string, name: string) =>
  configMap(ns, name, { key: 'value' }, { finalizers: [FINALIZER] } as object);

const letGo = (test: TestCluster, ns: string, name: string) =>
  test.edit('v1', 'ConfigMap', name, ns, { metadata: { finalizers: null } });

const claim = (ns: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: ns },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

/** Pruning that cannot, or must not, do its work. */
export function pruneLimitsCases(tier: TestTier): void {
  describe('pruning stops where it has to', () => {
    const test = useCluster(tier);

    it('32: an empty set is refused, and nothing is deleted; deleting the set does it', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      test().front.clear();
      const error = await errorOf(apply(test(), []));
      expect(error.message).to.equal('The set has no objects, and applying it would remove everything.');
      expect(error.problems).to.deep.equal([{ message: 'no objects', fix: 'to remove a set, delete it' }]);
      expect(test().front.calls, 'nothing was even asked').to.deep.equal([]);
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).not.to.equal(undefined);
      expect((await remove(test())).told).to.deep.equal([`deleted ConfigMap ${ns}/a`]);
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.equal(undefined);
    });

    it('32: a run that would remove more than half of the set is refused, and a dry run says so', async () => {
      const ns = await homeOf(test());
      const objects = Array.from({ length: 11 }, (_, index) => configMap(ns, `c${index}`));
      await apply(test(), objects);
      const five = objects.slice(0, 5);
      const message = '6 of 11 objects left the set; nothing was removed, because that is more than 50 %';
      for (const dryRun of [true, false]) {
        const run = await apply(test(), five, { dryRun });
        expect(problemsOf(run)).to.deep.equal([message]);
        expect(run.result.outcome).to.equal('failed');
        expect(deletedNames(run.writes)).to.deep.equal([]);
      }
      expect(await listedMembers(test())).to.have.length(11);
      const meant = await apply(test(), five, { prune: { maxShare: 0.6 } });
      expect(meant.result.counts).to.deep.equal({ unchanged: 5, pruned: 6 });
      expect(await listedMembers(test())).to.have.length(5);
    });

    it('32: what left the set before and is kept does not count again', async () => {
      const ns = await homeOf(test());
      const maps = Array.from({ length: 5 }, (_, index) => configMap(ns, `c${index}`));
      const claims = Array.from({ length: 7 }, (_, index) => claim(ns, `v${index}`));
      await apply(test(), [...maps, ...claims]);
      const meant = await apply(test(), maps, { prune: { maxShare: 1 } });
      expect(meant.result.counts).to.deep.equal({ unchanged: 5, kept: 7 });
      const refused = { ...configMap(ns, 'next'), data: { key: 1 } } as KubernetesObject;
      expect((await apply(test(), [...maps, refused])).result.outcome).to.equal('failed');
      const run = await apply(test(), [...maps, configMap(ns, 'next')]);
      expect(problemsOf(run)).to.deep.equal([]);
      expect(run.result.outcome).to.equal('applied');
    });

    it('32: the limit holds too when the list of the set was lost', async () => {
      const ns = await homeOf(test());
      const objects = Array.from({ length: 11 }, (_, index) => configMap(ns, `c${index}`));
      await apply(test(), objects);
      await test().remove('v1', 'ConfigMap', 'case-inventory', ns);
      const run = await apply(test(), objects.slice(0, 5));
      expect(problemsOf(run)).to.deep.equal([
        '6 of 11 objects left the set; nothing was removed, because that is more than 50 %',
      ]);
      expect(deletedNames(run.writes)).to.deep.equal([]);
    });

    it('32: exactly half of the set may go', async () => {
      const ns = await homeOf(test());
      const objects = Array.from({ length: 12 }, (_, index) => configMap(ns, `c${index}`));
      await apply(test(), objects);
      const run = await apply(test(), objects.slice(0, 6));
      expect(run.result.counts).to.deep.equal({ unchanged: 6, pruned: 6 });
    });

    it('33: an object whose kind is gone from the cluster leaves the list, after one look at what is served', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), widgetDefinition(test()), widget(test(), ns, 'w')]);
      const name = `widgets.${groupOfCase(test())}`;
      await test().remove('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name);
      await eventually(
        async () => !(await test().get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name)),
      );
      test().front.clear();
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.result.outcome).to.equal('applied');
      expect(memberWrites(run.writes)).to.deep.equal([]);
      const asked = test().front.calls.filter(({ path }) => path === '/apis').length;
      expect(asked, 'once at the start, and once more for what is gone').to.be.within(1, 2);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
    });

    it('34: a group that does not answer holds up nothing but its own objects', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      await apply(test(), [configMap(ns, 'a'), widgetDefinition(test()), widget(test(), ns, 'w')]);
      const broken = breakGroup(test(), group);
      const wanted = [configMap(ns, 'a', { key: 'new' }), configMap(ns, 'b'), widgetDefinition(test())];
      const run = await test().front.during(broken, () => apply(test(), wanted));
      expect(run.result.outcome).to.equal('applied');
      expect(run.told).to.include.members([`configured ConfigMap ${ns}/a`, `created ConfigMap ${ns}/b`]);
      expect(eventOf(run, `Widget ${ns}/w`)).to.deep.include({
        action: 'kept',
        message: `the API group ${group} does not answer, so it is looked at again in the next run`,
      });
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applying' });
      expect(await listedMembers(test())).to.include(`Widget ${ns}/w`);

      const again = await apply(test(), wanted);
      expect(again.told).to.include(`pruned Widget ${ns}/w`);
      expect(await test().get(`${group}/v1`, 'Widget', 'w', ns)).to.equal(undefined);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
    });

    it('34: a wanted object of a group that does not answer fails with the reason; the others are applied', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      await apply(test(), [widgetDefinition(test())]);
      const wanted = [configMap(ns, 'a'), widgetDefinition(test()), widget(test(), ns, 'w')];
      const run = await test().front.during(breakGroup(test(), group), () => apply(test(), wanted));
      expect(run.result.outcome).to.equal('failed');
      expect(run.result.problems).to.deep.equal([
        {
          path: `Widget ${ns}/w`,
          message: `the API group ${group} does not answer`,
          fix: 'see why its APIService is not available',
        },
      ]);
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).not.to.equal(undefined);
    });

    it('34: deleting a set whose group does not answer fails, and the next run finishes', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      await apply(test(), [configMap(ns, 'a'), widgetDefinition(test()), widget(test(), ns, 'w')]);
      const run = await test().front.during(breakGroup(test(), group), () => remove(test()));
      expect(run.result.outcome).to.equal('failed');
      expect(problemsOf(run)).to.deep.equal([
        `Widget ${ns}/w: the API group ${group} does not answer, so it is looked at again in the next run`,
      ]);
      expect(await test().get('v1', 'ConfigMap', 'a', ns), 'what comes later stays').not.to.equal(undefined);
      expect((await remove(test())).result.outcome).to.equal('deleted');
      expect(await test().get(`${group}/v1`, 'Widget', 'w', ns)).to.equal(undefined);
    });

    it('34: a definition stays while its group does not answer, since nobody knows who uses it', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      await apply(test(), [configMap(ns, 'a'), widgetDefinition(test())]);
      await test().applyAs('somebody', widget(test(), ns, 'foreign'));
      const prune = { definitions: true };
      const run = await test().front.during(breakGroup(test(), group), () =>
        apply(test(), [configMap(ns, 'a')], { prune }),
      );
      expect(eventOf(run, `CustomResourceDefinition widgets.${group}`)).to.deep.include({
        action: 'kept',
        message: `the API group ${group} does not answer, so it is looked at again in the next run`,
      });
      expect(await test().get(`${group}/v1`, 'Widget', 'foreign', ns)).not.to.equal(undefined);
      const again = await apply(test(), [configMap(ns, 'a')], { prune });
      expect(eventOf(again, `CustomResourceDefinition widgets.${group}`)).to.deep.include({
        action: 'kept',
        message: `there are still objects of this kind: Widget ${ns}/foreign`,
      });
    });

    it('34: a namespace stays while a group does not answer, since nobody knows what is in it', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      const other = `other-${test().id}`;
      await apply(test(), [configMap(ns, 'a'), widgetDefinition(test()), namespace(other)]);
      await test().applyAs('somebody', widget(test(), other, 'foreign'));
      const options = { prune: { namespaces: true } };
      const wanted = [configMap(ns, 'a'), widgetDefinition(test())];
      const run = await test().front.during(breakGroup(test(), group), () => apply(test(), wanted, options));
      expect(eventOf(run, `Namespace ${other}`)).to.deep.include({
        action: 'kept',
        message: `the API group ${group} does not answer, so it is looked at again in the next run`,
      });
      expect(await test().get(`${group}/v1`, 'Widget', 'foreign', other)).not.to.equal(undefined);
    });

    // The model has no aggregation layer.
    if (tier.name === 'real') {
      it('34: the same with an APIService whose server is not there', async () => {
        const ns = await homeOf(test());
        const group = groupOfCase(test());
        await apply(test(), [configMap(ns, 'a'), widgetDefinition(test()), widget(test(), ns, 'w')]);
        await test().remove('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `widgets.${group}`);
        const path = '/apis/apiregistration.k8s.io/v1/apiservices';
        const isGone = async () =>
          (await test().send('GET', `${path}/v1.${group}`, undefined, { mayFail: true })).status === 404;
        await eventually(isGone);
        const service = { namespace: ns, name: 'nobody', port: 443 };
        await test().send('POST', path, {
          apiVersion: 'apiregistration.k8s.io/v1',
          kind: 'APIService',
          metadata: { name: `v1.${group}` },
          spec: {
            group,
            version: 'v1',
            service,
            groupPriorityMinimum: 10,
            versionPriority: 10,
            insecureSkipTLSVerify: true,
          },
        });
        const isNamed = async () => JSON.stringify(await test().send('GET', '/apis')).includes(`"${group}"`);
        await eventually(isNamed);
        const run = await apply(test(), [configMap(ns, 'a', { key: 'new' })]);
        expect(run.told).to.deep.equal([`configured ConfigMap ${ns}/a`, `kept Widget ${ns}/w`]);
        expect(await listedMembers(test())).to.include(`Widget ${ns}/w`);
        await test().send('DELETE', `${path}/v1.${group}`);
        await eventually(async () => !(await isNamed()));
        await apply(test(), [configMap(ns, 'a', { key: 'new' })]);
        expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      });
    }

    it('35: an object with a finalizer stays in the list until it is gone; the next run goes on', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), holdConfigMap(ns, 'b')]);
      const late = await apply(test(), [configMap(ns, 'a')], { clock: fastClock(20), waitMs: 5000 });
      expect(late.result.outcome).to.equal('failed');
      expect(late.result.problems).to.deep.equal([
        {
          path: `ConfigMap ${ns}/b`,
          message: `is still there after 5 s: waits for its finalizer ${FINALIZER}`,
          fix: 'see whether what takes this finalizer away still runs; the next run continues',
        },
      ]);
      const waiting = late.events.filter(({ type }) => type === 'waiting');
      expect(waiting, 'told once, since nothing changed').to.have.length(1);
      expect(await listedMembers(test())).to.include(`ConfigMap ${ns}/b`);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applying' });

      let told = false;
      const onEvent = ({ type }: { readonly type: string }) => {
        if (type !== 'waiting' || told) return;
        told = true;
        void letGo(test(), ns, 'b');
      };
      const again = await apply(test(), [configMap(ns, 'a')], { onEvent });
      expect(again.told).to.deep.equal([`unchanged ConfigMap ${ns}/a`, `pruned ConfigMap ${ns}/b`]);
      expect(deletedNames(again.writes), 'it is being deleted already').to.deep.equal([]);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
    });
  });
}

/** Waits for what the cluster does by itself. */
async function eventually(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 50));
}
