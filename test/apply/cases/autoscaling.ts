import { expect } from 'chai';
import type { LiveObject } from '../../../src/kube/live-object.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, deployment, eventOf, homeOf, memberWrites, until, useCluster } from './support.js';

/** Workloads whose number of pods somebody else decides about. */
export function autoscalingCases(tier: TestTier): void {
  describe('autoscaling', () => {
    const test = useCluster(tier);

    it('13: replicas that the set does not declare stay as the autoscaler sets them', async () => {
      const ns = await homeOf(test());
      await apply(test(), [deployment(ns, 'app')]);
      await autoscale(ns);
      const run = await apply(test(), [deployment(ns, 'app')]);
      expect(run.told).to.deep.equal([`unchanged Deployment ${ns}/app`]);
      expect(run.writes).to.deep.equal([]);
      const changed = await apply(test(), [deployment(ns, 'app', { minReadySeconds: 1 })]);
      expect(changed.told).to.deep.equal([`configured Deployment ${ns}/app`]);
      expect(await replicasIn(ns)).to.equal(3);
    });

    it('13: replicas that the set declares and the autoscaler changed are reported and not reset', async () => {
      const ns = await homeOf(test());
      await apply(test(), [deployment(ns, 'app', { replicas: 1 })]);
      await autoscale(ns);
      const run = await apply(test(), [deployment(ns, 'app', { replicas: 1 })]);
      expect(eventOf(run, 'Deployment', 'app')).to.deep.include({
        action: 'conflict',
        fields: ['.spec.replicas'],
        message: '"kube-controller-manager" owns fields that are wanted otherwise',
        fix: 'leave these fields out, or take them over (--win-over kube-controller-manager)',
      });
      expect(memberWrites(run)).to.deep.equal([]);
      expect(await replicasIn(ns)).to.equal(3);
    });

    it('13: replicas that leave the set after the autoscaler took them are not reset', async () => {
      const ns = await homeOf(test());
      await apply(test(), [deployment(ns, 'app', { replicas: 1 })]);
      await autoscale(ns);
      const run = await apply(test(), [deployment(ns, 'app')]);
      expect(run.result.problems).to.deep.equal([]);
      expect(await replicasIn(ns)).to.equal(3);
    });

    it('13: the autoscaler and a set that declares the same number get along', async () => {
      const ns = await homeOf(test());
      await apply(test(), [deployment(ns, 'app')]);
      await autoscale(ns);
      const objects = [deployment(ns, 'app', { replicas: 3 })];
      expect((await apply(test(), objects)).result.problems).to.deep.equal([]);
      expect((await apply(test(), objects)).writes).to.deep.equal([]);
      expect(await replicasIn(ns)).to.equal(3);
    });

    it('13: a number that a person set with `kubectl scale` is drift where the set declares one', async () => {
      const ns = await homeOf(test());
      const objects = [deployment(ns, 'app', { replicas: 1 }), deployment(ns, 'free')];
      await apply(test(), objects);
      for (const name of ['app', 'free']) await scale(ns, name);
      const run = await apply(test(), objects);
      expect(run.told).to.have.members([
        `configured Deployment ${ns}/app`,
        `unchanged Deployment ${ns}/free`,
      ]);
      expect(eventOf(run, 'Deployment', 'app').fields).to.deep.equal(['.spec.replicas']);
      expect(await replicasIn(ns)).to.equal(1);
      expect(await replicasIn(ns, 'free')).to.equal(3);
    });

    /** As a person does. */
    async function scale(ns: string, name: string): Promise<void> {
      if (tier.kubectl) {
        await tier.kubectl(['scale', '-n', ns, `deployment/${name}`, '--replicas=3']);
        return;
      }
      const manager = { manager: 'kubectl', subresource: 'scale' };
      await test().edit('apps/v1', 'Deployment', name, ns, { spec: { replicas: 3 } }, manager);
    }

    const replicasIn = async (ns: string, name = 'app') => {
      const live = (await test().get('apps/v1', 'Deployment', name, ns)) as LiveObject & {
        spec: { replicas: number };
      };
      return live.spec.replicas;
    };

    /** Has three pods made by an autoscaler: the real one on the real tier; elsewhere as it would write. */
    async function autoscale(ns: string): Promise<void> {
      if (tier.name !== 'real') {
        const manager = { manager: 'kube-controller-manager', subresource: 'scale' };
        await test().edit('apps/v1', 'Deployment', 'app', ns, { spec: { replicas: 3 } }, manager);
        return;
      }
      // Without metrics it can do one thing: raise the number to the least that is allowed.
      await test().applyAs('somebody', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'app', namespace: ns },
        spec: {
          minReplicas: 3,
          maxReplicas: 5,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
        },
      });
      await until('the autoscaler has scaled', async () => (await replicasIn(ns)) === 3);
    }
  });
}
