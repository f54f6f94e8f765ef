import { expect } from 'chai';
import { type PruneOptions, prune } from '../../../src/apply/removal/prune.js';
import type { Candidate } from '../../../src/apply/removal/remove-object.js';
import type { EngineEvent } from '../../../src/apply/session/engine-events.js';
import { Report } from '../../../src/apply/session/report.js';
import { openSession } from '../../../src/apply/session/session.js';
import type { Cluster } from '../../../src/kube/cluster.js';

const candidates = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({
    ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'logs', name: `c${index}` },
    uid: `u${index}`,
    byLabelOnly: false,
  }));

/** Prunes in a cluster where everything is gone already; every read is noted. */
async function pruned(leaving: number, known: number, options: PruneOptions = {}) {
  const reads: string[] = [];
  const events: EngineEvent[] = [];
  const report = new Report((event) => events.push(event));
  const cluster = {
    discovery: { find: async () => ({}) },
    get: async (_: unknown, __: unknown, name: string) => {
      reads.push(name);
    },
  } as unknown as Cluster;
  const session = openSession({ cluster, set: { namespace: 'logs', inventory: 'i', lock: 'l' } });
  const run = { candidates: candidates(leaving), members: [], appliedUids: new Set<string>(), known };
  const result = await prune(session, report, { ...run, timeoutMs: 0, fence: async () => {} }, options);
  return { result, reads, events, report };
}

describe('the brakes of pruning', () => {
  const CASES: readonly (readonly [
    leaving: number,
    known: number,
    maxShare: number | undefined,
    goes: boolean,
  ])[] = [
    [10, 10, undefined, true],
    [6, 11, undefined, false],
    [5, 11, undefined, true],
    [6, 12, undefined, true],
    [7, 12, undefined, false],
    [11, 11, 1, true],
    [1, 11, 0, false],
    [2, 20, 0.1, true],
    [3, 20, 0.1, false],
  ];
  for (const [leaving, known, maxShare, goes] of CASES) {
    const share = maxShare === undefined ? 'half' : `${maxShare * 100} %`;
    it(`32: ${goes ? 'lets' : 'do not let'} ${leaving} of ${known} objects go, when ${share} may`, async () => {
      const { reads, report, result } = await pruned(leaving, known, { maxShare });
      expect(reads).to.have.length(goes ? leaving : 0);
      expect(report.problems).to.have.length(goes ? 0 : 1);
      expect(result.complete).to.equal(goes);
      expect(result.remaining).to.have.length(goes ? 0 : leaving);
    });
  }

  it('32: say how many would have gone, and what to do', async () => {
    const { report } = await pruned(12, 20);
    expect(report.problems).to.deep.equal([
      {
        message: '12 of 20 objects left the set; nothing was removed, because that is more than 50 %',
        fix: 'check namespace and prefix; when it is meant, allow it (--prune-share 100)',
      },
    ]);
  });

  it('leave everything where it is when pruning is off, and say so', async () => {
    const { result, reads, report, events } = await pruned(2, 2, { enabled: false });
    expect(reads).to.deep.equal([]);
    expect(report.counts).to.deep.equal({ kept: 2 });
    expect(report.problems).to.deep.equal([]);
    expect(events.map((event) => 'message' in event && event.message)).to.deep.equal([
      'left the set, and pruning is off',
      'left the set, and pruning is off',
    ]);
    // They stay in the inventory, so that a later run may remove them.
    expect(result).to.deep.equal({
      complete: true,
      remaining: candidates(2).map((candidate) => ({ candidate, kept: false })),
    });
  });

  it('say nothing when nothing left the set', async () => {
    const { result, events } = await pruned(0, 100);
    expect(result).to.deep.equal({ remaining: [], complete: true });
    expect(events).to.deep.equal([]);
  });
});
