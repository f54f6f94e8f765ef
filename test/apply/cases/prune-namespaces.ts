import { expect } from 'chai';
import { CREATED_ANNOTATION, PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import { deletedNames, eventOf, inventoryOf, listedMembers } from './observations.js';
import { apply, configMap, homeOf, namespace, useCluster } from './support.js';

const get = (test: TestCluster, name: string) => test.get('v1', 'Namespace', name);

const OPTIONS = { prune: { namespaces: true } };

/** A namespace takes everything in it along. */
export function pruneNamespacesCases(tier: TestTier): void {
  describe('namespaces that left the set', () => {
    const test = useCluster(tier);
    const other = () => `other-${test().id}`;

    it('30: one that members still live in is kept, with what is in it', async () => {
      const ns = await homeOf(test());
      const inside = configMap(other(), 'inside');
      await apply(test(), [configMap(ns, 'a'), namespace(other()), inside]);
      const run = await apply(test(), [configMap(ns, 'a'), inside], OPTIONS);
      expect(eventOf(run, `Namespace ${other()}`)).to.deep.include({
        action: 'kept',
        message: `the namespace still holds ConfigMap ${other()}/inside`,
      });
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect((await get(test(), other()))!.metadata.deletionTimestamp).to.equal(undefined);
      expect(await test().get('v1', 'ConfigMap', 'inside', other())).not.to.equal(undefined);
      expect(await listedMembers(test())).to.include(`Namespace ${other()}`);
    });

    it('30: one that holds something of others is kept, and what was ours in it goes', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), namespace(other()), configMap(other(), 'inside')]);
      await test().applyAs('somebody', configMap(other(), 'foreign'));
      const run = await apply(test(), [configMap(ns, 'a')], OPTIONS);
      expect(eventOf(run, `Namespace ${other()}`).message).to.equal(
        `the namespace still holds ConfigMap ${other()}/foreign`,
      );
      expect(deletedNames(run.writes)).to.deep.equal(['inside']);
      expect(await test().get('v1', 'ConfigMap', 'foreign', other())).not.to.equal(undefined);
    });

    it('30: one that the set made and that is empty by then goes, when asked for', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), namespace(other()), configMap(other(), 'inside')]);
      const unasked = await apply(test(), [configMap(ns, 'a')]);
      expect(eventOf(unasked, `Namespace ${other()}`)).to.deep.include({
        action: 'kept',
        message: 'namespaces are deleted only when asked for',
      });
      expect((await apply(test(), [configMap(ns, 'a')])).writes, 'it is told once').to.deep.equal([]);
      const same = await apply(test(), [configMap(ns, 'a')], { dryRun: true });
      expect(same.result.outcome, 'nothing would be done').to.equal('unchanged');

      const would = await apply(test(), [configMap(ns, 'a')], { ...OPTIONS, dryRun: true });
      expect(eventOf(would, `Namespace ${other()}`).action).to.equal('pruned');
      expect(would.writes).to.deep.equal([]);
    });

    it('30: a dry run takes what it would have pruned from a namespace into account', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), namespace(other()), configMap(other(), 'inside')]);
      const would = await apply(test(), [configMap(ns, 'a')], { ...OPTIONS, dryRun: true });
      expect(would.told).to.include.members([
        `pruned ConfigMap ${other()}/inside`,
        `pruned Namespace ${other()}`,
      ]);
      const run = await apply(test(), [configMap(ns, 'a')], OPTIONS);
      expect(run.told).to.deep.equal(would.told);
      expect(deletedNames(run.writes)).to.deep.equal(['inside', other()]);
      expect(await get(test(), other())).to.equal(undefined);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
    });

    it('31: one that was there before the set is never deleted, and told once', async () => {
      const ns = await homeOf(test());
      await test().send('POST', '/api/v1/namespaces', namespace(other()));
      await apply(test(), [configMap(ns, 'a'), namespace(other())]);
      expect((await get(test(), other()))!.metadata.annotations?.[CREATED_ANNOTATION]).to.equal(undefined);
      const run = await apply(test(), [configMap(ns, 'a')], OPTIONS);
      expect(eventOf(run, `Namespace ${other()}`)).to.deep.include({
        action: 'kept',
        message: 'the namespace was there before this set; it no longer belongs to the set',
      });
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect((await get(test(), other()))!.metadata.labels).not.to.have.property(PART_OF_LABEL);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      expect((await apply(test(), [configMap(ns, 'a')], OPTIONS)).writes).to.deep.equal([]);
    });

    it('31: one of the system is never deleted, whatever its marks say', async () => {
      const ns = await homeOf(test());
      const run = await apply(test(), [configMap(ns, 'a'), namespace('kube-public')]);
      expect(run.result.outcome).to.equal('applied');
      const setId = (await get(test(), 'kube-public'))!.metadata.labels![PART_OF_LABEL];
      await test().edit('v1', 'Namespace', 'kube-public', undefined, {
        metadata: { annotations: { [CREATED_ANNOTATION]: setId } },
      });
      try {
        const again = await apply(test(), [configMap(ns, 'a')], OPTIONS);
        expect(eventOf(again, 'Namespace kube-public')).to.deep.include({
          action: 'kept',
          message: 'namespaces of the system are never deleted; it no longer belongs to the set',
        });
        expect(deletedNames(again.writes)).to.deep.equal([]);
        expect((await get(test(), 'kube-public'))!.metadata.deletionTimestamp).to.equal(undefined);
      } finally {
        const marks = { labels: { [PART_OF_LABEL]: null }, annotations: { [CREATED_ANNOTATION]: null } };
        await test().edit('v1', 'Namespace', 'kube-public', undefined, { metadata: marks });
      }
    });
  });
}
