import { expect } from 'chai';
import { stoppedClock } from '../../kube/client-support.js';
import { fastClock } from '../../support/cluster/test-cluster.js';
import type { RequestKind } from '../../support/events/api-faults.js';
import { EventWorld } from '../../support/events/event-world.js';
import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';

const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;
const TEN_MINUTES_MS = 600_000;

describe('a source whose API server has too much to do', () => {
  let world: EventWorld | undefined;
  let bench: SourceBench | undefined;
  afterEach(async () => {
    await world?.close();
    await bench?.close();
    world = bench = undefined;
  });

  /** The waits of a source while a kind of request is always refused. Chance stands still at a half. */
  const waits = async (
    kind: RequestKind,
    step: { readonly status: number; readonly retryAfter?: number | string },
    options: Parameters<SourceBench['run']>[0],
    streamingList = true,
  ): Promise<number[]> => {
    const clock = stoppedClock();
    bench = await SourceBench.start({ clock, api: { streamingList } });
    bench.create(3);
    bench.api.faults.script(kind, { ...step, times: 1e6 });
    bench.run(options);
    const refused = () =>
      bench!.api.requests.filter((request) => request.kind === kind && request.status === step.status);
    await until('there are 20 refusals', () => refused().length > 20);
    await bench.stop();
    return clock.slept.filter((ms) => ms > 0).slice(0, 20);
  };

  for (const [what, kind, mark] of [
    ['a watch', 'watch', '1000'],
    ['a stream of the events that there are', 'watch', undefined],
    ['a page', 'list', undefined],
  ] as const) {
    it(`waits longer and longer after a 429 without Retry-After for ${what} (case 15)`, async () => {
      const slept = await waits(kind, { status: 429 }, { mark }, kind === 'watch');
      expect(slept.slice(0, 8)).to.deep.equal([400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000]);
      expect(slept.at(-1)).to.equal(15_000);
    });

    it(`waits for as long as a 429 asks for ${what} (case 15)`, async () => {
      const slept = await waits(kind, { status: 429, retryAfter: 40 }, { mark }, kind === 'watch');
      expect(Math.min(...slept)).to.equal(40_400);
    });
  }

  it('does not wait for longer than a minute, whatever a 429 asks for (case 15)', async () => {
    expect(
      Math.max(...(await waits('watch', { status: 429, retryAfter: 86_400 }, { mark: '1000' }))),
    ).to.be.within(60_000, 61_000);
  });

  it('is not asked by a time of day to wait for ever (case 15)', async () => {
    const retryAfter = 'Fri, 31 Dec 2100 23:59:59 GMT';
    const slept = await waits('watch', { status: 429, retryAfter }, { mark: '1000' });
    expect(Math.max(...slept)).to.be.at.most(61_000);
  });

  for (const status of [429, 503, 504, 502]) {
    it(`never lists instead of a watch that is refused with ${status} (case 15)`, async () => {
      await waits('watch', { status }, { mark: '1000' });
      expect(bench!.asked('list')).to.equal(0);
      const streams = bench!.api.requests.filter(({ query }) => query.has('sendInitialEvents'));
      expect(streams).to.deep.equal([]);
      expect(bench!.listener.relists).to.deep.equal([]);
    });
  }

  it('ships everything once after a 429 for the watch (case 15)', async () => {
    world = await EventWorld.start({ settings: LONG_LEASE });
    const { api } = world;
    world.create(20);
    await (await world.forwarder()).start();
    await world.delivered();
    const before = api.requests.filter(({ query }) => query.has('sendInitialEvents')).length;
    api.faults.script('watch', { status: 429, retryAfter: 1, times: 2 }, { status: 429, times: 2 });
    api.cut('reset');
    world.create(20);
    await world.delivered();
    expect(api.faults.pending('watch')).to.equal(0);
    expect(api.requests.filter(({ query }) => query.has('sendInitialEvents'))).to.have.length(before);
    world.check();
  });

  it('goes on with the same page after a 429 (case 15)', async () => {
    world = await EventWorld.start({ settings: LONG_LEASE, api: { streamingList: false } });
    const { api } = world;
    world.create(1200);
    // The first one only asks at which version the server is.
    api.faults.script('list', {}, {}, { status: 429 }, { status: 429, retryAfter: 1 });
    await (await world.forwarder()).start();
    await world.delivered();
    const tokens = api.requests.flatMap(({ kind, query }) =>
      kind === 'list' && query.get('limit') !== '1' ? [query.get('continue')] : [],
    );
    expect(tokens).to.have.length(5);
    expect(new Set(tokens.slice(1, 4)).size, 'page 2 is asked for three times').to.equal(1);
    world.check();
  });

  for (const status of [500, 503]) {
    for (const [what, mark] of [
      ['first', undefined],
      ['later', '1000'],
    ] as const) {
      it(`is asked at a bounded rate while it answers ${status} for ten minutes, ${what} (case 16)`, async () => {
        const clock = stoppedClock();
        bench = await SourceBench.start({ clock });
        bench.api.faults.script('watch', { status, times: 1e6 });
        bench.api.faults.script('list', { status, times: 1e6 });
        bench.run({ mark });
        await until('ten minutes are over', () => clock.now() > TEN_MINUTES_MS);
        await bench.stop();
        // 6 within the first 25 s, then one each 15 s, and the first request of all.
        expect(bench.api.requests.length).to.be.within(20, 8 + clock.now() / 15_000);
      });
    }
  }

  it('is asked at a bounded rate while its watches break in the stream for a reason that nobody knows (case 16)', async () => {
    bench = await SourceBench.start({ clock: fastClock(200) });
    bench.create(3);
    const status = { kind: 'Status', status: 'Failure', code: 500, message: 'cannot decode' };
    const body = `${JSON.stringify({ type: 'ERROR', object: status })}\n`;
    bench.api.faults.script('watch', { status: 200, body, times: 1e6 });
    bench.run({ mark: '1000' });
    await bench.clock.sleep(240_000);
    expect(bench.api.requests.length).to.be.within(8, 60);
    await until('the list helped', () => bench!.missing.length === 0);
    expect(bench.listener.relists[0]).to.equal('busy');
  });

  it('ships everything once after a storm of 500 and 503 (case 16)', async () => {
    world = await EventWorld.start({ speed: 100, settings: LONG_LEASE });
    const { api, clock } = world;
    world.create(20);
    await (await world.forwarder()).start();
    await world.delivered();
    api.faults.script('watch', ...[500, 503, 500, 503, 500, 503].map((status) => ({ status })));
    api.cut('reset');
    for (let round = 0; round < 10; round++) {
      world.create(2);
      await clock.sleep(1000);
    }
    await world.delivered();
    expect(api.faults.pending('watch')).to.equal(0);
    world.check();
  });
});
