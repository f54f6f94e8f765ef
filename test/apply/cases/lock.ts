import { expect } from 'chai';
import type { Clock } from '../../../src/common/clock.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { deletedNames, errorOf, leaseOf, memberWrites, movableClock } from './observations.js';
import { apply, configMap, homeOf, remove, setOfCase, useCluster } from './support.js';

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseTransitions?: number;
}

const specOf = async (test: TestCluster) => ((await leaseOf(test))?.['spec'] ?? {}) as LeaseSpec;

/** Somebody else takes the Lease, and is never heard of again. */
async function takenBy(test: TestCluster, holderIdentity: string, leaseDurationSeconds = 30): Promise<void> {
  const { namespace, lock } = setOfCase(test);
  const spec = {
    holderIdentity,
    leaseDurationSeconds,
    renewTime: `${new Date().toISOString().slice(0, -1)}000Z`,
  };
  if (await leaseOf(test)) {
    await test.edit('coordination.k8s.io/v1', 'Lease', lock, namespace, { spec });
    return;
  }
  await test.send('POST', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: lock },
    spec,
  });
}

const stepsOf = ({ events }: { readonly events: readonly { readonly type: string }[] }, step: string) =>
  events.flatMap((event) =>
    'step' in event && event.step === step && 'message' in event ? [event.message] : [],
  );

