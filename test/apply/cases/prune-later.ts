import { expect } from 'chai';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, groupOfCase, homeOf, useCluster, widgetDefinition } from './support.js';

/** What left the set and stayed, and may go in a later run. */
export function pruneLaterCases(tier: TestTier): void {
  describe('what left the set and stayed', () => {
    const test = useCluster(tier);
    const definition = () =>
      test().get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `widgets.${groupOfCase(test())}`);

    it('24: goes when a later run asks for it, although nothing else is to be done', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), widgetDefinition(test())]);
      const rest = [configMap(ns, 'a')];
      expect((await apply(test(), rest)).result.counts).to.include({ kept: 1 });
      expect((await apply(test(), rest)).writes, 'kept is settled').to.deep.equal([]);
      const run = await apply(test(), rest, { prune: { definitions: true } });
      expect(run.result.counts).to.include({ pruned: 1 });
      expect((await definition())?.metadata.deletionTimestamp ?? 'gone').not.to.equal(undefined);
    });

    it('2: a second run without pruning writes nothing, and one with it prunes', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      const rest = [configMap(ns, 'a')];
      const off = { prune: { enabled: false } };
      expect((await apply(test(), rest, off)).result.problems).to.deep.equal([]);
      expect((await apply(test(), rest, off)).writes).to.deep.equal([]);
      expect((await apply(test(), rest)).result.counts).to.include({ pruned: 1 });
    });
  });
}
