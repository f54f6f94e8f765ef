import { expect } from 'chai';
import { FIELD_MANAGER } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { type Fault, statusReply } from '../../support/cluster/front.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  eventOf,
  groupOfCase,
  homeOf,
  hurried,
  memberWrites,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

/** Kinds in several versions, and clusters that know a kind in another one. */
export function versionCases(tier: TestTier): void {
  describe('versions of kinds', () => {
    const test = useCluster(tier);

    it('23: a field that the cluster does not know is refused with its path, and its siblings are applied', async () => {
      const ns = await homeOf(test());
      await apply(test(), [widgetDefinition(test()), widget(test(), ns, 'old')]);
      const objects = [
        widgetDefinition(test()),
        widget(test(), ns, 'one', { size: 2, colour: 'red' }),
        widget(test(), ns, 'two'),
      ];
      const run = await apply(test(), objects);
      expect(run.result.outcome).to.equal('failed');
      expect(run.told).to.have.members([
        `unchanged CustomResourceDefinition widgets.${groupOfCase(test())}`,
        `failed Widget ${ns}/one`,
        `created Widget ${ns}/two`,
      ]);
      const { message, fix } = eventOf(run, 'Widget', 'one');
      expect(message).to.include('.spec.colour').and.include('field not declared in schema');
      expect(fix).to.equal(
        'correct the name of the field; when it is right, the cluster knows the kind in another version: bring that up to date, or leave the field out',
      );
      const sent = test().front.calls.filter(({ line }) => /^PATCH .*\/widgets\/one$/.test(line));
      expect(sent).to.have.length(1);
      const kind = `${groupOfCase(test())}/v1`;
      expect(await test().get(kind, 'Widget', 'one', ns)).to.equal(undefined);
      // It left the set, and stays until a run without failures.
      expect(await test().get(kind, 'Widget', 'old', ns)).not.to.equal(undefined);
      const mended = await apply(test(), [objects[0]!, widget(test(), ns, 'one'), objects[2]!]);
      expect(mended.told).to.include(`pruned Widget ${ns}/old`).and.include(`created Widget ${ns}/one`);
    });

    it('23: an unknown field of an object that is there already leaves it as it is', async () => {
      const ns = await homeOf(test());
      await apply(test(), [widgetDefinition(test()), widget(test(), ns, 'one')]);
      const wrong = widget(test(), ns, 'one', { size: 2, colour: 'red' });
      const run = await apply(test(), [widgetDefinition(test()), wrong]);
      expect(eventOf(run, 'Widget', 'one').message).to.include('.spec.colour');
      expect(run.writes).to.deep.equal([]);
      const live = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      expect(live?.['spec']).to.deep.equal({ size: 1 });
    });

    it('23: a field that a newer definition of the same set brings is taken', async () => {
      const ns = await homeOf(test());
      await apply(test(), [widgetDefinition(test()), widget(test(), ns, 'one')]);
      const newer = withField(widgetDefinition(test()), 'colour');
      const objects = [newer, widget(test(), ns, 'one', { size: 1, colour: 'red' })];
      const tried = await apply(test(), objects, { dryRun: true });
      expect(eventOf(tried, 'Widget', 'one')).to.include({
        action: 'configured',
        message: 'what would change is known when its definition has changed',
      });
      const run = await apply(test(), objects);
      expect(run.result.problems).to.deep.equal([]);
      const live = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      expect(live?.['spec']).to.deep.equal({ size: 1, colour: 'red' });
    });

    it('23: a server that goes by the old definition for a while is asked again', async () => {
      const ns = await homeOf(test());
      await apply(test(), [widgetDefinition(test())]);
      const newer = withField(widgetDefinition(test()), 'colour');
      const objects = [newer, widget(test(), ns, 'one', { size: 1, colour: 'red' })];
      const options = hurried(test());
      let firstAt: number | undefined;
      const lag: Fault = ({ method, path }) => {
        if (method !== 'PATCH' || !path.endsWith('/widgets/one')) return undefined;
        firstAt ??= options.clock.now();
        const text = 'failed to create typed patch object: .spec.colour: field not declared in schema';
        return options.clock.now() - firstAt < 3000 ? statusReply(500, '', text) : undefined;
      };
      const run = await test().front.during(lag, () => apply(test(), objects, options));
      expect(run.result.problems).to.deep.equal([]);
      const live = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      expect(live?.['spec']).to.deep.equal({ size: 1, colour: 'red' });
    });

    it('23: what the new definition refuses as well is reported', async () => {
      const ns = await homeOf(test());
      await apply(test(), [widgetDefinition(test()), widget(test(), ns, 'one')]);
      const newer = withField(widgetDefinition(test()), 'colour');
      const objects = [newer, widget(test(), ns, 'one', { size: 1, weight: 3 })];
      const run = await apply(test(), objects, hurried(test()));
      expect(run.told).to.include(`failed Widget ${ns}/one`);
      expect(eventOf(run, 'Widget', 'one').message).to.include('.spec.weight');
    });

    it('72: a member in another version is the same object', async () => {
      const ns = await homeOf(test());
      const definition = inVersions(test(), ['v1beta1', 'v1']);
      await apply(test(), [definition, configMap(ns, 'a'), inVersion('v1beta1', widget(test(), ns, 'one'))]);
      const before = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      const objects = [definition, configMap(ns, 'a'), widget(test(), ns, 'one')];
      const run = await apply(test(), objects);
      expect(run.result.problems).to.deep.equal([]);
      expect(run.told.filter((line) => /^(created|pruned|deleted)/.test(line))).to.deep.equal([]);
      expect(memberWrites(run).filter((line) => line.startsWith('DELETE'))).to.deep.equal([]);
      const after = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      expect(after?.metadata.uid).to.equal(before?.metadata.uid);
      expect((await apply(test(), objects)).writes).to.deep.equal([]);
    });

    it('72: fields stay ours in the new version, so that they can go when the old one is gone', async () => {
      const ns = await homeOf(test());
      const definition = inVersions(test(), ['v1beta1', 'v1']);
      const full = widget(test(), ns, 'one', { size: 1, names: ['a'] });
      await apply(test(), [definition, inVersion('v1beta1', full)]);
      await apply(test(), [definition, full]);
      const live = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      const ours = live?.metadata.managedFields?.filter(({ manager }) => manager === FIELD_MANAGER);
      expect(ours?.map(({ apiVersion }) => apiVersion)).to.deep.equal([`${groupOfCase(test())}/v1`]);
      // The old version goes from the definition.
      const newer = inVersions(test(), ['v1']);
      await apply(test(), [newer, full]);
      await apply(test(), [newer, widget(test(), ns, 'one', { size: 1 })]);
      const rest = await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns);
      expect(rest?.['spec']).to.deep.equal({ size: 1 });
    });

    // The model has one version of each kind of Kubernetes.
    if (tier.name === 'real')
      it('72: a kind of Kubernetes in another version is the same object', async () => {
        const ns = await homeOf(test());
        const scaler = (version: string): KubernetesObject => ({
          apiVersion: `autoscaling/${version}`,
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: 'app', namespace: ns },
          spec: {
            maxReplicas: 3,
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
          },
        });
        await apply(test(), [scaler('v1')]);
        const before = await test().get('autoscaling/v2', 'HorizontalPodAutoscaler', 'app', ns);
        const run = await apply(test(), [scaler('v2')]);
        expect(run.result.problems).to.deep.equal([]);
        expect(run.told.join()).not.to.match(/created|pruned/);
        const after = await test().get('autoscaling/v2', 'HorizontalPodAutoscaler', 'app', ns);
        expect(after?.metadata.uid).to.equal(before?.metadata.uid);
        expect((await apply(test(), [scaler('v2')])).writes).to.deep.equal([]);
      });
  });
}

interface Definition extends KubernetesObject {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: {
        readonly openAPIV3Schema: { readonly properties: { readonly spec: { readonly properties: object } } };
      };
    }[];
  };
}

function withField(object: KubernetesObject, name: string): KubernetesObject {
  const definition = structuredClone(object) as Definition;
  const { properties } = definition.spec.versions[0]!.schema.openAPIV3Schema.properties.spec;
  Object.assign(properties, { [name]: { type: 'string' } });
  return definition;
}

/** The definition with the same schema in several versions; `v1` is stored. */
function inVersions(test: TestCluster, names: readonly string[]): KubernetesObject {
  const definition = widgetDefinition(test) as Definition;
  const [version] = definition.spec.versions;
  const versions = names.map((name) => ({ ...version, name, storage: name === 'v1' }));
  return { ...definition, spec: { ...definition.spec, versions } };
}

const inVersion = (version: string, object: KubernetesObject): KubernetesObject => ({
  ...object,
  apiVersion: `${object.apiVersion.split('/')[0]}/${version}`,
});
