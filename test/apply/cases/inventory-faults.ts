import { expect } from 'chai';
import { type ApiCall, type FaultAnswer, isWrite, statusReply } from '../../support/cluster/front.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { errorOf, inventoryOf, listedMembers, memberWrites, warningsOf } from './observations.js';
import { apply, configMap, homeOf, namespace, remove, setOfCase, useCluster } from './support.js';

const isOfInventory = (call: ApiCall) => isWrite(call) && /\/configmaps\/case-inventory$/.test(call.path);

/** Answers the n-th write of the inventory, from 1, and all after it where `on` says so. */
function onInventoryWrite(n: number, answer: FaultAnswer, { on = false } = {}) {
  let seen = 0;
  return (call: ApiCall) => {
    if (!isOfInventory(call)) return undefined;
    seen += 1;
    return seen === n || (on && seen > n) ? answer : undefined;
  };
}

const CONFLICT = statusReply(
  409,
  'Conflict',
  'the object has been modified; please apply your changes again',
);
const REFUSALS: Readonly<Record<string, FaultAnswer>> = {
  'a conflict': CONFLICT,
  'too large': statusReply(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'),
  'an internal error': statusReply(500, 'InternalError', 'Internal error occurred: disk full'),
  'no server behind it': statusReply(503, 'ServiceUnavailable', 'the server is currently unable'),
};

const patientCluster = (test: TestCluster) => test.connect('admin', fastClock(1000));

/** The list of members is written before the first change, and after the last. */
export function inventoryFaultsCases(tier: TestTier): void {
  describe('the inventory cannot be written', () => {
    const test = useCluster(tier);

    for (const [what, answer] of Object.entries(REFUSALS)) {
      it(`43: ${what} before the first change: nothing was changed`, async () => {
        const ns = await homeOf(test());
        await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
        const before = await inventoryOf(test());
        test().front.clear();
        const wanted = [configMap(ns, 'a', { key: 'new' }), configMap(ns, 'c')];
        const error = await test().front.during(onInventoryWrite(1, answer, { on: true }), () =>
          errorOf(apply(test(), wanted, { cluster: patientCluster(test()) })),
        );
        expect(error.code).to.equal('cluster');
        expect(error.message).to.match(
          new RegExp(`^The inventory could not be written: ConfigMap ${ns}/case-inventory: `),
        );
        expect(memberWrites(test().front.writes)).to.deep.equal([]);
        expect(await inventoryOf(test())).to.deep.equal(before);
        expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.deep.include({ data: { key: 'value' } });

        const run = await apply(test(), wanted);
        expect(run.told, 'and the lock was let go').to.have.members([
          `configured ConfigMap ${ns}/a`,
          `created ConfigMap ${ns}/c`,
          `pruned ConfigMap ${ns}/b`,
        ]);
      });

      it(`44: ${what} after the last change: the next run finds everything, and prunes what left`, async () => {
        const ns = await homeOf(test());
        const error = await test().front.during(onInventoryWrite(2, answer, { on: true }), () =>
          errorOf(
            apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')], { cluster: patientCluster(test()) }),
          ),
        );
        expect(error.message).to.match(/^The inventory could not be written: /);
        expect(await inventoryOf(test())).to.deep.include({ phase: 'applying' });
        expect(await test().get('v1', 'ConfigMap', 'b', ns)).not.to.equal(undefined);
        const run = await apply(test(), [configMap(ns, 'a')]);
        expect(run.told).to.deep.equal([`unchanged ConfigMap ${ns}/a`, `pruned ConfigMap ${ns}/b`]);
        expect(await test().get('v1', 'ConfigMap', 'b', ns)).to.equal(undefined);
        expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
      });
    }

    for (const n of [1, 2]) {
      it(`44: the answer to write ${n} of the inventory is lost: it was carried out, and the run goes on`, async () => {
        const ns = await homeOf(test());
        await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
        const wanted = [configMap(ns, 'a', { key: 'new' })];
        const run = await test().front.during(onInventoryWrite(n, 'lose-answer'), () =>
          apply(test(), wanted),
        );
        expect(run.result).to.deep.include({ outcome: 'applied', problems: [] });
        expect(await inventoryOf(test())).to.deep.include({ phase: 'applied', generation: 2 });
        expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      });
    }

    it('44: somebody else who wrote the inventory meanwhile wins, and nothing was changed', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      const error = await test().front.during(
        async (call) => {
          if (!isOfInventory(call)) return undefined;
          const patch = { metadata: { labels: { touched: 'yes' } } };
          await test().edit('v1', 'ConfigMap', 'case-inventory', ns, patch);
          return undefined;
        },
        () => errorOf(apply(test(), [configMap(ns, 'a', { key: 'new' })])),
      );
      expect(error.message).to.match(/^The inventory could not be written: /);
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.deep.include({ data: { key: 'value' } });
    });
  });

  describe('the inventory was deleted by somebody', () => {
    const test = useCluster(tier);
    const other = () => `other-${test().id}`;
    const dropInventory = () =>
      test().remove('v1', 'ConfigMap', setOfCase(test()).inventory, setOfCase(test()).namespace);

    const secret = (ns: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: ns },
      stringData: { password: 'hunter2' },
    });
    const account = (ns: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: ns },
    });

    it('46: it is made anew from the labels of the members, and what left the set meanwhile is pruned', async () => {
      const ns = await homeOf(test());
      const stays = [configMap(ns, 'a'), secret(ns, 'c')];
      await apply(test(), [...stays, configMap(ns, 'b'), secret(ns, 'd'), account(ns, 'e')]);
      await dropInventory();
      const run = await apply(test(), stays);
      expect(run.result.outcome).to.equal('applied');
      expect(run.told).to.have.members([
        `unchanged ConfigMap ${ns}/a`,
        `unchanged Secret ${ns}/c`,
        `pruned ConfigMap ${ns}/b`,
        `pruned Secret ${ns}/d`,
        `pruned ServiceAccount ${ns}/e`,
      ]);
      const listed = test().front.calls.findIndex((call) => call.query.has('labelSelector'));
      const firstWrite = test().front.calls.findIndex(
        (call) => /case-inventory/.test(call.path) && isWrite(call),
      );
      expect(listed).to.be.greaterThan(-1).and.not.equal(firstWrite);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`, `Secret ${ns}/c`]);
      expect(await test().get('v1', 'Secret', 'd', ns)).to.equal(undefined);
      expect(warningsOf(run)).to.deep.equal([]);
    });

    it('46: members in another namespace of the set are found, also of a kind that is wanted elsewhere', async () => {
      const ns = await homeOf(test());
      const stays = [configMap(ns, 'a'), namespace(other()), account(other(), 'f')];
      await apply(test(), [...stays, configMap(other(), 'b')]);
      await dropInventory();
      const run = await apply(test(), stays);
      expect(run.told).to.include(`pruned ConfigMap ${other()}/b`);
      expect(await test().get('v1', 'ConfigMap', 'b', other())).to.equal(undefined);
    });

    it('46: deleting the set finds its members in all namespaces, as far as the account may list', async () => {
      const ns = await homeOf(test());
      await test().send('POST', '/api/v1/namespaces', namespace(other()));
      const objects = [configMap(ns, 'a'), configMap(other(), 'b')];
      await apply(test(), objects);
      await dropInventory();
      const run = await remove(test());
      expect(run.told).to.have.members([`deleted ConfigMap ${ns}/a`, `deleted ConfigMap ${other()}/b`]);

      await apply(test(), objects);
      await dropInventory();
      const limited = await test().front.during(
        ({ method, path }) =>
          method === 'GET' && path === '/api/v1/configmaps'
            ? statusReply(403, 'Forbidden', 'configmaps is forbidden')
            : undefined,
        () => remove(test()),
      );
      expect(limited.told).to.deep.equal([`deleted ConfigMap ${ns}/a`]);
    });

    it('46: what has the label of another set is left alone', async () => {
      const ns = await homeOf(test());
      const second = { ...setOfCase(test()), inventory: 'second-inventory', lock: 'second-apply' };
      await apply(test(), [configMap(ns, 'x')], { set: second });
      await apply(test(), [configMap(ns, 'a')]);
      await dropInventory();
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(await test().get('v1', 'ConfigMap', 'x', ns)).not.to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`, `ConfigMap ${ns}/b`]);
    });
  });
}
