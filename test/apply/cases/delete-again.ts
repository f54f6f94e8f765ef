import { expect } from 'chai';
import { fastClock, type TestTier } from '../../support/cluster/test-cluster.js';
import { errorOf, inventoryOf, leaseOf } from './observations.js';
import { apply, configMap, homeOf, remove, useCluster } from './support.js';

/** Deleting what is gone already, or is in the hands of another. */
export function deleteAgainCases(tier: TestTier): void {
  describe('a set is deleted again', () => {
    const test = useCluster(tier);

    it('67: deleting twice is no error, and the second time changes nothing', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      expect((await remove(test())).result).to.deep.include({ outcome: 'deleted', counts: { deleted: 1 } });
      const again = await remove(test());
      expect(again.result).to.deep.equal({ outcome: 'nothing', counts: {}, problems: [] });
      expect(again.writes).to.deep.equal([]);
    });

    it('67: members that somebody deleted already are no error', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      await test().remove('v1', 'ConfigMap', 'a', ns);
      const run = await remove(test());
      expect(run.result.outcome).to.equal('deleted');
      expect(run.told).to.deep.equal([`deleted ConfigMap ${ns}/b`]);
      expect(await inventoryOf(test())).to.equal(undefined);
    });

    it('67: a Lease that was left behind goes with the next deletion', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      const lost = await test().front.during(
        ({ method, path }) =>
          method === 'DELETE' && /leases/.test(path) ? { status: 403, body: {} } : undefined,
        () => remove(test()),
      );
      expect(lost.result.outcome, 'it is no failure').to.equal('deleted');
      expect((await leaseOf(test()))!['spec'], 'and it is free').to.have.property('holderIdentity', '');
      expect((await remove(test())).result.outcome).to.equal('nothing');
      expect(await leaseOf(test())).to.equal(undefined);
    });

    it('67: a deletion while another one holds the lock waits, and says for whom', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      const spec = {
        holderIdentity: 'agent-one',
        leaseDurationSeconds: 3600,
        renewTime: '2999-01-01T00:00:00.000000Z',
      };
      await test().edit('coordination.k8s.io/v1', 'Lease', 'case-apply', ns, { spec });
      const error = await errorOf(remove(test(), { clock: fastClock(100), lock: { waitMs: 5000 } }));
      expect(error.message).to.equal('The lock is held by agent-one. Nothing was changed.');
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).not.to.equal(undefined);
    });
  });
}
