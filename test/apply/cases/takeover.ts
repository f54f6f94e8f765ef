import { expect } from 'chai';
import { changesOf } from '../../../src/apply/fields/after-dry-run.js';
import { FIELD_MANAGER, PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import { type Fault, isWrite } from '../../support/cluster/front.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, deployment, eventOf, homeOf, memberWrites, until, useCluster } from './support.js';

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

      it(`${number}: the event names the fields of ${words} that go, before and when they do`, async () => {
        const ns = await homeOf(test());
        const annotations = { note: 'theirs' };
        const env = ['ONE', 'TWO'].map((name) => ({ name, value: 'x' }));
        const theirs = [
          configMap(ns, 'a', { key: 'value', old: 'value' }, { annotations }),
          deployment(ns, 'app', { ...podsWith(env), minReadySeconds: 3 }),
        ];
        for (const object of theirs) await kubectl(object);
        const objects = [configMap(ns, 'a'), deployment(ns, 'app', podsWith(env.slice(1)))];
        // On the real tier a controller writes to it first.
        await until('the Deployment was seen', async () => {
          if (tier.name !== 'real') return true;
          const live = await test().get('apps/v1', 'Deployment', 'app', ns);
          return live?.metadata.annotations?.['deployment.kubernetes.io/revision'] === '1';
        });
        const before = await readAll(ns);
        const tried = await apply(test(), objects, { dryRun: true });
        expect(eventOf(tried, 'ConfigMap', 'a').fields).to.include('.data.old');
        expect(eventOf(tried, 'Deployment', 'app').fields).to.include('.spec.minReadySeconds');
        const run = await apply(test(), objects);
        const after = await readAll(ns);
        for (const [index, { kind, metadata }] of objects.entries()) {
          const { paths } = changesOf(before[index]!, after[index]!, FIELD_MANAGER);
          const happened = paths.filter((path) => !path.includes('deployment.kubernetes.io/revision'));
          expect(eventOf(tried, kind, metadata.name).fields).to.have.members([...happened]);
          expect(eventOf(run, kind, metadata.name).fields).to.have.members([...happened]);
        }
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
          .front.calls.filter(({ line }) => line === `PATCH ${path}`)
          .map(({ headers }) => headers['content-type']);
        expect(types).to.deep.equal(['application/json-patch+json', 'application/apply-patch+yaml']);
      });
    }

    async function readAll(ns: string): Promise<readonly LiveObject[]> {
      const objects = [
        await test().get('v1', 'ConfigMap', 'a', ns),
        await test().get('apps/v1', 'Deployment', 'app', ns),
      ];
      return objects.map((object) => object!);
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
      const disturb: Fault = async (call) => {
        if (call.headers['content-type'] !== 'application/json-patch+json' || !isWrite(call))
          return undefined;
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

const podsWith = (env: readonly object[]) => ({
  template: {
    metadata: { labels: { app: 'app' } },
    spec: { containers: [{ name: 'main', image: 'example.com/app:1', env }] },
  },
});

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
