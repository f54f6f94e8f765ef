import { expect } from 'chai';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, deployment, homeOf, useCluster } from './support.js';

/** The plain way: objects come, stay, change. */
export function createAndChangeCases(tier: TestTier): void {
  describe('objects come, stay and change', () => {
    const test = useCluster(tier);

    it('2: a second run with the same set writes nothing', async () => {
      const ns = await homeOf(test());
      const objects = [configMap(ns, 'a'), deployment(ns, 'b')];
      expect((await apply(test(), objects)).result.outcome).to.equal('applied');
      const again = await apply(test(), objects);
      expect(again.result).to.deep.include({ outcome: 'unchanged', counts: { unchanged: 2 } });
      expect(again.writes).to.deep.equal([]);
    });

    it('3: one changed field writes exactly one object', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      const run = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b', { key: 'other' })]);
      expect(run.told).to.deep.equal([`unchanged ConfigMap ${ns}/a`, `configured ConfigMap ${ns}/b`]);
      const members = run.writes.filter((line) => /configmaps\/[ab]$/.test(line));
      expect(members).to.deep.equal([`PATCH /api/v1/namespaces/${ns}/configmaps/b`]);
    });
  });
}
