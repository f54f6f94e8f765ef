import { expect } from 'chai';
import type { EngineEvent } from '../../../src/apply/session/engine-events.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { inventoryOf, problemsOf } from './observations.js';
import { apply, configMap, deployment, homeOf, useCluster, widget, widgetDefinition } from './support.js';

const set = (test: TestCluster, ns: string, name: string, conditions: readonly object[]) => {
  const { apiVersion } = widget(test, ns, name);
  return test.edit(apiVersion, 'Widget', name, ns, { status: { conditions } }, { subresource: 'status' });
};

const waiting = (message: string) => [{ type: 'Ready', status: 'False', reason: 'Waiting', message }];
const stalled = (message: string) => [{ type: 'Stalled', status: 'True', reason: 'Broken', message }];
const READY = [{ type: 'Ready', status: 'True' }];

/** Makes Widgets whose status says this; a later apply then waits for them. */
async function withWidgets(
  test: TestCluster,
  states: Readonly<Record<string, readonly object[]>>,
): Promise<{ readonly ns: string; readonly objects: ReturnType<typeof widget>[] }> {
  const ns = await homeOf(test);
  const objects = [widgetDefinition(test), ...Object.keys(states).map((name) => widget(test, ns, name))];
  await apply(test, objects);
  for (const [name, conditions] of Object.entries(states)) await set(test, ns, name, conditions);
  return { ns, objects };
}

/** Calls something each time another thing is waited for. */
const whenWaiting =
  (act: (texts: readonly string[]) => void) =>
  (event: EngineEvent): void => {
    if (event.type === 'waiting') act(event.pending.map(({ message }) => message));
  };