/** Two actors with one set. */
export function lockCases(tier: TestTier): void {
  describe('two actors with one set', () => {
    const test = useCluster(tier);

    it('47: the second gives up in time with the name of the first, and changes nothing', async () => {
      const ns = await homeOf(test());
      await takenBy(test(), 'agent-one', 3600);
      const error = await errorOf(
        apply(test(), [configMap(ns, 'a')], { clock: fastClock(100), lock: { waitMs: 20_000 } }),
      );
      expect(error.message).to.equal('The lock is held by agent-one. Nothing was changed.');
      expect(error.problems).to.deep.equal([
        {
          path: `Lease ${ns}/case-apply`,
          message: 'agent-one changes this set, and did not finish within 20 s',
          fix: 'wait for it to finish, or stop it: a holder that is gone loses the lock by itself',
        },
      ]);
      expect(test().front.writes).to.deep.equal([]);
      expect(await specOf(test())).to.deep.include({ holderIdentity: 'agent-one' });
    });

    it('47: the second takes over when the first has been silent for its time', async () => {
      const ns = await homeOf(test());
      await takenBy(test(), 'agent-one', 30);
      const clock = fastClock(100);
      const startedAt = clock.now();
      const run = await apply(test(), [configMap(ns, 'a')], { clock, lock: { holder: 'agent-two' } });
      expect(clock.now() - startedAt).to.be.greaterThan(30_000);
      expect(run.result.outcome).to.equal('applied');
      expect(stepsOf(run, 'lock')).to.deep.equal([
        'waiting for agent-one, which changes this set, or died within the last minute',
      ]);
      expect(await specOf(test())).to.deep.include({ holderIdentity: '', leaseTransitions: 1 });
    });

    it('47: the second waits while the first works, and then sees what the first did', async () => {
      const ns = await homeOf(test());
      const order: string[] = [];
      let second: ReturnType<typeof apply> | undefined;
      const first = await test().front.during(
        async ({ method, path }) => {
          if (second || method !== 'PATCH' || !/configmaps\/a$/.test(path)) return undefined;
          const waiting = new Promise<void>((resolve) => {
            second = apply(test(), [configMap(ns, 'b')], {
              lock: { holder: 'two' },
              onEvent: (event) => {
                if (event.type === 'step' && event.step === 'lock') resolve();
              },
            });
            second.then(() => order.push('two'), resolve);
          });
          await waiting;
          return undefined;
        },
        () => apply(test(), [configMap(ns, 'a')], { lock: { holder: 'one' } }),
      );
      order.push('one');
      const then = await second!;
      expect(order).to.deep.equal(['one', 'two']);
      expect(first.told).to.deep.equal([`created ConfigMap ${ns}/a`]);
      expect(then.told, 'it planned anew with the list of the first').to.deep.equal([
        `created ConfigMap ${ns}/b`,
        `pruned ConfigMap ${ns}/a`,
      ]);
    });

    it('47: an answer that is lost while the Lease is taken does not make an actor wait for itself', async () => {
      const ns = await homeOf(test());
      let lost = false;
      const run = await test().front.during(
        ({ method }) => {
          if (lost || method !== 'PUT') return undefined;
          lost = true;
          return 'lose-answer';
        },
        () => apply(test(), [configMap(ns, 'a')]),
      );
      expect(stepsOf(run, 'lock')).to.deep.equal([]);
      expect(run.result.outcome).to.equal('applied');
      expect(await specOf(test())).to.deep.include({ holderIdentity: '' });
    });

    for (const [what, takeOver] of [
      ['another actor took the lock', true],
      ['somebody deleted the Lease', false],
    ] as const) {
      it(`48: ${what} while this one was stopped: it deletes nothing more`, async () => {
        const ns = await homeOf(test());
        await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
        test().front.clear();
        const clock = movableClock();
        const error = await test().front.during(
          async ({ method, path, query }) => {
            if (method !== 'PATCH' || query.has('dryRun') || !/configmaps\/a$/.test(path)) return undefined;
            await lose(test(), takeOver);
            clock.moveOn(31_000);
            return undefined;
          },
          () => errorOf(apply(test(), [configMap(ns, 'a', { key: 'new' })], { clock })),
        );
        const reason = takeOver ? 'agent-two holds it now' : 'the Lease was deleted';
        expect(error.message).to.equal(
          `Lease ${ns}/case-apply: the lock was lost, because ${reason}. Nothing more was changed; run again.`,
        );
        expect(memberWrites(test().front.writes)).to.deep.equal([
          `PATCH /api/v1/namespaces/${ns}/configmaps/a`,
        ]);
        expect(await test().get('v1', 'ConfigMap', 'b', ns)).not.to.equal(undefined);
        if (takeOver) expect(await specOf(test())).to.deep.include({ holderIdentity: 'agent-two' });
      });
    }

    it('48: the same in the middle of a deletion', async () => {
      const ns = await homeOf(test());
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's', namespace: ns } };
      await apply(test(), [configMap(ns, 'a'), account]);
      test().front.clear();
      const clock = movableClock();
      const error = await test().front.during(
        async ({ method, path }) => {
          if (method !== 'DELETE' || !/configmaps\/a$/.test(path)) return undefined;
          await lose(test(), true);
          clock.moveOn(31_000);
          return undefined;
        },
        () => errorOf(remove(test(), { clock })),
      );
      expect(error.message).to.match(/the lock was lost, because agent-two holds it now/);
      expect(deletedNames(test().front.writes)).to.deep.equal(['a']);
      expect(await test().get('v1', 'ServiceAccount', 's', ns)).not.to.equal(undefined);
      expect(await leaseOf(test()), 'it belongs to the other').not.to.equal(undefined);
    });

    it('48: the lock is lost before the first change: not even the list of members is written', async () => {
      const ns = await homeOf(test());
      const clock = movableClock();
      let reads = 0;
      const error = await test().front.during(
        async ({ method, path }) => {
          if (method !== 'GET' || !/case-inventory$/.test(path) || ++reads !== 2) return undefined;
          await lose(test(), true);
          clock.moveOn(31_000);
          return undefined;
        },
        () => errorOf(apply(test(), [configMap(ns, 'a')], { clock })),
      );
      expect(error.message).to.match(/the lock was lost, because agent-two holds it now/);
      expect(await test().get('v1', 'ConfigMap', 'case-inventory', ns)).to.equal(undefined);
    });

    it('48: the lock is lost in the middle of a stage: its other objects are not written', async () => {
      const ns = await homeOf(test());
      const clock = movableClock();
      const error = await test().front.during(
        async ({ method, path }) => {
          if (method !== 'PATCH' || !/configmaps\/a$/.test(path)) return undefined;
          await lose(test(), true);
          clock.moveOn(31_000);
          return undefined;
        },
        () => errorOf(apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')], { clock, concurrency: 1 })),
      );
      expect(error.message).to.match(/the lock was lost, because agent-two holds it now/);
      expect(await test().get('v1', 'ConfigMap', 'b', ns)).to.equal(undefined);
    });

    it('48: the lock is lost at the end of a deletion: the list, which is that of another by now, stays', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a')]);
      const clock = movableClock();
      const error = await test().front.during(
        async ({ method, path }) => {
          if (method !== 'DELETE' || !/configmaps\/a$/.test(path)) return undefined;
          await lose(test(), true);
          clock.moveOn(31_000);
          return undefined;
        },
        () => errorOf(remove(test(), { clock })),
      );
      expect(error.message).to.match(/the lock was lost, because agent-two holds it now/);
      expect(await test().get('v1', 'ConfigMap', 'case-inventory', ns)).not.to.equal(undefined);
    });

    it('48: nobody took the lock while this one was stopped: it goes on', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      const clock = movableClock();
      const run = await test().front.during(
        ({ method, path, query }) => {
          if (method === 'PATCH' && !query.has('dryRun') && /configmaps\/a$/.test(path)) clock.moveOn(31_000);
          return undefined;
        },
        () => apply(test(), [configMap(ns, 'a', { key: 'new' })], { clock }),
      );
      expect(run.told).to.include(`pruned ConfigMap ${ns}/b`);
    });

    it('48: a lock that cannot be renewed in time stops the work', async () => {
      const ns = await homeOf(test());
      await apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')]);
      const clock: Clock & { moveOn(ms: number): void } = movableClock();
      let stopped = false;
      const error = await test().front.during(
        ({ method, path, query }) => {
          if (stopped && /\/leases\//.test(path)) return { status: 500, body: 'broken' };
          if (method !== 'PATCH' || query.has('dryRun') || !/configmaps\/a$/.test(path)) return undefined;
          stopped = true;
          clock.moveOn(31_000);
          return undefined;
        },
        () => errorOf(apply(test(), [configMap(ns, 'a', { key: 'new' })], { clock })),
      );
      expect(error.message).to.match(/the lock was lost, because it could not be renewed in time/);
      expect(await test().get('v1', 'ConfigMap', 'b', ns)).not.to.equal(undefined);
    });
  });
}

/** The Lease goes to somebody else, or goes away. */
async function lose(test: TestCluster, takeOver: boolean): Promise<void> {
  const { namespace, lock } = setOfCase(test);
  if (takeOver) await takenBy(test, 'agent-two');
  else await test.remove('coordination.k8s.io/v1', 'Lease', lock, namespace);
}
