import { expect } from 'chai';
import fc from 'fast-check';
import { settled, unreachable } from '../../kube/fake-leases.js';
import { type Attempt, heldBy, LockWorld } from './lock-support.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('rivals for a lock', () => {
  const worlds: LockWorld[] = [];
  const newWorld = (options = {}) => {
    const world = new LockWorld(options);
    worlds.push(world);
    return world;
  };
  afterEach(() => {
    for (const world of worlds.splice(0)) world.close();
  });

  /** All of them want it at the same time, and read before anybody writes. */
  async function race(world: LockWorld, names: readonly string[]): Promise<Attempt[]> {
    const reads: (() => void)[] = [];
    world.leases.disturbance = {
      after: ({ method }) =>
        method === 'GET' ? new Promise<void>((resolve) => reads.push(resolve)) : undefined,
    };
    const attempts: Attempt[] = [];
    for (const name of names) attempts.push(await world.take(name, { waitMs: 0 }));
    expect(reads).to.have.length(names.length);
    world.leases.disturbance = {};
    for (const answer of reads) answer();
    await settled();
    return attempts;
  }

  for (const [what, write] of [
    ['that is not there', undefined],
    ['that was let go', { holderIdentity: '' }],
    [
      'whose holder is dead',
      { holderIdentity: 'dead', leaseDurationSeconds: 30, renewTime: '2025-01-01T00:00:00Z' },
    ],
  ] as const) {
    it(`47: exactly one gets a Lease ${what}`, async () => {
      const world = newWorld();
      if (write) world.leases.write(write);
      const attempts = await race(world, ['a', 'b', 'c', 'd']);
      const winners = attempts.flatMap(({ lock }) => lock?.holder ?? []);
      expect(winners).to.deep.equal([world.leases.holder]);
      const refusals = attempts.flatMap(({ refused }) => refused ?? []);
      expect(refusals).to.deep.equal(
        Array.from({ length: 3 }, () => `The lock is held by ${winners[0]}. Nothing was changed.`),
      );
    });
  }

  it('47: have clocks that are wrong by a day, and nobody is robbed of it', async () => {
    for (const hasDate of [true, false]) {
      for (const skewMs of [-DAY_MS, DAY_MS]) {
        const world = newWorld({ hasDate });
        const first = await world.take('a', { skewMs });
        const second = await world.take('b', { skewMs: -skewMs, waitMs: 100_000 });
        await world.clock.advance(99_000);
        expect(await heldBy(first.lock)).to.equal('held');
        expect(second.lock).to.equal(undefined);
      }
    }
  });

  it('47: have clocks that are wrong by a day, and the next one gets it when its holder is dead', async () => {
    for (const hasDate of [true, false]) {
      const world = newWorld({ hasDate });
      const first = await world.take('a', { skewMs: DAY_MS });
      first.lock?.stop();
      const second = await world.take('b', { skewMs: -DAY_MS });
      await world.clock.advance(31_000);
      expect(second.lock?.holder).to.equal('b');
    }
  });

  it('writes times of the server, not of the actor', async () => {
    const world = newWorld();
    await world.take('a', { skewMs: DAY_MS });
    expect(world.leases.lease?.spec).to.include({ renewTime: '2026-01-01T00:00:00.000000Z' });
  });

  it('gets the lock although the answer was lost, and makes sure of it before it goes on', async () => {
    const world = newWorld();
    let delayed = 0;
    // The first PUT arrives; its answer does not, and 25 s later the second one meets the version of the first.
    world.leases.disturbance = {
      after: async ({ method }, answer) => {
        if (method !== 'PUT' || delayed++ > 0) return undefined;
        await world.clock.for().sleep(25_000);
        return { ...answer, status: 409, body: {} };
      },
    };
    const first = await world.take('a');
    const second = await world.take('b', { waitMs: 300_000 });
    await world.clock.advance(25_000);
    expect(await heldBy(first.lock)).to.equal('held');
    expect(world.leases.lease?.spec).to.include({
      renewTime: '2026-01-01T00:00:25.000000Z',
      leaseTransitions: 1,
    });
    await world.clock.advance(9000);
    expect(await heldBy(first.lock)).to.equal('held');
    expect(second.lock, 'while the first one has it').to.equal(undefined);
  });

  it('leaves the Lease to run out when the answer was lost for good', async () => {
    const world = newWorld();
    world.leases.disturbance = { after: ({ method }) => (method === 'PUT' ? unreachable() : undefined) };
    const first = await world.take('a');
    expect(first.refused).to.equal('the API server does not answer');
    world.leases.disturbance = {};
    const second = await world.take('b');
    await world.clock.advance(31_000);
    expect(second.lock?.holder).to.equal('b');
  });

  it('47: never hold it both, whoever comes, goes and dies when', async () => {
    const step = fc.record({
      actor: fc.nat(2),
      does: fc.constantFrom('take', 'take', 'release', 'die', 'nothing'),
      waitMs: fc.constantFrom(0, 500, 4000, 9000, 13_000, 32_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = newWorld();
        const attempts: (Attempt | undefined)[] = [undefined, undefined, undefined];
        for (const { actor, does, waitMs } of steps) {
          const mine = attempts[actor];
          const isFree = !mine || mine.refused !== undefined;
          if (does === 'take' && isFree) attempts[actor] = await world.take(`${actor}`, { waitMs: 20_000 });
          if (mine?.lock && does === 'release') await mine.lock.release();
          if (mine?.lock && does === 'die') mine.lock.stop();
          if (mine?.lock && (does === 'release' || does === 'die')) attempts[actor] = undefined;
          await world.clock.advance(waitMs);
          const states = await Promise.all(attempts.map((attempt) => heldBy(attempt?.lock)));
          const holders = states.flatMap((state, index) => (state === 'held' ? [`${index}`] : []));
          expect(holders.length).to.be.at.most(1);
          if (holders.length === 1) expect(world.leases.holder).to.equal(holders[0]);
        }
        world.close();
      }),
      { numRuns: 60 },
    );
  });
});
