import { expect } from 'chai';
import { setIdOf } from '../../../src/apply/set/apply-set.js';
import { PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  deployment,
  eventOf,
  homeOf,
  memberWrites,
  setOfCase,
  useCluster,
} from './support.js';

/** What becomes of changes that others make, and of fields that leave the set. */
export function driftCases(tier: TestTier): void {
  describe('drift', () => {
    const test = useCluster(tier);

    it('4: a field of ours that somebody edited is put back, and the event names it', async () => {
      const ns = await homeOf(test());
      const objects = [configMap(ns, 'a'), configMap(ns, 'b')];
      await apply(test(), objects);
      await test().edit('v1', 'ConfigMap', 'a', ns, { data: { key: 'edited' } });
      const run = await apply(test(), objects);
      expect(run.told).to.have.members([`configured ConfigMap ${ns}/a`, `unchanged ConfigMap ${ns}/b`]);
      expect(eventOf(run, 'ConfigMap', 'a').fields).to.deep.equal(['.data.key']);
      const patch = `PATCH /api/v1/namespaces/${ns}/configmaps/a`;
      expect(memberWrites(run), 'what meets the edit, and what takes it back').to.deep.equal([patch, patch]);
      expect((await test().get('v1', 'ConfigMap', 'a', ns))?.['data']).to.deep.equal({ key: 'value' });
      expect((await apply(test(), objects)).writes).to.deep.equal([]);
    });

    it('4: the path of an edit within a list names the item', async () => {
      const ns = await homeOf(test());
      await apply(test(), [deployment(ns, 'app')]);
      const containers = [{ name: 'main', image: 'example.com/other:2' }];
      const patch = { spec: { template: { spec: { containers } } } };
      await test().edit('apps/v1', 'Deployment', 'app', ns, patch);
      const run = await apply(test(), [deployment(ns, 'app')]);
      expect(eventOf(run, 'Deployment', 'app').fields).to.deep.equal([
        '.spec.template.spec.containers[name="main"].image',
      ]);
      expect(imageOf(await test().get('apps/v1', 'Deployment', 'app', ns))).to.equal('example.com/app:1');
    });

    it('4: what somebody removed comes back: a field, the label of the set, a whole object', async () => {
      const ns = await homeOf(test());
      const objects = ['a', 'b', 'c'].map((name) => configMap(ns, name));
      await apply(test(), objects);
      await test().edit('v1', 'ConfigMap', 'a', ns, { data: { key: null } });
      await test().edit('v1', 'ConfigMap', 'b', ns, { metadata: { labels: { [PART_OF_LABEL]: null } } });
      await test().remove('v1', 'ConfigMap', 'c', ns);
      const run = await apply(test(), objects, { concurrency: 1 });
      expect(run.told).to.deep.equal([
        `configured ConfigMap ${ns}/a`,
        `configured ConfigMap ${ns}/b`,
        `created ConfigMap ${ns}/c`,
      ]);
      expect(eventOf(run, 'ConfigMap', 'b').fields).to.deep.equal(['.metadata.labels']);
      for (const name of ['a', 'b', 'c']) {
        const live = await test().get('v1', 'ConfigMap', name, ns);
        expect(live?.['data']).to.deep.equal({ key: 'value' });
        expect(live?.metadata.labels).to.deep.equal({ [PART_OF_LABEL]: setIdOf(setOfCase(test())) });
      }
      expect((await apply(test(), objects)).writes).to.deep.equal([]);
    });

    it('5: fields that the set does not declare stay as others made them, and cost no dry run', async () => {
      const ns = await homeOf(test());
      const objects = [configMap(ns, 'a'), deployment(ns, 'app')];
      await apply(test(), objects);
      const edit = { metadata: { labels: { mine: 'yes' } }, data: { more: 'of it' } };
      await test().edit('v1', 'ConfigMap', 'a', ns, edit);
      await test().edit('apps/v1', 'Deployment', 'app', ns, {
        spec: { replicas: 2, revisionHistoryLimit: 3 },
      });
      test().front.clear();
      const run = await apply(test(), objects);
      expect(run.result).to.deep.include({ outcome: 'unchanged', counts: { unchanged: 2 } });
      expect(test().front.calls.filter(({ method }) => method !== 'GET')).to.deep.equal([]);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value', more: 'of it' });
      expect(live?.metadata.labels).to.include({ mine: 'yes' });
      const { spec } = (await test().get('apps/v1', 'Deployment', 'app', ns)) as LiveObject & {
        spec: object;
      };
      expect(spec).to.include({ replicas: 2, revisionHistoryLimit: 3 });
    });

    it('5: they stay too when another field of the object changes', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      await test().edit('v1', 'ConfigMap', 'a', ns, { data: { more: 'of it' } });
      await apply(test(), [configMap(ns, 'a', { key: 'new' })]);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'new', more: 'of it' });
    });

    it('6: a field that leaves the set goes from the cluster, and the event names it', async () => {
      const ns = await homeOf(test());
      const labels = { team: 'red' };
      await apply(test(), [configMap(ns, 'a', { key: 'value', old: 'value' }, { labels })]);
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.told).to.deep.equal([`configured ConfigMap ${ns}/a`]);
      expect(eventOf(run, 'ConfigMap', 'a').fields).to.have.members(['.data.old', '.metadata.labels.team']);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value' });
      expect(live?.metadata.labels).to.have.keys(PART_OF_LABEL);
      expect((await apply(test(), [configMap(ns, 'a')])).writes).to.deep.equal([]);
    });

    it('6: an item that leaves a list goes, and the others stay in their order', async () => {
      const ns = await homeOf(test());
      await apply(test(), [withEnv(ns, ['ONE', 'TWO', 'THREE'])]);
      const run = await apply(test(), [withEnv(ns, ['THREE', 'ONE'])]);
      expect(eventOf(run, 'Deployment', 'app').fields?.join()).to.include('env[name="TWO"]');
      const live = (await test().get('apps/v1', 'Deployment', 'app', ns)) as KubernetesObject;
      expect(envNames(live)).to.deep.equal(['THREE', 'ONE']);
      expect((await apply(test(), [withEnv(ns, ['THREE', 'ONE'])])).writes).to.deep.equal([]);
    });

    it('6: a field that somebody else declares too stays when it leaves the set', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a', { key: 'value', shared: 'value' })]);
      await test().applyAs('somebody', configMap(ns, 'a', { shared: 'value' }));
      const run = await apply(test(), [configMap(ns, 'a')]);
      expect(run.result.outcome).to.equal('applied');
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.['data']).to.deep.equal({ key: 'value', shared: 'value' });
      expect((await apply(test(), [configMap(ns, 'a')])).writes).to.deep.equal([]);
    });
  });
}

const withEnv = (ns: string, names: readonly string[]): KubernetesObject => {
  const env = names.map((name) => ({ name, value: 'x' }));
  const containers = [{ name: 'main', image: 'example.com/app:1', env }];
  const template = { metadata: { labels: { app: 'app' } }, spec: { containers } };
  return deployment(ns, 'app', { template });
};

interface PodOwner {
  readonly spec?: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { image: string; env?: readonly { name: string }[] }[];
      };
    };
  };
}

const containerOf = (live: KubernetesObject | undefined) =>
  (live as PodOwner | undefined)?.spec?.template.spec.containers[0];
const imageOf = (live: KubernetesObject | undefined) => containerOf(live)?.image;
const envNames = (live: KubernetesObject | undefined) => containerOf(live)?.env?.map(({ name }) => name);
