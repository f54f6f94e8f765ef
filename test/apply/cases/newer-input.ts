import { expect } from 'chai';
import { type ApplyResult, applySet } from '../../../src/apply/apply.js';
import type { EngineEvent } from '../../../src/apply/session/engine-events.js';
import { LatestWins } from '../../../src/common/latest-wins.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { TestCluster, TestTier } from '../../support/cluster/test-cluster.js';
import { errorOf, inventoryOf, leaseOf, listedMembers, memberWrites } from './observations.js';
import { apply, configMap, homeOf, setOfCase, useCluster, widget, widgetDefinition } from './support.js';

/** Applies whatever comes, as an agent does, and keeps what is told. */
function agentOf(test: TestCluster, onEvent: (event: EngineEvent) => void = () => {}) {
  const cluster = test.connect();
  return new LatestWins<readonly KubernetesObject[], ApplyResult>((objects, signal) =>
    applySet(objects, { set: setOfCase(test), cluster, signal, onEvent, health: {}, waitMs: 30_000 }),
  );
}

const SUPERSEDED = 'superseded by newer input';

/** A sync that arrives while the one before is at work. */
export function newerInputCases(tier: TestTier): void {
  describe('newer input arrives', () => {
    const test = useCluster(tier);

    it('49: while the one before waits for health: the wait ends, and the new set is applied', async () => {
      const ns = await homeOf(test());
      const definition = widgetDefinition(test());
      const stuck = widget(test(), ns, 'stuck');
      await apply(test(), [definition, stuck]);
      const status = { conditions: [{ type: 'Ready', status: 'False', message: 'has no water' }] };
      await test().edit(stuck.apiVersion, 'Widget', 'stuck', ns, { status }, { subresource: 'status' });
      let waits = () => {};
      const waiting = new Promise<void>((resolve) => {
        waits = resolve;
      });
      const agent = agentOf(test(), (event) => {
        if (event.type === 'waiting' && event.pending.some(({ message }) => message === 'has no water'))
          waits();
      });
      const first = errorOf(agent.submit([definition, stuck, configMap(ns, 'a')]));
      await waiting;
      const second = await agent.submit([definition, configMap(ns, 'a'), configMap(ns, 'b')]);
      expect((await first).message).to.equal(SUPERSEDED);
      expect(second).to.deep.include({ outcome: 'applied', problems: [] });
      expect(await listedMembers(test())).to.deep.equal([
        `ConfigMap ${ns}/a`,
        `ConfigMap ${ns}/b`,
        `CustomResourceDefinition ${definition.metadata.name}`,
      ]);
      expect(await test().get(stuck.apiVersion, 'Widget', 'stuck', ns)).to.equal(undefined);
    });

    it('49: while objects are written: the write under way is finished, no other is begun, then the new set', async () => {
      const ns = await homeOf(test());
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's', namespace: ns } };
      const agent = agentOf(test());
      const wanted = [configMap(ns, 'b'), configMap(ns, 'c')];
      let second: Promise<ApplyResult> | undefined;
      const first = errorOf(
        test().front.during(
          async ({ method, path }) => {
            if (second || method !== 'PATCH' || !/serviceaccounts\/s$/.test(path)) return undefined;
            second = agent.submit(wanted);
            return undefined;
          },
          () => agent.submit([account, configMap(ns, 'a')]),
        ),
      );
      expect((await first).message).to.equal(SUPERSEDED);
      const result = await second!;
      expect(result).to.deep.include({ outcome: 'applied', counts: { created: 2, pruned: 1 } });
      const sent = memberWrites(test().front.writes).map((line) => line.split('/').at(-1));
      expect(sent).to.have.members(['s', 'b', 'c', 's']);
      expect([sent.at(0), sent.at(-1)]).to.deep.equal(['s', 's']);
      expect(
        await test().get('v1', 'ServiceAccount', 's', ns),
        'made by the first, pruned by the second',
      ).to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/b`, `ConfigMap ${ns}/c`]);
      expect((await leaseOf(test()))!['spec']).to.have.property('holderIdentity', '');
    });

    it('49: several at once: only the newest is applied', async () => {
      const ns = await homeOf(test());
      const agent = agentOf(test());
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((name) => agent.submit([configMap(ns, name)])),
      );
      expect(outcomes.map(({ status }) => status)).to.deep.equal([
        'rejected',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/d`]);
      for (const name of ['a', 'b', 'c'])
        expect(await test().get('v1', 'ConfigMap', name, ns), name).to.equal(undefined);
    });

    it('49: an agent that is stopped lets the lock go, and leaves what the next run continues', async () => {
      const ns = await homeOf(test());
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's', namespace: ns } };
      const agent = agentOf(test());
      let stopped: Promise<void> | undefined;
      const work = test().front.during(
        ({ method, path }) => {
          if (method === 'PATCH' && /serviceaccounts\/s$/.test(path))
            stopped ??= agent.stop(new Error('stop'));
          return undefined;
        },
        () => agent.submit([account, configMap(ns, 'a')]),
      );
      const error: unknown = await work.catch((thrown: unknown) => thrown);
      await stopped;
      expect((error as Error).message).to.equal('stop');
      expect(await inventoryOf(test())).to.deep.include({ phase: 'applying' });
      expect(await listedMembers(test())).to.deep.equal([`ConfigMap ${ns}/a`, `ServiceAccount ${ns}/s`]);
      expect((await leaseOf(test()))!['spec']).to.have.property('holderIdentity', '');
      const result = await agentOf(test()).submit([configMap(ns, 'a')]);
      expect(result.counts).to.deep.equal({ created: 1, pruned: 1 });
    });
  });
}
