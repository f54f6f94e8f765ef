import { expect } from 'chai';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { inventoryOf, leaseOf, memberWrites } from './observations.js';
import {
  apply,
  configMap,
  groupOfCase,
  namespace,
  remove,
  setOfCase,
  useCluster,
  widgetDefinition,
} from './support.js';

/** The namespace of inventory and lock belongs to the set, and goes with it. */
export function deleteHomeCases(tier: TestTier): void {
  describe('a set is deleted with the namespace of its inventory', () => {
    const test = useCluster(tier);
    const home = () => setOfCase(test()).namespace;
    const objects = () => [namespace(home()), widgetDefinition(test()), configMap(home(), 'a')];
    const name = () => `widgets.${groupOfCase(test())}`;

    it('64: the namespace goes last, with inventory and Lease', async () => {
      expect((await apply(test(), objects())).result.outcome).to.equal('applied');
      const run = await remove(test(), { namespaces: true });
      expect(run.result).to.deep.include({ outcome: 'deleted', problems: [] });
      expect(memberWrites(run.writes)).to.deep.equal([
        `DELETE /api/v1/namespaces/${home()}/configmaps/a`,
        `DELETE /api/v1/namespaces/${home()}`,
      ]);
      expect(await test().get('v1', 'Namespace', home())).to.equal(undefined);
    });

    it('66: definitions that stayed can be deleted afterwards, without any namespace', async () => {
      await apply(test(), objects());
      await remove(test(), { namespaces: true });
      const would = await remove(test(), { definitions: true, dryRun: true });
      expect(would.told).to.deep.equal([`deleted CustomResourceDefinition ${name()}`]);
      const run = await remove(test(), { definitions: true });
      expect(run.result).to.deep.include({ outcome: 'deleted', counts: { deleted: 1 }, problems: [] });
      expect(run.writes).to.deep.equal([
        `DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name()}`,
      ]);
      expect((await remove(test(), { definitions: true })).result.outcome).to.equal('nothing');
    });

    // In the model a namespace goes at once.
    if (tier.name === 'real')
      it('67: a run that was ended while the namespace goes is continued by the next', async () => {
        await apply(test(), objects());
        const abort = new AbortController();
        const ended = await remove(test(), {
          namespaces: true,
          definitions: true,
          signal: abort.signal,
          onEvent: (event) => {
            const goes =
              event.type === 'waiting' && event.pending.some(({ object }) => object.kind === 'Namespace');
            if (goes) abort.abort(new Error('ended'));
          },
        }).catch((error: Error) => error.message);
        expect(ended).to.equal('ended');
        const run = await remove(test(), { namespaces: true, definitions: true });
        expect(run.result.outcome).to.be.oneOf(['deleted', 'nothing']);
        expect(run.result.problems).to.deep.equal([]);
        expect(await test().get('v1', 'Namespace', home())).to.equal(undefined);
        expect(await test().get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name())).to.equal(
          undefined,
        );
      });

    it('67: the set can be applied again while the old namespace still goes', async () => {
      await apply(test(), objects());
      await test().remove('v1', 'Namespace', home());
      const run = await apply(test(), objects());
      expect(run.result).to.deep.include({ outcome: 'applied', problems: [] });
      expect(await test().get('v1', 'ConfigMap', 'a', home())).not.to.equal(undefined);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
      expect((await leaseOf(test()))!['spec']).to.have.property('holderIdentity', '');
    });
  });
}
