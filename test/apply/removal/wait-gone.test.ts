import { expect } from 'chai';
import { waitUntilGone } from '../../../src/apply/removal/wait-gone.js';
import type { EngineEvent } from '../../../src/apply/session/engine-events.js';
import { Report } from '../../../src/apply/session/report.js';
import { openSession } from '../../../src/apply/session/session.js';
import { refOf } from '../../../src/apply/set/object-ref.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import { HandClock, settled } from '../../kube/fake-leases.js';
import { type LiveParts, liveOf } from '../unit-support.js';

const REF = refOf(liveOf('v1/Namespace'));

/** Waits for an object that is as `partsAt` says; undefined when it is gone. */
async function waitFor(partsAt: (nowMs: number) => LiveParts | undefined, timeoutMs = 10_000) {
  const clock = new HandClock();
  const events: EngineEvent[] = [];
  const cluster = {
    discovery: { find: async () => ({}) },
    get: async () => {
      const parts = partsAt(clock.nowMs);
      return parts && liveOf('v1/Namespace', parts);
    },
  } as unknown as Cluster;
  const session = openSession({
    cluster,
    set: { namespace: 'logs', inventory: 'i', lock: 'l' },
    clock: clock.for(),
  });
  const outcome: { stuck?: readonly string[] } = {};
  const going = [{ ref: REF, uid: 'uid-1' }];
  void waitUntilGone(session, new Report((event) => events.push(event)), going, {
    reason: 'until it is gone',
    timeoutMs,
  }).then((stuck) => {
    outcome.stuck = stuck.map(({ message }) => message);
  });
  await settled();
  return { clock, events, outcome };
}

const finalizers = (...names: readonly string[]): LiveParts => ({ metadata: { finalizers: names } });

describe('waitUntilGone', () => {
  it('ends at once when nothing is there, or another object of that name', async () => {
    expect((await waitFor(() => undefined)).outcome.stuck).to.deep.equal([]);
    expect((await waitFor(() => ({ metadata: { uid: 'uid-2' } }))).outcome.stuck).to.deep.equal([]);
  });

  it('35: ends when the object goes', async () => {
    const { clock, outcome } = await waitFor((nowMs) => (nowMs < 3000 ? finalizers('a') : undefined));
    await clock.advance(2900);
    expect(outcome.stuck).to.equal(undefined);
    await clock.advance(2100);
    expect(outcome.stuck).to.deep.equal([]);
  });

  it('35: gives back what is still there when the time is over, and what it waits for', async () => {
    const { clock, outcome } = await waitFor(() => finalizers('x/one', 'x/two'), 5000);
    await clock.advance(4999);
    expect(outcome.stuck).to.equal(undefined);
    await clock.advance(1);
    expect(outcome.stuck).to.deep.equal(['waits for its finalizers x/one, x/two']);
  });

  const WORDS: readonly (readonly [what: string, parts: LiveParts, message: string])[] = [
    ['its only finalizer', finalizers('x/one'), 'waits for its finalizer x/one'],
    [
      'what its conditions say',
      {
        status: {
          conditions: [
            { status: 'True', message: 'pods are left' },
            { status: 'False', message: 'no' },
          ],
        },
      },
      'pods are left',
    ],
    ['nothing that is known', {}, 'is being deleted'],
  ];
  for (const [what, parts, message] of WORDS) {
    it(`65: names ${what}`, async () => {
      const { outcome, events } = await waitFor(() => parts, 0);
      expect(outcome.stuck).to.deep.equal([message]);
      expect(events).to.deep.equal([
        { type: 'waiting', reason: 'until it is gone', pending: [{ object: REF, message }] },
      ]);
    });
  }

  it('tells what it waits for only when that changes', async () => {
    const { clock, events } = await waitFor((nowMs) =>
      nowMs < 4000 ? finalizers('a', 'b') : finalizers('b'),
    );
    await clock.advance(10_000);
    expect(events).to.have.length(2);
  });
});
