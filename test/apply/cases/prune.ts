import { expect } from 'chai';
import { diffSet } from '../../../src/apply/diff/diff-set.js';
import { FIELD_MANAGER, KEEP_ANNOTATION, PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import { statusReply } from '../../support/cluster/front.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import { aliasGroup } from './group-alias.js';
import {
  deletedNames,
  eventOf,
  inventoryOf,
  listedMembers,
  memberWrites,
  warningsOf,
} from './observations.js';
import {
  apply,
  configMap,
  groupOfCase,
  homeOf,
  setOfCase,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

/** Applies `a` and `b`; what becomes of `b` when only `a` is left is up to the case. */
async function withTwo(test: TestCluster): Promise<string> {
  const ns = await homeOf(test);
  await apply(test, [configMap(ns, 'a'), configMap(ns, 'b')]);
  return ns;
}

const get = (test: TestCluster, ns: string, name: string) => test.get('v1', 'ConfigMap', name, ns);

const partOf = (object: Awaited<ReturnType<typeof get>>) => object?.metadata.labels?.[PART_OF_LABEL];

/** What leaves the set is deleted, if it is certain that it is what was applied. */
export function pruneCases(tier: TestTier): void {
  describe('what leaves the set is pruned', () => {
    const test = useCluster(tier);

    it('24: an object that left the set is deleted, and the others stay', async () => {
      const ns = await withTwo(test());
      const before = await get(test(), ns, 'a');
      const b = await get(test(), ns, 'b');
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { unchanged: 1, pruned: 1 } });
      expect(memberWrites(run.writes)).to.deep.equal([`DELETE /api/v1/namespaces/${ns}/configmaps/b`]);
      const [call] = test().front.calls.filter(({ method }) => method === 'DELETE');
      expect(JSON.parse(String(call!.body)).preconditions, 'the deletion is of what was read').to.deep.equal({
        uid: b!.metadata.uid,
        resourceVersion: b!.metadata.resourceVersion,
      });
      expect(await get(test(), ns, 'b')).to.equal(undefined);
      expect((await get(test(), ns, 'a'))!.metadata).to.deep.equal(before!.metadata);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
    });

    it('24: an object that somebody changes at the same time is read again, and still deleted', async () => {
      const ns = await withTwo(test());
      let changed = false;
      const run = await test().front.during(
        async ({ method }) => {
          if (method === 'DELETE' && !changed) {
            changed = true;
            await test().edit('v1', 'ConfigMap', 'b', ns, { data: { key: 'late' } });
          }
          return undefined;
        },
        () => apply(test(), [configMap(ns, 'a')]),
      );
      expect(deletedNames(run.writes)).to.deep.equal(['b', 'b']);
      expect(eventOf(run, `ConfigMap ${ns}/b`).action).to.equal('pruned');
      expect(await get(test(), ns, 'b')).to.equal(undefined);
    });

    it('25: nothing is pruned while an object is refused; the next good run prunes', async () => {
      const ns = await withTwo(test());
      const refused = (line: string) =>
        /configmaps\/c$/.test(line)
          ? statusReply(403, 'Forbidden', 'configmaps "c" is forbidden')
          : undefined;
      const wanted = [configMap(ns, 'a'), configMap(ns, 'c')];
      const run = await test().front.during(
        ({ method, path }) => (method === 'PATCH' ? refused(path) : undefined),
        () => apply(test(), wanted),
      );
      expect(run.result.outcome).to.equal('failed');
      expect(warningsOf(run)).to.deep.equal([
        'nothing that left the set was removed, because of the failures',
      ]);
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect(await get(test(), ns, 'b')).not.to.equal(undefined);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applying' });
      expect(await listedMembers(test())).to.include(`ConfigMap ${ns}/b`);

      const again = await apply(test(), wanted);
      expect(again.told).to.deep.equal([
        `unchanged ConfigMap ${ns}/a`,
        `created ConfigMap ${ns}/c`,
        `pruned ConfigMap ${ns}/b`,
      ]);
      expect(await get(test(), ns, 'b')).to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`, `ConfigMap ${ns}/c`]);
    });

    it('26: an object that others deleted and made anew, label and all, is not deleted, now or later', async () => {
      const ns = await withTwo(test());
      const copy = (await get(test(), ns, 'b'))!;
      await test().remove('v1', 'ConfigMap', 'b', ns);
      const { name, labels } = copy.metadata;
      const restored = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, labels },
        data: { key: 'restored' },
      };
      await test().send('POST', `/api/v1/namespaces/${ns}/configmaps`, restored);
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(eventOf(run, `ConfigMap ${ns}/b`)).to.deep.include({
        action: 'kept',
        message: 'it was deleted and made anew by somebody else; it no longer belongs to the set',
      });
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);

      const again = await apply(test(), [configMap(ns, 'a')]);
      expect(again.result.outcome).to.equal('unchanged');
      expect(again.writes).to.deep.equal([]);
      const left = await get(test(), ns, 'b');
      expect(left).to.deep.include({ data: { key: 'restored' } });
      expect(partOf(left), 'the label, by which it would be found again').to.equal(undefined);
    });

    it('27: an object that lost our label is not deleted, told, and no longer listed', async () => {
      const ns = await withTwo(test());
      await test().edit('v1', 'ConfigMap', 'b', ns, { metadata: { labels: { [PART_OF_LABEL]: null } } });
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(eventOf(run, `ConfigMap ${ns}/b`)).to.deep.include({
        action: 'kept',
        message: 'it no longer has the label of this set, so it belongs to somebody else',
      });
      expect(memberWrites(run.writes)).to.deep.equal([]);
      expect(await get(test(), ns, 'b')).not.to.equal(undefined);
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
    });

    it('28: an object that is to be kept loses our label and its place in the list, and stays', async () => {
      const ns = await homeOf(test());
      const annotations = { [KEEP_ANNOTATION]: 'keep' };
      const kept = configMap(ns, 'b', { key: 'precious' }, { annotations });
      await apply(test(), [configMap(ns, 'a'), kept]);
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(eventOf(run, `ConfigMap ${ns}/b`)).to.deep.include({
        action: 'kept',
        message: `its annotation ${KEEP_ANNOTATION} says so; it no longer belongs to the set`,
      });
      expect(memberWrites(run.writes)).to.deep.equal([`PATCH /api/v1/namespaces/${ns}/configmaps/b`]);
      const left = await get(test(), ns, 'b');
      expect(left).to.deep.include({ data: { key: 'precious' } });
      expect(partOf(left)).to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      expect((await apply(test(), [configMap(ns, 'a')])).writes).to.deep.equal([]);
    });

    for (const [what, fault] of [
      ['somebody writes at the same time', undefined],
      ['whose answer gets lost', 'lose-answer'],
    ] as const) {
      it(`28: an object that is to be kept and ${what} is let go all the same`, async () => {
        const ns = await homeOf(test());
        const annotations = { [KEEP_ANNOTATION]: 'keep' };
        await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b', undefined, { annotations })]);
        let met = false;
        const run = await test().front.during(
          async ({ method, path }) => {
            if (met || method !== 'PATCH' || !/configmaps\/b$/.test(path)) return undefined;
            met = true;
            if (!fault) await test().edit('v1', 'ConfigMap', 'b', ns, { data: { key: 'late' } });
            return fault;
          },
          () => apply(test(), [configMap(ns, 'a')]),
        );
        expect(run.result).to.deep.include({ outcome: 'applied', problems: [] });
        expect(eventOf(run, `ConfigMap ${ns}/b`).action).to.equal('kept');
        expect(partOf(await get(test(), ns, 'b'))).to.equal(undefined);
        expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      });
    }

    it('28: marks of other tools keep an object too', async () => {
      const ns = await homeOf(test());
      const marks = {
        helm: { 'helm.sh/resource-policy': 'keep' },
        kustomize: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
        argo: { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true, Prune=false' },
      };
      const marked = Object.entries(marks).map(([name, annotations]) =>
        configMap(ns, name, { key: 'value' }, { annotations }),
      );
      await apply(test(), [configMap(ns, 'a'), ...marked]);
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.result.counts).to.deep.equal({ unchanged: 1, kept: 3 });
      for (const name of Object.keys(marks))
        expect(await get(test(), ns, name), name).not.to.equal(undefined);
    });

    it('29: the same object under another API group is not deleted', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      const legacy = `old.${group}`;
      await apply(test(), [widgetDefinition(test())]);
      const definition = widgetDefinition(test());
      const former = { ...widget(test(), ns, 'w'), apiVersion: `${legacy}/v1` };
      const alias = aliasGroup(test(), legacy, group);
      const first = await test().front.during(alias, () => apply(test(), [definition, former]));
      expect(first.told).to.include(`created Widget ${ns}/w`);
      const { uid } = (await test().get(`${group}/v1`, 'Widget', 'w', ns))!.metadata;

      const wanted = [definition, widget(test(), ns, 'w')];
      const would = await test().front.during(alias, () => apply(test(), wanted, { dryRun: true }));
      expect(would.told).not.to.include(`pruned Widget ${ns}/w`);
      const set = setOfCase(test());
      const options = { set, cluster: test().connect() };
      const differences = await test().front.during(alias, () => diffSet(wanted, options));
      expect(differences.map(({ change }) => change)).not.to.include('remove');

      const run = await test().front.during(alias, () => apply(test(), wanted));
      expect(run.result.outcome).to.equal('applied');
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect((await test().get(`${group}/v1`, 'Widget', 'w', ns))!.metadata.uid).to.equal(uid);
      expect((await inventoryOf(test()))!.entries.map((entry) => entry.group)).to.have.members([
        'apiextensions.k8s.io',
        group,
      ]);
    });

    it('36: what a controller made with our label on it is not pruned', async () => {
      const ns = await withTwo(test());
      const owner = (await get(test(), ns, 'a'))!;
      await test().send('POST', `/api/v1/namespaces/${ns}/configmaps`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'child',
          labels: owner.metadata.labels,
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: owner.metadata.uid, controller: true },
          ],
        },
      });
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(deletedNames(run.writes)).to.deep.equal(['b']);
      expect(run.told, 'nobody need know of it').not.to.include(`kept ConfigMap ${ns}/child`);
      expect(await get(test(), ns, 'child')).not.to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`]);
      expect((await apply(test(), [configMap(ns, 'a')])).writes).to.deep.equal([]);
    });

    it('36: a copy that somebody made of a member, label and all, is no member', async () => {
      const ns = await withTwo(test());
      const { labels } = (await get(test(), ns, 'a'))!.metadata;
      await test().send('POST', `/api/v1/namespaces/${ns}/configmaps`, {
        ...configMap(ns, 'copy'),
        metadata: { name: 'copy', labels },
      });
      const run = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(run.result.outcome).to.equal('unchanged');
      expect(run.writes).to.deep.equal([]);
      const { namespace, inventory } = setOfCase(test());
      await test().remove('v1', 'ConfigMap', inventory, namespace);
      await apply(test(), [configMap(ns, 'a')]);
      expect(await get(test(), ns, 'b'), 'the list was made anew').to.equal(undefined);
      expect(await get(test(), ns, 'copy')).not.to.equal(undefined);
    });

    it('36: what we applied and is in no list is pruned, as when a list was restored from a backup', async () => {
      const ns = await withTwo(test());
      const { labels } = (await get(test(), ns, 'a'))!.metadata;
      await test().applyAs(FIELD_MANAGER, configMap(ns, 'stray', { key: 'value' }, { labels }));
      const run = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(run.told).to.include(`pruned ConfigMap ${ns}/stray`);
      expect(await get(test(), ns, 'stray')).to.equal(undefined);
    });
  });
}
