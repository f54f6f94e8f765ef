import { expect } from 'chai';
import { PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { type Fault, statusReply } from '../../support/cluster/front.js';
import { type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { deletedNames, eventOf, inventoryOf, memberWrites, problemsOf } from './observations.js';
import { apply, configMap, deployment, homeOf, useCluster } from './support.js';

/** A ConfigMap that cannot be changed. */
export const fixed = (ns: string, name: string, value = 'one', metadata: object = {}): KubernetesObject => ({
  ...configMap(ns, name, { key: value }, metadata),
  immutable: true,
});

/** Reads a ConfigMap. */
export const read = (test: TestCluster, ns: string, name: string) => test.get('v1', 'ConfigMap', name, ns);

/** What it says. */
export const keyValue = (object: KubernetesObject | undefined) =>
  (object?.['data'] as { readonly key: string } | undefined)?.key;

/** A field that cannot be changed. */
export function recreateCases(tier: TestTier): void {
  describe('a field cannot be changed', () => {
    const test = useCluster(tier);

    it('50: the object is deleted and made anew, while it is applied and not before', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), fixed(ns, 'f')]);
      const before = (await read(test(), ns, 'f'))!;
      test().front.clear();
      const run = await apply(test(), [configMap(ns, 'a', { key: 'new' }), fixed(ns, 'f', 'two')]);
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { configured: 1, recreated: 1 } });
      expect(eventOf(run, `ConfigMap ${ns}/f`).fields).to.deep.equal(['data']);
      const after = (await read(test(), ns, 'f'))!;
      expect(keyValue(after)).to.equal('two');
      expect(after.metadata.uid).not.to.equal(before.metadata.uid);
      const noted = run.writes.filter((line) => /case-inventory$/.test(line)).length;
      expect(noted, 'intent, that it is about to be deleted, and the end').to.equal(3);
      expect(run.writes.filter((line) => /configmaps\/f$/.test(line))).to.deep.equal([
        `DELETE /api/v1/namespaces/${ns}/configmaps/f`,
        `PATCH /api/v1/namespaces/${ns}/configmaps/f`,
      ]);
      const [deletion] = test().front.calls.filter(({ method }) => method === 'DELETE');
      expect(JSON.parse(String(deletion!.body)).preconditions).to.deep.equal({
        uid: before.metadata.uid,
        resourceVersion: before.metadata.resourceVersion,
      });
      const entry = (await inventoryOf(test()))!.entries.find(({ name }) => name === 'f');
      expect(entry).to.deep.include({ uid: after.metadata.uid }).and.not.have.property('recreating');
    });

    it('50: several objects at the same time are all made anew', async () => {
      const ns = await homeOf(test());
      const names = ['f', 'g', 'h', 'i'];
      await apply(
        test(),
        names.map((name) => fixed(ns, name)),
      );
      const run = await apply(
        test(),
        names.map((name) => fixed(ns, name, 'two')),
      );
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { recreated: 4 }, problems: [] });
      for (const name of names) expect(keyValue(await read(test(), ns, name)), name).to.equal('two');
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applied' });
    });

    it('50: what somebody writes in between is deleted in the version that it has by then', async () => {
      const ns = await homeOf(test());
      await apply(test(), [fixed(ns, 'f')]);
      let written = false;
      const fault: Fault = async ({ method, path }) => {
        if (method !== 'DELETE' || written || !path.endsWith('/f')) return undefined;
        written = true;
        await test().edit('v1', 'ConfigMap', 'f', ns, { metadata: { annotations: { note: 'x' } } });
        return undefined;
      };
      const run = await test().front.during(fault, () => apply(test(), [fixed(ns, 'f', 'two')]));
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { recreated: 1 } });
      expect(keyValue(await read(test(), ns, 'f'))).to.equal('two');
    });

    it('50: what somebody takes out of the set in between stays', async () => {
      const ns = await homeOf(test());
      await apply(test(), [fixed(ns, 'f')]);
      const labels = { [PART_OF_LABEL]: null };
      const fault: Fault = async ({ method, path }) => {
        if (method === 'DELETE' && path.endsWith('/f')) {
          await test().edit('v1', 'ConfigMap', 'f', ns, { metadata: { labels } });
        }
        return undefined;
      };
      const run = await test().front.during(fault, () => apply(test(), [fixed(ns, 'f', 'two')]));
      expect(run.result.outcome).to.equal('failed');
      expect(run.result.problems[0]?.message).to.include('somebody took it out of the set just now');
      expect(keyValue(await read(test(), ns, 'f'))).not.to.equal('two');
    });

    it('51: what says that it is to be kept is not deleted to make room', async () => {
      const ns = await homeOf(test());
      const annotations = { 'logging.opni.io/on-removal': 'keep' };
      await apply(test(), [fixed(ns, 'f', 'one', { annotations })]);
      const run = await apply(test(), [fixed(ns, 'f', 'two', { annotations })]);
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { failed: 1 } });
      expect(keyValue(await read(test(), ns, 'f'))).to.equal('one');
    });

    it('51: what the set did not make is never deleted to make room', async () => {
      const ns = await homeOf(test());
      await test().applyAs('somebody', fixed(ns, 'f'));
      const { uid } = (await read(test(), ns, 'f'))!.metadata;
      const run = await apply(test(), [fixed(ns, 'f', 'two')], {
        conflicts: { managers: { somebody: 'force' } },
      });
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { failed: 1 } });
      expect(run.result.problems[0]?.fix).to.include('delete the object and apply again');
      expect((await read(test(), ns, 'f'))!.metadata.uid).to.equal(uid);
    });

    it('50: kinds of workloads, with their pods: the selector of a Deployment', async () => {
      const ns = await homeOf(test());
      await apply(test(), [deployment(ns, 'd')]);
      const { uid } = (await test().get('apps/v1', 'Deployment', 'd', ns))!.metadata;
      const labels = { app: 'd', tier: 'front' };
      const template = {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'example.com/app:1' }] },
      };
      const other = deployment(ns, 'd', { selector: { matchLabels: labels }, template });
      const would = await apply(test(), [other], { dryRun: true });
      expect(would.result.counts).to.deep.equal({ recreated: 1 });
      expect(would.writes).to.deep.equal([]);
      expect((await apply(test(), [other])).result.counts).to.deep.equal({ recreated: 1 });
      const after = (await test().get('apps/v1', 'Deployment', 'd', ns))!;
      expect(after.metadata.uid).not.to.equal(uid);
      expect(after['spec']).to.have.nested.property('selector.matchLabels.tier', 'front');
    });

    it('50: the object stays while another one of the set is refused', async () => {
      const ns = await homeOf(test());
      await apply(test(), [fixed(ns, 'f'), deployment(ns, 'd')]);
      const bad = deployment(ns, 'd', { replicas: -1 });
      const run = await apply(test(), [fixed(ns, 'f', 'two'), bad]);
      expect(run.result.outcome).to.equal('failed');
      expect(eventOf(run, `ConfigMap ${ns}/f`)).to.deep.include({
        action: 'failed',
        fix: 'mend the other objects first',
      });
      expect(eventOf(run, `ConfigMap ${ns}/f`).message).to.match(
        /; it is not made anew while other objects are refused$/,
      );
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect(keyValue(await read(test(), ns, 'f'))).to.equal('one');
    });

    it('51: where making anew is not allowed, the object is left, and told with the field', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), fixed(ns, 'f')]);
      const wanted = [configMap(ns, 'a', { key: 'new' }), fixed(ns, 'f', 'two')];
      const run = await apply(test(), wanted, { recreate: false });
      expect(run.result.outcome).to.equal('failed');
      const event = eventOf(run, `ConfigMap ${ns}/f`);
      expect(event).to.deep.include({
        action: 'failed',
        fields: ['data'],
        fix: 'the field cannot be changed: put the old value back, or delete the object and apply again',
      });
      expect(event.message).to.match(/field is immutable when `immutable` is set/);
      expect(deletedNames(run.writes)).to.deep.equal([]);
      expect(keyValue(await read(test(), ns, 'f'))).to.equal('one');
      expect(keyValue(await read(test(), ns, 'a')), 'the others are applied').to.equal('new');
    });

    it('51: kinds that would take data along are never made anew: a volume claim', async () => {
      const ns = await homeOf(test());
      const claim = (storageClassName: string): KubernetesObject => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'c', namespace: ns },
        spec: {
          storageClassName,
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        },
      });
      await apply(test(), [claim('one')]);
      const run = await apply(test(), [claim('two')]);
      expect(eventOf(run, `PersistentVolumeClaim ${ns}/c`).action).to.equal('failed');
      expect(memberWrites(run.writes)).to.deep.equal([]);
      const left = await test().get('v1', 'PersistentVolumeClaim', 'c', ns);
      expect(left!['spec']).to.have.property('storageClassName', 'one');
    });

    it('52: another refusal deletes nothing, nor one that comes together with such a field', async () => {
      const ns = await homeOf(test());
      await apply(test(), [fixed(ns, 'f'), deployment(ns, 'd')]);
      const labels = { app: 'other' };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'x' }] } };
      const both = deployment(ns, 'd', { replicas: -1, selector: { matchLabels: labels }, template });
      for (const wanted of [deployment(ns, 'd', { replicas: -1 }), both]) {
        const run = await apply(test(), [fixed(ns, 'f'), wanted]);
        expect(problemsOf(run)).to.have.length(1);
        expect(problemsOf(run)[0]).to.match(
          new RegExp(`^Deployment ${ns}/d: .*spec.replicas: Invalid value: -1`),
        );
        expect(run.result.problems[0]!.fix).to.equal('mend the field that the message names');
        expect(memberWrites(run.writes)).to.deep.equal([]);
      }
      expect(await test().get('apps/v1', 'Deployment', 'd', ns)).not.to.equal(undefined);
    });

    it('52: a webhook that says "immutable" in a refusal of its own deletes nothing', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      const message = 'admission webhook "policy.example.com" denied the request: field key is immutable';
      const run = await test().front.during(
        ({ method, path }) =>
          method === 'PATCH' && /configmaps\/a$/.test(path)
            ? statusReply(403, 'Forbidden', message)
            : undefined,
        () => apply(test(), [configMap(ns, 'a', { key: 'new' })]),
      );
      expect(problemsOf(run)).to.deep.equal([`ConfigMap ${ns}/a: ${message}`]);
      expect(deletedNames(run.writes)).to.deep.equal([]);
    });
  });
}
