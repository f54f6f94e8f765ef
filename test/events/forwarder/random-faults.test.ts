import { FaultRun } from '../../support/events/fault-run.js';
import { useTempDir } from '../../support/temp-dir.js';

const RUNS = Number(process.env['EVENTS_RANDOM_RUNS'] ?? 30);
const SEED = process.env['EVENTS_RANDOM_SEED'];

describe('Forwarder under random faults', () => {
  const folder = useTempDir();
  const first = SEED === undefined ? 1 : Number(SEED);
  const count = SEED === undefined ? RUNS : 1;

  for (let seed = first; seed < first + count; seed += 1) {
    const hasSpool = seed % 3 === 0;
    it(`loses nothing by the faults of seed ${seed}${hasSpool ? ', with a spool' : ''}`, async () => {
      await new FaultRun(seed, hasSpool ? folder() : undefined).run();
    });
  }
});
