import { expect } from 'chai';
import { setIdOf } from '../../../src/apply/set/apply-set.js';
import { PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, eventOf, homeOf, memberWrites, remove, setOfCase, useCluster } from './support.js';

/** Marks of other tools, with what they are told as. */
const MARKS = [
  {
    tool: 'Argo CD',
    owner: 'shop',
    metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:ns/a' } },
  },
  { tool: 'Argo CD', owner: 'shop', metadata: { labels: { 'argocd.argoproj.io/instance': 'shop' } } },
  { tool: 'Flux', owner: 'apps', metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } } },
  { tool: 'Flux', owner: 'apps', metadata: { labels: { 'helm.toolkit.fluxcd.io/name': 'apps' } } },
  { tool: 'Helm', owner: 'logs', metadata: { annotations: { 'meta.helm.sh/release-name': 'logs' } } },
] as const;

/** Objects and fields that others apply. */
export function otherOwnerCases(tier: TestTier): void {
  describe('what others apply', () => {
    const test = useCluster(tier);

    it('10: a field that another applier wants otherwise is reported with its owner and path, and not written', async () => {
      const ns = await homeOf(test());
      const theirs = await test().applyAs('somebody', configMap(ns, 'a', { key: 'theirs' }));
      const run = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { conflict: 1, created: 1 } });
      const message = '"somebody" owns fields that are wanted otherwise';
      const fix = 'leave these fields out, or take them over (--win-over somebody)';
      expect(eventOf(run, 'ConfigMap', 'a')).to.deep.include({ action: 'conflict', fields: ['.data.key'] });
      expect(run.result.problems).to.deep.equal([
        { path: `ConfigMap ${ns}/a`, message: `${message} (.data.key)`, fix },
      ]);
      expect(memberWrites(run)).to.deep.equal([`PATCH /api/v1/namespaces/${ns}/configmaps/b`]);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live).to.deep.equal(theirs);
    });

    it('10: a conflict that stays is reported again, and writes nothing at all', async () => {
      const ns = await homeOf(test());
      await test().applyAs('somebody', configMap(ns, 'a', { key: 'theirs' }));
      const objects = [configMap(ns, 'a'), configMap(ns, 'b')];
      await apply(test(), objects);
      const again = await apply(test(), objects);
      expect(again.result).to.deep.include({ outcome: 'failed', counts: { conflict: 1, unchanged: 1 } });
      expect(again.writes).to.deep.equal([]);
    });

    it('10: several owners are all named', async () => {
      const ns = await homeOf(test());
      await test().applyAs('one', configMap(ns, 'a', { key: 'theirs' }));
      await test().applyAs('two', configMap(ns, 'a', { other: 'theirs' }));
      const run = await apply(test(), [configMap(ns, 'a', { key: 'ours', other: 'ours' })]);
      const { message, fields } = eventOf(run, 'ConfigMap', 'a');
      expect(message).to.equal('"one" and "two" own fields that are wanted otherwise');
      expect(fields).to.deep.equal(['.data.key', '.data.other']);
    });

    it('10: the set wins over a manager that it was told to win over', async () => {
      const ns = await homeOf(test());
      await test().applyAs('somebody', configMap(ns, 'a', { key: 'theirs', more: 'theirs' }));
      const conflicts = { managers: { 'some*': 'force' } } as const;
      const run = await apply(test(), [configMap(ns, 'a')], { conflicts });
      expect(run.told).to.deep.equal([`configured ConfigMap ${ns}/a`]);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value', more: 'theirs' });
    });

    it('10: who declares a field between the plan and the write keeps it, also where an edit is taken back', async () => {
      const ns = await homeOf(test());
      const wanted = configMap(ns, 'a', { key: 'ours', more: 'ours' });
      await apply(test(), [wanted]);
      await test().edit('v1', 'ConfigMap', 'a', ns, { data: { key: 'edited' } });
      let declared = false;
      const run = await test().front.during(
        async ({ method, path, query }) => {
          if (declared || method !== 'PATCH' || query.has('dryRun') || !/configmaps\/a$/.test(path))
            return undefined;
          declared = true;
          await test().applyAs('somebody', configMap(ns, 'a', { more: 'theirs' }), { force: true });
          return undefined;
        },
        () => apply(test(), [wanted]),
      );
      expect(eventOf(run, 'ConfigMap', 'a')).to.deep.include({ action: 'conflict', fields: ['.data.more'] });
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'edited', more: 'theirs' });
    });

    it('10: a member that another tool marked and that is as wanted is no conflict for its label', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      const metadata = { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:ns/a' } };
      await test().applyAs('argocd', {
        ...configMap(ns, 'a'),
        metadata: { name: 'a', namespace: ns, ...metadata },
      });
      const marked = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(marked.result).to.deep.include({ outcome: 'unchanged', counts: { unchanged: 2 } });
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).not.to.equal(undefined);
      await apply(test(), [configMap(ns, 'b')]);
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).not.to.equal(undefined);
    });

    it('10: while there is a conflict nothing is pruned', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'old')]);
      await test().applyAs('somebody', configMap(ns, 'a', { key: 'theirs' }), { force: true });
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.told).to.deep.equal([`conflict ConfigMap ${ns}/a`]);
      expect(await test().get('v1', 'ConfigMap', 'old', ns)).not.to.equal(undefined);
    });

    it('11: with another applier of the same object ten rounds write nothing', async () => {
      const ns = await homeOf(test());
      const object = configMap(ns, 'a', { key: 'value', more: 'value' });
      await test().applyAs('kustomize-controller', object, { force: true });
      await apply(test(), [object]);
      const first = await test().get('v1', 'ConfigMap', 'a', ns);
      for (let round = 0; round < 10; round += 1) {
        await test().applyAs('kustomize-controller', object, { force: true });
        const run = await apply(test(), [object]);
        expect(run.result.outcome).to.equal('unchanged');
        expect(run.writes).to.deep.equal([]);
      }
      const last = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(last?.metadata.resourceVersion).to.equal(first?.metadata.resourceVersion);
    });

    it('11: with the marks of Flux on it, too, and it stays with Flux', async () => {
      const ns = await homeOf(test());
      const labels = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
      const object = configMap(ns, 'a');
      const theirs = await test().applyAs('kustomize-controller', configMap(ns, 'a', undefined, { labels }));
      for (let round = 0; round < 10; round += 1) {
        const run = await apply(test(), [object]);
        expect(run.told).to.deep.equal([`unchanged ConfigMap ${ns}/a`]);
        expect(memberWrites(run)).to.deep.equal([]);
        await test().applyAs('kustomize-controller', configMap(ns, 'a', undefined, { labels }), {
          force: true,
        });
      }
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.deep.equal(theirs);
      await remove(test());
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.deep.equal(theirs);
    });

    for (const { tool, owner, metadata } of MARKS) {
      const [mark] = Object.values(metadata).flatMap((marks) => Object.keys(marks));

      it(`12: an object with ${mark} that differs is left to ${tool}`, async () => {
        const ns = await homeOf(test());
        const theirs = await marked(configMap(ns, 'a', { key: 'theirs' }, metadata));
        const run = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
        expect(eventOf(run, 'ConfigMap', 'a')).to.deep.include({
          action: 'conflict',
          message: `managed by ${tool} (${owner}), and differs`,
          fix: `leave it to ${tool}, or take it over (--take-from "${tool}")`,
          fields: ['.data.key'],
        });
        expect(run.result).to.deep.include({ outcome: 'failed', counts: { conflict: 1, created: 1 } });
        expect(memberWrites(run)).to.deep.equal([`PATCH /api/v1/namespaces/${ns}/configmaps/b`]);
        expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.deep.equal(theirs);
      });
    }

    it('12: an object that is left to another tool goes neither with a prune nor with the set', async () => {
      const ns = await homeOf(test());
      const { metadata } = MARKS[4];
      const theirs = await marked(configMap(ns, 'a', undefined, metadata));
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      const run = await apply(test(), [configMap(ns, 'b')]);
      expect(run.result).to.deep.include({ outcome: 'unchanged', problems: [] });
      await remove(test());
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).to.deep.equal(theirs);
      expect(await test().get('v1', 'ConfigMap', 'b', ns)).to.equal(undefined);
    });

    it('12: a member that another tool took over is let go, and is no work for later runs', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      await test().edit('v1', 'ConfigMap', 'b', ns, { metadata: MARKS[4].metadata });
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(eventOf(run, 'ConfigMap', 'b')).to.deep.include({
        action: 'kept',
        message: 'it is managed by Helm (logs)',
      });
      const again = await apply(test(), [configMap(ns, 'a')]);
      expect(again.result.outcome).to.equal('unchanged');
      expect(again.writes).to.deep.equal([]);
      expect(await test().get('v1', 'ConfigMap', 'b', ns)).not.to.equal(undefined);
    });

    it('12: an object is taken over from a tool when that is asked for', async () => {
      const ns = await homeOf(test());
      const { metadata } = MARKS[4];
      await marked(configMap(ns, 'a', { key: 'theirs', old: 'theirs' }, metadata));
      const run = await apply(test(), [configMap(ns, 'a')], { conflicts: { takeFrom: ['Helm'] } });
      expect(run.told).to.deep.equal([`configured ConfigMap ${ns}/a`]);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value' });
      expect(live?.metadata.labels).to.deep.equal({ [PART_OF_LABEL]: setIdOf(setOfCase(test())) });
      expect(live?.metadata.annotations).to.equal(undefined);
    });

    /** As Helm writes: by an update of its own name. */
    async function marked(object: KubernetesObject): Promise<LiveObject> {
      const { namespace = '' } = object.metadata;
      const path = `/api/v1/namespaces/${namespace}/configmaps?fieldManager=helm`;
      return (await test().send('POST', path, object)).body as LiveObject;
    }
  });
}
