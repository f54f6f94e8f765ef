import { expect } from 'chai';
import { setIdOf } from '../../../src/apply/set/apply-set.js';
import { CREATED_ANNOTATION } from '../../../src/apply/set/marks.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  eventOf,
  homeOf,
  hurried,
  memberWrites,
  namespace,
  refusalBy,
  setOfCase,
  until,
  useCluster,
} from './support.js';

/** Namespaces that are there, that are not, and that are about to go. */
export function namespaceCases(tier: TestTier): void {
  describe('namespaces', () => {
    const test = useCluster(tier);

    it('18: a namespace of the set is made first, and bears the mark of who made it', async () => {
      const ns = await homeOf(test());
      const other = `other-${test().id}`;
      const run = await apply(test(), [configMap(other, 'a'), configMap(ns, 'b'), namespace(other)]);
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 3 } });
      expect(memberWrites(run)[0]).to.equal(`PATCH /api/v1/namespaces/${other}`);
      const made = await test().get('v1', 'Namespace', other);
      expect(made?.metadata.annotations?.[CREATED_ANNOTATION]).to.equal(setIdOf(setOfCase(test())));
      expect(await test().get('v1', 'ConfigMap', 'a', other)).not.to.equal(undefined);
      const again = await apply(test(), [configMap(other, 'a'), configMap(ns, 'b'), namespace(other)]);
      expect(again.result.outcome).to.equal('unchanged');
      expect(again.writes).to.deep.equal([]);
    });

    it('18: the namespace of the lock and the inventory may be of the set', async () => {
      const home = `home-${test().id}`;
      const run = await apply(test(), [configMap(home, 'a'), namespace(home)]);
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 } });
      expect(run.writes.slice(0, 2)).to.deep.equal([
        `PATCH /api/v1/namespaces/${home}`,
        `PATCH /apis/coordination.k8s.io/v1/namespaces/${home}/leases/case-apply`,
      ]);
      expect((await apply(test(), [configMap(home, 'a'), namespace(home)])).writes).to.deep.equal([]);
    });

    it('18: a namespace that is neither there nor in the set is refused before anything is written', async () => {
      const ns = await homeOf(test());
      const objects = [configMap(ns, 'a'), configMap('nowhere-1', 'a'), configMap('nowhere-2', 'a')];
      const error = await refusalBy(apply(test(), objects));
      expect(error.message).to.equal(
        'The set does not fit the cluster, and nothing was changed: 2 problems.',
      );
      expect(error.problems).to.deep.equal(
        ['nowhere-1', 'nowhere-2'].map((name) => ({
          path: `Namespace ${name}`,
          message: 'is neither in the cluster nor in the set',
          fix: `make it, as in \`kubectl create namespace ${name}\`, or add it to the set`,
        })),
      );
      expect(test().front.writes).to.deep.equal([]);
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.equal(undefined);
    });

    it('18: the same for the namespace of the inventory', async () => {
      const error = await refusalBy(apply(test(), [namespace(`other-${test().id}`)]));
      expect(error.problems.map(({ path }) => path)).to.deep.equal([`Namespace home-${test().id}`]);
      expect(test().front.writes).to.deep.equal([]);
    });

    it('19: a namespace that is being deleted and is not of the set is refused before anything is written', async () => {
      const ns = await homeOf(test());
      const going = await goingNamespace();
      const error = await refusalBy(apply(test(), [configMap(ns, 'a'), configMap(going, 'b')]));
      expect(error.problems).to.deep.equal([
        {
          path: `Namespace ${going}`,
          message: 'is being deleted',
          fix: 'wait until it is gone, and make it anew',
        },
      ]);
      expect(test().front.writes).to.deep.equal([]);
    });

    it('19: a namespace of the set that is being deleted is waited for, and made anew', async () => {
      await homeOf(test());
      const going = await goingNamespace();
      const before = await test().get('v1', 'Namespace', going);
      const release = async () => {
        await test().edit('v1', 'ConfigMap', 'stuck', going, { metadata: { finalizers: null } });
      };
      let released: Promise<void> | undefined;
      const run = await apply(test(), [namespace(going), configMap(going, 'b')], {
        onEvent: (event) => {
          if (event.type === 'waiting') released ??= release();
        },
      });
      await released;
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
      const reasons = run.events.flatMap((event) => (event.type === 'waiting' ? [event.reason] : []));
      expect(reasons).to.include('until what is being deleted is gone, to make it anew');
      const made = await test().get('v1', 'Namespace', going);
      expect(made?.metadata.uid).not.to.equal(before?.metadata.uid);
      expect(made?.metadata.annotations?.[CREATED_ANNOTATION]).to.equal(setIdOf(setOfCase(test())));
      expect(await test().get('v1', 'ConfigMap', 'b', going)).not.to.equal(undefined);
    });

    it('19: when it does not go in time that is told, and nothing is sent into it', async () => {
      const ns = await homeOf(test());
      const going = await goingNamespace();
      const objects = [namespace(going), configMap(going, 'b'), configMap(ns, 'a')];
      const run = await apply(test(), objects, { ...hurried(test()), waitMs: 20_000 });
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { failed: 1, skipped: 2 } });
      const told = eventOf(run, 'Namespace', going);
      expect(told).to.include({ action: 'failed', fix: 'let it go, then run again' });
      expect(told.message).to.match(/^is being deleted and .*/);
      expect(memberWrites(run)).to.deep.equal([]);
      await test().edit('v1', 'ConfigMap', 'stuck', going, { metadata: { finalizers: null } });
    });

    it('19: the same for the namespace of the inventory, told by its name', async () => {
      const home = await homeOf(test());
      await beginToDelete(home);
      const objects = [namespace(home), configMap(home, 'a')];
      const error = await refusalBy(apply(test(), objects, { ...hurried(test()), waitMs: 20_000 }));
      expect(error.message).to.equal(`Namespace ${home} could not be made, and nothing else was changed.`);
      expect(error.problems[0]?.path).to.equal(`Namespace ${home}`);
      expect(error.problems[0]?.message).to.match(/^is being deleted and /);
      expect(test().front.writes).to.deep.equal([]);
      await test().edit('v1', 'ConfigMap', 'stuck', home, { metadata: { finalizers: null } });
    });

    it('19: an object that goes into a namespace whose deletion begins meanwhile is refused once', async () => {
      const ns = await homeOf(test());
      const other = `other-${test().id}`;
      await apply(test(), [namespace(other), configMap(ns, 'a')]);
      let attempts = 0;
      const run = await test().front.during(
        async ({ method, path }) => {
          if (method !== 'PATCH' || !path.endsWith('/configmaps/b')) return undefined;
          attempts += 1;
          if (attempts === 1) await beginToDelete(other);
          return undefined;
        },
        () => apply(test(), [namespace(other), configMap(other, 'b'), configMap(ns, 'a')], hurried(test())),
      );
      expect(attempts).to.equal(1);
      expect(eventOf(run, 'ConfigMap', 'b')).to.include({
        action: 'failed',
        fix: 'wait until the namespace is gone, then run again',
      });
      expect(eventOf(run, 'ConfigMap', 'b').message).to.include('is being terminated');
      await test().edit('v1', 'ConfigMap', 'stuck', other, { metadata: { finalizers: null } });
    });

    /** A namespace that is being deleted, and that a finalizer within keeps. */
    async function goingNamespace(): Promise<string> {
      const name = `going-${test().id}`;
      await test().send('POST', '/api/v1/namespaces', namespace(name));
      await beginToDelete(name);
      return name;
    }

    async function beginToDelete(name: string): Promise<void> {
      const stuck = configMap(name, 'stuck', {}, { finalizers: ['example.com/hold'] });
      await test().send('POST', `/api/v1/namespaces/${name}/configmaps`, stuck);
      await test().remove('v1', 'Namespace', name);
      await until('the namespace is on its way', async () => {
        const inside = await test().get('v1', 'ConfigMap', 'stuck', name);
        return inside?.metadata.deletionTimestamp !== undefined;
      });
    }
  });
}
