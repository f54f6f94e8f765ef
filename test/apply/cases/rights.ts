import { expect } from 'chai';
import { diffSet } from '../../../src/apply/diff/diff-set.js';
import { describeRef } from '../../../src/apply/set/object-ref.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  deployment,
  eventOf,
  homeOf,
  memberWrites,
  namespace,
  refusalBy,
  setOfCase,
  until,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

const READ = ['get', 'list'];
const WRITE = [...READ, 'create', 'patch', 'update', 'delete'];

/** What accounts with few rights can do. */
export function rightsCases(tier: TestTier): void {
  describe('rights', () => {
    const test = useCluster(tier);

    it('22: an object that the account may not make is reported with the verb, and the rest of its stage applied', async () => {
      const ns = await homeOf(test());
      await allow(ns, { services: READ, secrets: READ });
      const objects = [configMap(ns, 'a'), service(ns), configMap(ns, 'z'), deployment(ns, 'app')];
      const run = await apply(test(), objects, { cluster: test().connect('limited') });
      expect(run.result.outcome).to.equal('failed');
      expect(run.told).to.have.members([
        `created ConfigMap ${ns}/a`,
        `created ConfigMap ${ns}/z`,
        `failed Service ${ns}/service`,
        `skipped Deployment ${ns}/app`,
      ]);
      const [problem] = run.result.problems;
      expect(problem?.path).to.equal(`Service ${ns}/service`);
      expect(problem?.message).to.match(/cannot (patch|create) resource "services"/);
      expect(problem?.fix).to.equal(
        'give the account the verbs patch and create on services, or apply as another account',
      );
      expect(await test().get('v1', 'Service', 'service', ns)).to.equal(undefined);
      expect(await test().get('v1', 'ConfigMap', 'z', ns)).not.to.equal(undefined);
      expect(await test().get('apps/v1', 'Deployment', 'app', ns)).to.equal(undefined);
    });

    it('22: an object that the account may not change is reported, and nothing is pruned', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), service(ns), configMap(ns, 'old')]);
      await allow(ns, { services: READ });
      const objects = [configMap(ns, 'a', { key: 'new' }), service(ns, 81)];
      const run = await apply(test(), objects, { cluster: test().connect('limited') });
      expect(run.told).to.have.members([`configured ConfigMap ${ns}/a`, `failed Service ${ns}/service`]);
      expect(eventOf(run, 'Service', 'service').message).to.include('cannot patch resource "services"');
      const warnings = run.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      expect(warnings).to.deep.equal(['nothing that left the set was removed, because of the failures']);
      expect(await test().get('v1', 'ConfigMap', 'old', ns)).not.to.equal(undefined);
      expect(memberWrites(run)).to.deep.equal([`PATCH /api/v1/namespaces/${ns}/configmaps/a`]);
      const again = await apply(test(), objects);
      expect(again.told)
        .to.include(`pruned ConfigMap ${ns}/old`)
        .and.include(`configured Service ${ns}/service`);
    });

    it('22: an account that may not read namespaces, nor list anything, can apply all the same', async () => {
      const ns = await homeOf(test());
      await allow(ns, { configmaps: ['get', 'create', 'patch', 'delete'] });
      const cluster = () => test().connect('limited');
      const first = await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')], { cluster: cluster() });
      expect(first.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
      const next = await apply(test(), [configMap(ns, 'a')], { cluster: cluster() });
      expect(next.told).to.have.members([`unchanged ConfigMap ${ns}/a`, `pruned ConfigMap ${ns}/b`]);
      expect(await test().get('v1', 'ConfigMap', 'b', ns)).to.equal(undefined);
    });

    it('22: an account that may delete nothing is told what it cannot prune', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), service(ns)]);
      await allow(ns, { services: [...READ, 'patch', 'create'] });
      const run = await apply(test(), [configMap(ns, 'a')], { cluster: test().connect('limited') });
      expect(run.result.outcome).to.equal('failed');
      expect(eventOf(run, 'Service', 'service')).to.include({
        action: 'failed',
        fix: 'give the account the verb delete on it',
      });
      expect(eventOf(run, 'Service', 'service').message).to.include('cannot delete resource "services"');
      expect((await apply(test(), [configMap(ns, 'a')])).told).to.include(`pruned Service ${ns}/service`);
    });

    it('22: a set of which the account may not read an object is refused before anything is written', async () => {
      const ns = await homeOf(test());
      await allow(ns, {});
      const objects = [configMap(ns, 'a'), service(ns)];
      const error = await refusalBy(apply(test(), objects, { cluster: test().connect('limited') }));
      expect(error.message).to.match(/^(read|list) .*cannot (get|list) resource "services"/);
      expect(test().front.writes).to.deep.equal([]);
    });

    it('68: a dry run tells what would happen, and writes nothing, the lock and the inventory included', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b'), configMap(ns, 'old')]);
      const other = `other-${test().id}`;
      const objects = [
        configMap(ns, 'a'),
        configMap(ns, 'b', { key: 'new' }),
        configMap(ns, 'c'),
        namespace(other),
        configMap(other, 'd'),
        widgetDefinition(test()),
        widget(test(), ns, 'one'),
      ];
      const before = await test().list('v1', 'ConfigMap', ns);
      const run = await apply(test(), objects, { dryRun: true });
      expect(run.result).to.deep.include({ outcome: 'applied', problems: [] });
      expect(run.told).to.have.members([
        `unchanged ConfigMap ${ns}/a`,
        `configured ConfigMap ${ns}/b`,
        `created ConfigMap ${ns}/c`,
        `created Namespace ${other}`,
        `created ConfigMap ${other}/d`,
        `created CustomResourceDefinition widgets.g${test().id}.example.com`,
        `created Widget ${ns}/one`,
        `pruned ConfigMap ${ns}/old`,
      ]);
      expect(eventOf(run, 'ConfigMap', 'b').fields).to.deep.equal(['.data.key']);
      expect(run.writes).to.deep.equal([]);
      expect(await test().list('v1', 'ConfigMap', ns)).to.deep.equal(before);
      expect(await test().get('v1', 'Namespace', other)).to.equal(undefined);
    });

    it('68: a dry run on an empty cluster makes no lock and no inventory', async () => {
      const ns = await homeOf(test());
      const run = await apply(test(), [configMap(ns, 'a')], { dryRun: true });
      expect(run.told).to.deep.equal([`created ConfigMap ${ns}/a`]);
      expect(run.writes).to.deep.equal([]);
      const { lock, inventory } = setOfCase(test());
      expect(await test().get('coordination.k8s.io/v1', 'Lease', lock, ns)).to.equal(undefined);
      expect(await test().get('v1', 'ConfigMap', inventory, ns)).to.equal(undefined);
    });

    it('68: a dry run tells of a refusal, too, and writes nothing', async () => {
      const ns = await homeOf(test());
      const wrong = { ...service(ns), spec: { ports: [{ port: 123_456 }] } };
      const run = await apply(test(), [configMap(ns, 'a'), wrong], { dryRun: true });
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { created: 1, failed: 1 } });
      expect(eventOf(run, 'Service', 'service').message).to.include('spec.ports[0].port');
      expect(run.writes).to.deep.equal([]);
    });

    it('68: a diff needs only to read and to try, and writes nothing', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'old')]);
      await allow(ns, { configmaps: [...READ, 'patch', 'create'], leases: [] });
      test().front.clear();
      const objects = [configMap(ns, 'a', { key: 'new' }), configMap(ns, 'c')];
      const differences = await diffSet(objects, {
        set: setOfCase(test()),
        cluster: test().connect('limited'),
      });
      expect(differences.map(({ object, change }) => `${change} ${describeRef(object)}`)).to.have.members([
        `update ConfigMap ${ns}/a`,
        `create ConfigMap ${ns}/c`,
        `remove ConfigMap ${ns}/old`,
      ]);
      const [changed] = differences.filter(({ change }) => change === 'update');
      expect(changed?.fields).to.deep.equal(['.data.key']);
      expect(changed?.lines).to.include('-  key: value').and.include('+  key: new');
      expect(test().front.writes).to.deep.equal([]);
    });

    it('68: an account that may only read is told so for each object that would change, and no other', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      await allow(ns, { configmaps: READ, leases: READ });
      const objects = [configMap(ns, 'a'), configMap(ns, 'b', { key: 'new' })];
      const cluster = test().connect('limited');
      const run = await apply(test(), objects, { cluster, dryRun: true });
      expect(run.told).to.have.members([`unchanged ConfigMap ${ns}/a`, `failed ConfigMap ${ns}/b`]);
      expect(eventOf(run, 'ConfigMap', 'b').message).to.include('cannot patch resource "configmaps"');
      expect(run.writes).to.deep.equal([]);
    });

    /**
     * Gives the limited account rights in a namespace.
     *
     * @param verbs by plural name; besides, it may do everything with ConfigMaps, Deployments and Leases
     */
    async function allow(ns: string, verbs: Readonly<Record<string, readonly string[]>>): Promise<void> {
      const rights = { configmaps: WRITE, deployments: WRITE, leases: WRITE, ...verbs };
      const rules = Object.entries(rights)
        .filter(([, given]) => given.length > 0)
        .map(([plural, given]) => ({ apiGroups: [GROUPS[plural] ?? ''], resources: [plural], verbs: given }));
      const metadata = { name: 'limited', namespace: ns };
      const rbac = 'rbac.authorization.k8s.io';
      await test().applyAs('somebody', { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
      await test().applyAs('somebody', {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'limited' },
        subjects: [{ apiGroup: rbac, kind: 'User', name: 'limited' }],
      });
      await until('the roles hold', async () => {
        const options = { user: 'limited', mayFail: true } as const;
        const path = `/api/v1/namespaces/${ns}/configmaps/none`;
        return (await test().send('GET', path, undefined, options)).status === 404;
      });
    }
  });
}

const GROUPS: Readonly<Record<string, string>> = { deployments: 'apps', leases: 'coordination.k8s.io' };

const service = (ns: string, port = 80): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'service', namespace: ns },
  spec: { ports: [{ port }], selector: { app: 'app' } },
});
