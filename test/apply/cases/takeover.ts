import { expect } from 'chai';
import { FIELD_MANAGER, PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import type { Fault } from '../../support/cluster/front.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, deployment, eventOf, homeOf, memberWrites, useCluster } from './support.js';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Ways of `kubectl apply`, each with the manager that it leaves behind. */
const WAYS = [
  { number: 7, words: '`kubectl apply`', manager: 'kubectl-client-side-apply', serverSide: false },
  { number: 8, words: '`kubectl apply --server-side`', manager: 'kubectl', serverSide: true },
] as const;

/** Objects that `kubectl apply` made, in its two ways. */
export function takeoverCases(tier: TestTier): void {
  describe('what kubectl apply made', () => {
    const test = useCluster(tier);

    for (const { number, words, manager, serverSide } of WAYS) {
      const kubectl = (object: KubernetesObject) => kubectlApply(tier, test(), object, serverSide);

      it(`${number}: a field that ${words} set goes when the set does not have it`, async () => {
        const ns = await homeOf(test());
        await kubectl(configMap(ns, 'a', { key: 'value', old: 'value' }));
        expect(managersOf(await test().get('v1', 'ConfigMap', 'a', ns))).to.deep.equal([manager]);
        const run = await apply(test(), [configMap(ns, 'a')]);
        expect(run.result).to.deep.include({ outcome: 'applied', counts: { configured: 1 }, problems: [] });
        const live = await test().get('v1', 'ConfigMap', 'a', ns);
        expect(live?.['data']).to.deep.equal({ key: 'value' });
        expect(live?.metadata.annotations).to.equal(undefined);
        expect(live?.metadata.labels).to.have.keys(PART_OF_LABEL);
        expect(managersOf(live)).to.deep.equal([FIELD_MANAGER]);
      });

      it(`${number}: a value of ${words} that the set wants otherwise changes, and is no conflict`, async () => {
        const ns = await homeOf(test());
        await kubectl(configMap(ns, 'a', { key: 'before' }));
        const run = await apply(test(), [configMap(ns, 'a')]);
        expect(run.result.problems).to.deep.equal([]);
        expect(eventOf(run, 'ConfigMap', 'a').fields).to.include('.data.key');
        expect((await test().get('v1', 'ConfigMap', 'a', ns))?.['data']).to.deep.equal({ key: 'value' });
      });

      it(`${number}: the run after the one that took over from ${words} writes nothing`, async () => {
        const ns = await homeOf(test());
        const objects = [configMap(ns, 'a'), deployment(ns, 'app')];
        for (const object of objects) await kubectl(object);
        const first = await apply(test(), objects);
        expect(first.result.problems).to.deep.equal([]);
        expect(first.result).to.deep.include({ outcome: 'applied', counts: { configured: 2 } });
        const again = await apply(test(), objects);
        expect(again.result).to.deep.include({ outcome: 'unchanged', counts: { unchanged: 2 } });
        expect(again.writes).to.deep.equal([]);
      });

      it(`${number}: what others own of an object of ${words} stays theirs`, async () => {
        const ns = await homeOf(test());
        await kubectl(configMap(ns, 'a', { key: 'value', old: 'value' }));
        await test().edit('v1', 'ConfigMap', 'a', ns, { data: { theirs: 'value' } }, { manager: 'somebody' });
        await apply(test(), [configMap(ns, 'a')]);
        const live = await test().get('v1', 'ConfigMap', 'a', ns);
        expect(live?.['data']).to.deep.equal({ key: 'value', theirs: 'value' });
        expect(managersOf(live)).to.have.members([FIELD_MANAGER, 'somebody']);
      });

      it(`${number}: an object is patched once and applied once when it is taken from ${words}`, async () => {
        const ns = await homeOf(test());
        await kubectl(configMap(ns, 'a', { key: 'value', old: 'value' }));
        const run = await apply(test(), [configMap(ns, 'a')]);
        const path = `/api/v1/namespaces/${ns}/configmaps/a`;
        expect(memberWrites(run)).to.deep.equal([`PATCH ${path}`, `PATCH ${path}`]);
        const types = test()
          .front.calls.filter((call) => call.line === `PATCH ${path}`)
          .map(({ headers }) => headers['content-type']);
        expect(types).to.deep.equal(['application/json-patch+json', 'application/apply-patch+yaml']);
      });
    }

    it('9: a takeover that meets the write of somebody else is tried again', async () => {
      const ns = await homeOf(test());
      await kubectlApply(tier, test(), configMap(ns, 'a', { key: 'value', old: 'value' }), false);
      const patches = await disturbing(ns, 4, async () => {
        const run = await apply(test(), [configMap(ns, 'a')]);
        expect(run.result.problems).to.deep.equal([]);
      });
      expect(patches).to.equal(5);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value', theirs: '4' });
    });

    it('9: a takeover that meets others five times is given up and reported', async () => {
      const ns = await homeOf(test());
      await kubectlApply(tier, test(), configMap(ns, 'a', { key: 'value', old: 'value' }), false);
      const patches = await disturbing(ns, 100, async () => {
        const run = await apply(test(), [configMap(ns, 'a')]);
        expect(eventOf(run, 'ConfigMap', 'a')).to.include({
          action: 'failed',
          fix: 'run again when nobody else writes it',
        });
        const [{ message } = { message: '' }] = run.result.problems;
        expect(message).to.include('cannot be taken over from who applied it before').and.include('modified');
      });
      expect(patches).to.equal(5);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value', old: 'value', theirs: '5' });
    });

    /** Has somebody edit the ConfigMap right before each of the first takeovers arrives; tells how many did. */
    async function disturbing(ns: string, times: number, work: () => Promise<void>): Promise<number> {
      let patches = 0;
      const disturb: Fault = async ({ headers }) => {
        if (headers['content-type'] !== 'application/json-patch+json') return undefined;
        patches += 1;
        if (patches > times) return undefined;
        const edit = { data: { theirs: String(patches) } };
        await test().edit('v1', 'ConfigMap', 'a', ns, edit, { manager: 'somebody' });
        return undefined;
      };
      await test().front.during(disturb, work);
      return patches;
    }
  });
}

const managersOf = (live: LiveObject | undefined) =>
  (live?.metadata.managedFields ?? [])
    .filter(({ subresource }) => !subresource)
    .map((entry) => entry.manager);

/** With the real program where there is one; elsewhere what it leaves behind is made by hand. */
async function kubectlApply(
  tier: TestTier,
  test: TestCluster,
  object: KubernetesObject,
  serverSide: boolean,
): Promise<void> {
  const text = JSON.stringify(object);
  if (tier.kubectl) {
    await tier.kubectl(['apply', ...(serverSide ? ['--server-side'] : []), '-f', '-'], text);
  } else if (serverSide) {
    await test.applyAs('kubectl', object);
  } else {
    const { apiVersion, kind, metadata } = object;
    const annotations = { ...metadata.annotations, [LAST_APPLIED]: `${text}\n` };
    const path = await test.pathOf(apiVersion, kind, metadata.name, metadata.namespace);
    const collection = path.slice(0, path.lastIndexOf('/'));
    await test.send('POST', `${collection}?fieldManager=kubectl-client-side-apply`, {
      ...object,
      metadata: { ...metadata, annotations },
    });
  }
}
