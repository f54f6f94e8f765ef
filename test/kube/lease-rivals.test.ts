import { expect } from 'chai';
import fc from 'fast-check';
import { type Actor, LeaseWorld } from './lease-actors.js';

/** One thing that happens to one of two actors, and how long it lasts. */
const step = fc.record({
  actor: fc.nat(1),
  does: fc.constantFrom(
    'pause',
    'lose-answers',
    'lose-requests',
    'slow-there',
    'slow-back',
    'release',
    'nothing',
  ),
  ms: fc.integer({ min: 0, max: 22_000 }),
  delayMs: fc.integer({ min: 100, max: 18_000 }),
});

/** Whoever is not holding it waits for it. */
async function keepTaking(actors: readonly Actor[], waiting: Set<Actor>): Promise<void> {
  for (const actor of actors) {
    if (actor.isPaused) continue;
    if (actor.lock) waiting.delete(actor);
    if (actor.lock && !actor.lock.held) actor.lock = undefined;
    if (actor.lock || waiting.has(actor)) continue;
    waiting.add(actor);
    await actor.take();
  }
}

function begin(actor: Actor, does: string, delayMs: number): void {
  if (does === 'pause') actor.pause();
  if (does === 'lose-answers') actor.network.lostAnswers = 3;
  if (does === 'lose-requests') actor.network.lostRequests = 5;
  if (does === 'slow-there') actor.network.thereMs = delayMs;
  if (does === 'slow-back') actor.network.backMs = delayMs;
  if (does === 'release') void actor.lock?.release();
}

describe('two replicas that want one Lease (cases 53 and 54)', () => {
  it('never both work, whatever happens to their processes and networks, and one does in the end', async function () {
    this.timeout(60_000);
    let handOvers = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
        const world = new LeaseWorld();
        const actors = [world.actor('a', 1.02), world.actor('b', 0.98)];
        const waiting = new Set<Actor>();
        let last: Actor | undefined;
        const look = async () => {
          const working = actors.filter(({ works }) => works);
          expect(working.length, `at ${world.time.nowMs} ms`).to.be.at.most(1);
          if (working[0] && working[0] !== last) handOvers += 1;
          last = working[0] ?? last;
          await keepTaking(actors, waiting);
        };
        const pass = async (ms: number) => {
          for (const until = world.time.nowMs + ms; world.time.nowMs < until; ) {
            await world.time.advance(250);
            await look();
          }
        };
        await look();
        for (const { actor: index, does, ms, delayMs } of steps) {
          const actor = actors[index]!;
          begin(actor, does, delayMs);
          await pass(ms);
          Object.assign(actor.network, { thereMs: 0, backMs: 0, lostAnswers: 0, lostRequests: 0 });
          actor.resume();
          // Right after a pause, before any timer or answer.
          await look();
        }
        await pass(45_000);
        expect(actors.filter(({ works }) => works)).to.have.length(1);
        world.close();
      }),
      { numRuns: 200, seed: 20_261 },
    );
    expect(handOvers, 'the histories are no idle ones').to.be.greaterThan(250);
  });
});
