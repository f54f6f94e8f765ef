import { expect } from 'chai';
import { type SettleOptions, settle } from '../../../src/apply/health/settle.js';
import type { EngineEvent } from '../../../src/apply/session/engine-events.js';
import { Report } from '../../../src/apply/session/report.js';
import { openSession } from '../../../src/apply/session/session.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import { HandClock, settled } from '../../kube/fake-leases.js';
import { type LiveParts, liveOf } from '../unit-support.js';
import { condition } from './health-table.js';

const DEPLOYMENT = 'apps/v1/Deployment';
const pods = (ready: number, list: readonly object[] = [condition('Available=True')]): LiveParts => ({
  spec: { replicas: 2 },
  status: { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: ready, conditions: list },
});
const STUCK = pods(1, [condition('Progressing=False', 'ProgressDeadlineExceeded')]);

/** What each object is at a time, by its name; undefined when it is not there. */
type Story = Readonly<Record<string, (nowMs: number) => LiveParts | undefined>>;

/** A wait in a cluster that changes as the story says. */
async function waitIn(story: Story, options: SettleOptions = {}, known: readonly string[] = []) {
  const clock = new HandClock();
  const reads: string[] = [];
  const liveAt = (name: string): LiveObject | undefined => {
    const parts = story[name]?.(clock.nowMs);
    return parts && liveOf(DEPLOYMENT, { ...parts, metadata: { name, ...parts.metadata } });
  };
  const cluster = {
    discovery: { find: async () => ({}) },
    get: async (_: unknown, __: unknown, name: string) => {
      reads.push(name);
      return liveAt(name);
    },
    list: async () => ({ items: [] }),
  } as unknown as Cluster;
  const events: EngineEvent[] = [];
  const report = new Report((event) => events.push(event));
  const abort = new AbortController();
  const session = openSession({
    cluster,
    set: { namespace: 'logs', inventory: 'i', lock: 'l' },
    clock: clock.for(),
    signal: abort.signal,
  });
  const names = Object.keys(story);
  const keys = new Map(names.map((name) => [`apps/Deployment/logs/${name}`, name]));
  const outcome: { ended?: true; error?: unknown } = {};
  void settle(
    session,
    report,
    {
      objects: names.map((name) => liveOf(DEPLOYMENT, { metadata: { name } })),
      uids: new Map([...keys.keys()].map((key) => [key, 'uid-1'])),
      live: new Map([...keys].flatMap(([key, name]) => (known.includes(name) ? [[key, liveAt(name)!]] : []))),
    },
    options,
  ).then(
    () => {
      outcome.ended = true;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  await settled();
  const problems = () => report.problems.map(({ path, message }) => `${path}: ${message}`);
  return { clock, reads, events, report, abort, outcome, problems };
}

describe('waiting for health', () => {
  it('ends as soon as all objects are healthy, without a problem', async () => {
    const { clock, outcome, problems, events } = await waitIn({
      a: () => pods(2),
      b: (nowMs) => pods(nowMs < 5000 ? 1 : 2),
    });
    await clock.advance(4900);
    expect(outcome).to.deep.equal({});
    await clock.advance(2100);
    expect(outcome).to.deep.equal({ ended: true });
    expect(problems()).to.deep.equal([]);
    expect(events).to.deep.equal([
      {
        type: 'waiting',
        reason: 'until all is healthy',
        pending: [
          {
            object: { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'logs', name: 'b' },
            message: 'has 1 of 2 pods ready',
          },
        ],
      },
    ]);
  });

  it('2: reads nothing that was just read and is healthy', async () => {
    const { outcome, reads } = await waitIn({ a: () => pods(2), b: () => pods(2) }, {}, ['a', 'b']);
    expect(outcome).to.deep.equal({ ended: true });
    expect(reads).to.deep.equal([]);
  });

  it('reads what was just read and is not healthy', async () => {
    const { clock, outcome } = await waitIn({ a: (nowMs) => pods(nowMs < 1000 ? 1 : 2) }, {}, ['a']);
    await clock.advance(3000);
    expect(outcome).to.deep.equal({ ended: true });
  });

  it('reads only what was not healthy at the last look', async () => {
    const { clock, reads } = await waitIn({ a: () => pods(2), b: () => pods(1) }, { timeoutMs: 1000 });
    await clock.advance(300);
    expect(reads.filter((name) => name === 'a')).to.have.length(1);
    expect(reads.filter((name) => name === 'b').length).to.be.above(1);
  });

  it('62: names every object that is not healthy when the time is over, with its last words', async () => {
    const { clock, outcome, problems } = await waitIn(
      { a: () => pods(1), b: () => pods(2), c: (nowMs) => (nowMs < 20_000 ? pods(0) : pods(1)) },
      { timeoutMs: 30_000 },
    );
    await clock.advance(29_999);
    expect(outcome).to.deep.equal({});
    await clock.advance(1);
    expect(outcome).to.deep.equal({ ended: true });
    expect(problems()).to.deep.equal([
      'Deployment logs/a: is not healthy after 30 s: has 1 of 2 pods ready',
      'Deployment logs/c: is not healthy after 30 s: has 1 of 2 pods ready',
    ]);
  });

  it('60: ends soon when an object failed, and tells of the others too', async () => {
    const { clock, outcome, problems } = await waitIn(
      { a: () => pods(1), b: () => STUCK },
      { failedMs: 10_000 },
    );
    await clock.advance(9000);
    expect(outcome).to.deep.equal({});
    await clock.advance(3000);
    expect(outcome).to.deep.equal({ ended: true });
    expect(problems()[0]).to.match(/^Deployment logs\/a: is not healthy after 1\d s: has 1 of 2 pods ready$/);
    expect(problems()[1]).to.contain('Deployment logs/b: got no further for');
  });

  it('61: goes on when an object recovers in time, and counts anew when it fails again', async () => {
    const { clock, outcome, problems } = await waitIn({
      a: (nowMs) => {
        if (nowMs >= 40_000) return pods(2);
        return nowMs % 10_000 < 8000 ? STUCK : pods(1);
      },
    });
    await clock.advance(39_000);
    expect(outcome).to.deep.equal({});
    await clock.advance(3000);
    expect(outcome).to.deep.equal({ ended: true });
    expect(problems()).to.deep.equal([]);
  });

  it('63: fails when an object was made anew by somebody else', async () => {
    const { clock, problems } = await waitIn(
      { a: (nowMs) => (nowMs < 1000 ? pods(1) : { ...pods(2), metadata: { uid: 'uid-2' } }) },
      { failedMs: 3000 },
    );
    await clock.advance(10_000);
    expect(problems()).to.deep.equal([
      'Deployment logs/a: was deleted and made anew by somebody else meanwhile',
    ]);
  });

  it('63: fails when an object was deleted by somebody else', async () => {
    const { clock, problems } = await waitIn(
      { a: () => undefined, b: () => ({ ...pods(2), metadata: { deletionTimestamp: 'x' } }) },
      { failedMs: 0 },
    );
    await clock.advance(0);
    expect(problems()).to.deep.equal([
      'Deployment logs/a: was deleted by somebody else meanwhile',
      'Deployment logs/b: was deleted by somebody else meanwhile',
    ]);
  });

  it('49: ends with the reason of its signal', async () => {
    const { clock, abort, outcome, problems } = await waitIn({ a: () => pods(1) });
    await clock.advance(500);
    const reason = new Error('newer input');
    abort.abort(reason);
    await clock.advance(0);
    expect(outcome.error).to.equal(reason);
    expect(problems()).to.deep.equal([]);
  });

  it('tells what it waits for only when that changes', async () => {
    const { clock, events } = await waitIn(
      { a: (nowMs) => pods(nowMs < 10_000 ? 0 : 1) },
      { timeoutMs: 20_000 },
    );
    await clock.advance(20_000);
    const messages = events.flatMap((event) => (event.type === 'waiting' ? event.pending : []));
    expect(messages.map(({ message }) => message)).to.deep.equal([
      'has 0 of 2 pods ready',
      'has 1 of 2 pods ready',
    ]);
  });
});
