import { SourceBench } from '../../support/events/source-bench.js';
import { until } from '../../support/events/until.js';

describe('a list of a source that is broken off', () => {
  let bench: SourceBench;
  afterEach(() => bench.close());

  for (const instead of ['reset', 'fin'] as const) {
    it(`misses no state that is overwritten before another one is there, after a ${instead} (case 8)`, async () => {
      bench = await SourceBench.start();
      const { api, store } = bench;
      bench.create(200);
      const mark = String(store.revision);
      bench.create(200);
      store.compact();
      // The pages that come in its place wait for what happens meanwhile.
      api.faults.script(
        'watch',
        { status: 410, reason: 'Expired' },
        { break: { afterBytes: 20_000, how: instead } },
      );
      api.faults.script('list', {}, { instead });
      bench.run({ mark });
      await until('it is broken off', () => bench.listener.ends.length === 2);
      const [first] = store.snapshot();
      store.update(first!.uid, { count: 2 });
      store.update(first!.uid, { count: 3 });
      await until('all arrive', () => bench.missing.length === 200);
      await until('it watches', () => bench.listener.states.at(-1) === 'watching');
      bench.create(3);
      // The first 200 lie before the mark.
      await until('the new ones arrive', () => bench.missing.length === 200);
    });
  }
});
