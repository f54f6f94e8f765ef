import { expect } from 'chai';
import { statusReply } from '../../support/cluster/front.js';
import { fastClock, type TestTier } from '../../support/cluster/test-cluster.js';
import { eventOf, inventoryOf, listedMembers } from './observations.js';
import { fixed, keyValue, read } from './recreate.js';
import { apply, configMap, homeOf, remove, useCluster } from './support.js';

const FINALIZER = 'example.com/hold';

/** Making an object anew takes its time, or breaks off. */
export function recreateInterruptedCases(tier: TestTier): void {
  describe('a field cannot be changed, and making anew is held up', () => {
    const test = useCluster(tier);

    it('53: making anew waits for a finalizer; when it takes too long, the next run goes on', async () => {
      const ns = await homeOf(test());
      await apply(test(), [fixed(ns, 'f')]);
      await test().edit('v1', 'ConfigMap', 'f', ns, { metadata: { finalizers: [FINALIZER] } });
      const before = (await read(test(), ns, 'f'))!.metadata.uid;
      const wanted = [fixed(ns, 'f', 'two')];
      const late = await apply(test(), wanted, { clock: fastClock(20), waitMs: 5000 });
      expect(late.result.outcome).to.equal('failed');
      expect(eventOf(late, `ConfigMap ${ns}/f`).message).to.match(
        /; it was deleted to make it anew, and waits for its finalizer example.com\/hold$/,
      );
      const entry = (await inventoryOf(test()))!.entries.find(({ name }) => name === 'f');
      expect(entry, 'it still belongs to the set').not.to.equal(undefined);

      const again = await apply(test(), wanted, {
        onEvent: ({ type }) => {
          if (type === 'waiting')
            void test().edit('v1', 'ConfigMap', 'f', ns, { metadata: { finalizers: null } });
        },
      });
      expect(again.result.outcome).to.equal('applied');
      expect(again.told).to.deep.equal([`created ConfigMap ${ns}/f`]);
      const after = (await read(test(), ns, 'f'))!;
      expect(after.metadata.uid).not.to.equal(before);
      expect(keyValue(after)).to.equal('two');
    });

    it('53: what was made anew can be pruned and deleted, also when the run broke off before its end', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), fixed(ns, 'f'), fixed(ns, 'g')]);
      let written = 0;
      const work = test().front.during(
        ({ method, path }) => {
          if (method !== 'PATCH' || !/case-inventory$/.test(path)) return undefined;
          written += 1;
          return written > 3 ? statusReply(500, 'InternalError', 'disk full') : undefined;
        },
        () => apply(test(), [configMap(ns, 'a'), fixed(ns, 'f', 'two'), fixed(ns, 'g', 'two')]),
      );
      await work.catch(() => undefined);
      expect(keyValue(await read(test(), ns, 'f')), 'it was made anew').to.equal('two');
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applying' });

      const run = await apply(test(), [configMap(ns, 'a'), fixed(ns, 'g', 'two')]);
      expect(run.told).to.include(`pruned ConfigMap ${ns}/f`);
      expect(await read(test(), ns, 'f')).to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`, `ConfigMap ${ns}/g`]);
      expect((await remove(test())).result.outcome).to.equal('deleted');
      expect(await read(test(), ns, 'g')).to.equal(undefined);
    });

    it('53: what was being deleted by somebody is waited for and made anew, and stays ours', async () => {
      const ns = await homeOf(test());
      const held = configMap(ns, 'b', { key: 'value' }, { finalizers: [FINALIZER] } as object);
      await apply(test(), [configMap(ns, 'a'), held]);
      await test().remove('v1', 'ConfigMap', 'b', ns);
      let written = 0;
      const work = test().front.during(
        ({ method, path }) => {
          if (method !== 'PATCH' || !/case-inventory$/.test(path)) return undefined;
          written += 1;
          return written > 1 ? statusReply(500, 'InternalError', 'disk full') : undefined;
        },
        () =>
          apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')], {
            onEvent: ({ type }) => {
              if (type === 'waiting')
                void test().edit('v1', 'ConfigMap', 'b', ns, { metadata: { finalizers: null } });
            },
          }),
      );
      await work.catch(() => undefined);
      expect((await read(test(), ns, 'b'))!.metadata.deletionTimestamp).to.equal(undefined);
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.told).to.include(`pruned ConfigMap ${ns}/b`);
      expect(await read(test(), ns, 'b')).to.equal(undefined);
    });
  });
}