/** The wait until all is well. */
export function healthWaitCases(tier: TestTier): void {
  describe('waiting for health', () => {
    const test = useCluster(tier);

    it('60: a Deployment that gets no further ends the wait long before its end; the rest is told too', async () => {
      const { ns, objects } = await withWidgets(test(), { w: waiting('has no water') });
      const stuck = deployment(ns, 'd', {
        progressDeadlineSeconds: 1,
        template: {
          metadata: { labels: { app: 'd' } },
          spec: { nodeSelector: { no: 'node' }, containers: [{ name: 'main', image: 'example.com/app:1' }] },
        },
      });
      // The model has no controllers: their words are put in by hand.
      const onEvent = whenWaiting(() => {
        if (tier.name !== 'model') return;
        const message = 'ReplicaSet "d-1" has timed out progressing.';
        const failed = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message };
        const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, conditions: [failed] };
        void test().edit('apps/v1', 'Deployment', 'd', ns, { status }, { subresource: 'status' });
      });
      const run = await apply(test(), [...objects, stuck], {
        onEvent,
        health: { timeoutMs: 3_600_000, failedMs: 0 },
      });
      expect(run.result.outcome).to.equal('failed');
      const problems = problemsOf(run);
      expect(problems).to.have.length(2);
      expect(problems.find((text) => text.startsWith('Deployment'))).to.match(
        new RegExp(`^Deployment ${ns}/d: got no further for 1 s: 0 of 1 pods are ready \\(ReplicaSet "d-.*`),
      );
      expect(problems.find((text) => text.startsWith('Widget'))).to.match(/: has no water$/);
      for (const { fix } of run.result.problems) expect(fix).not.to.equal(undefined);
      expect(await inventoryOf(test()), 'it was applied all the same').to.deep.include({ phase: 'applied' });
    });

    it('62: an unchanged object is judged as it is after the changes, not as it was before them', async () => {
      const { ns, objects } = await withWidgets(test(), { w: READY });
      const run = await test().front.during(
        async ({ method, path }) => {
          if (method === 'PATCH' && /configmaps\/a$/.test(path))
            await set(test(), ns, 'w', waiting('chokes on it'));
          return undefined;
        },
        () => apply(test(), [...objects, configMap(ns, 'a')], { health: { timeoutMs: 200 } }),
      );
      expect(problemsOf(run).join()).to.match(/^Widget .*: chokes on it$/);
    });

    it('61: an object that failed and recovers in time counts as healthy', async () => {
      const { ns, objects } = await withWidgets(test(), { w: stalled('the pump is broken') });
      let mended = false;
      const run = await apply(test(), objects, {
        clock: fastClock(10),
        health: { failedMs: 100_000 },
        onEvent: whenWaiting((texts) => {
          if (mended || !texts.includes('the pump is broken')) return;
          mended = true;
          void set(test(), ns, 'w', READY);
        }),
      });
      expect(mended).to.equal(true);
      expect(run.result).to.deep.include({ outcome: 'unchanged', problems: [] });
    });

    it('61: one that stays failed ends the wait after the time it has to recover', async () => {
      const { ns, objects } = await withWidgets(test(), { w: stalled('the pump is broken') });
      const clock = fastClock(100);
      const startedAt = clock.now();
      const run = await apply(test(), objects, { clock, health: { timeoutMs: 3_600_000, failedMs: 10_000 } });
      expect(clock.now() - startedAt).to.be.greaterThan(10_000);
      expect(problemsOf(run)).to.deep.equal([`Widget ${ns}/w: the pump is broken`]);
      expect(run.writes).to.deep.equal([]);
    });

    it('61: one that fails, recovers and fails again has its time anew', async () => {
      const { ns, objects } = await withWidgets(test(), { w: stalled('first') });
      const states = [waiting('again'), stalled('second'), READY];
      const run = await apply(test(), objects, {
        clock: fastClock(10),
        health: { failedMs: 100_000 },
        onEvent: whenWaiting(() => {
          const next = states.shift();
          if (next) void set(test(), ns, 'w', next);
        }),
      });
      expect(run.result.problems).to.deep.equal([]);
      expect(states).to.deep.equal([]);
    });

    it('62: when the time is over, every object that is not healthy is told with what it said last', async () => {
      const { ns, objects } = await withWidgets(test(), {
        w1: waiting('has no water'),
        w2: waiting('has no power'),
        w3: READY,
      });
      let changed = false;
      const run = await apply(test(), [...objects, configMap(ns, 'a')], {
        clock: fastClock(100),
        health: { timeoutMs: 60_000 },
        onEvent: whenWaiting(() => {
          if (!changed) void set(test(), ns, 'w2', waiting('has power, and no water'));
          changed = true;
        }),
      });
      expect(run.result.outcome).to.equal('failed');
      const told = problemsOf(run).map((text) => text.replace(/\d+ s/, 'N s'));
      expect(told).to.deep.equal([
        `Widget ${ns}/w1: is not healthy after N s: has no water`,
        `Widget ${ns}/w2: is not healthy after N s: has power, and no water`,
      ]);
      const last = run.events.filter((event) => event.type === 'waiting').at(-1);
      expect(last).to.have.nested.property('pending.length', 2);
      expect(run.result.problems[0]!.fix).to.match(/^kubectl describe -n /);
    });

    it('63: an object that somebody deletes and makes anew meanwhile is a failure', async () => {
      const { ns, objects } = await withWidgets(test(), { w: waiting('has no water') });
      const { apiVersion } = widget(test(), ns, 'w');
      let replaced = false;
      const replace = async () => {
        await test().remove(apiVersion, 'Widget', 'w', ns);
        await test().applyAs('somebody', widget(test(), ns, 'w'));
      };
      const run = await apply(test(), [...objects, configMap(ns, 'a')], {
        clock: fastClock(10),
        health: { timeoutMs: 600_000 },
        onEvent: whenWaiting(() => {
          if (!replaced) void replace();
          replaced = true;
        }),
      });
      expect(run.result.outcome).to.equal('failed');
      expect(problemsOf(run)).to.deep.equal([
        `Widget ${ns}/w: was deleted and made anew by somebody else meanwhile`,
      ]);
      expect(run.result.problems[0]!.fix).to.match(
        /^see who makes it: kubectl get -n .* --show-managed-fields$/,
      );
    });

    it('63: an object that somebody deletes meanwhile is a failure, and the next apply makes it anew', async () => {
      const { ns, objects } = await withWidgets(test(), { w: waiting('has no water') });
      const { apiVersion } = widget(test(), ns, 'w');
      let removed = false;
      const run = await apply(test(), objects, {
        clock: fastClock(10),
        health: { timeoutMs: 600_000 },
        onEvent: whenWaiting(() => {
          if (!removed) void test().remove(apiVersion, 'Widget', 'w', ns);
          removed = true;
        }),
      });
      expect(run.result.problems).to.deep.equal([
        {
          path: `Widget ${ns}/w`,
          message: 'was deleted by somebody else meanwhile',
          fix: 'opni-logging apply makes it anew',
        },
      ]);
      expect((await apply(test(), objects)).told).to.include(`created Widget ${ns}/w`);
    });
  });
}
