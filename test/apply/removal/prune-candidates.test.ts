import { expect } from 'chai';
import { pruneCandidates } from '../../../src/apply/removal/prune.js';
import { keyOf, refOf } from '../../../src/apply/set/object-ref.js';
import { member } from '../inventory/members.js';
import { liveOf } from '../unit-support.js';

const NOTHING: ReadonlySet<string> = new Set();
const entry = member('/ConfigMap/logs/a', { uid: 'u1' });
const stray = liveOf('v1/ConfigMap', { metadata: { name: 's', uid: 'u2' } });

describe('pruneCandidates', () => {
  it('24: are what the inventory lists and nobody wants any more', () => {
    const wanted = new Set([keyOf(entry)]);
    const gone = member('apps/Deployment/logs/b', { uid: 'u3' });
    expect(pruneCandidates(wanted, [entry, gone], [])).to.deep.equal([
      {
        ref: refOf(liveOf('apps/v1/Deployment', { metadata: { name: 'b' } })),
        uid: 'u3',
        byLabelOnly: false,
      },
    ]);
  });

  it('39: may be without a UID, when a run ended before that was known', () => {
    expect(pruneCandidates(NOTHING, [member('/ConfigMap/logs/a')], [])[0]).to.include({
      uid: undefined,
      byLabelOnly: false,
    });
  });

  it('46: are also what only has the label of the set', () => {
    expect(pruneCandidates(NOTHING, [], [stray])).to.deep.equal([
      { ref: refOf(stray), uid: 'u2', byLabelOnly: true },
    ]);
    expect(pruneCandidates(new Set([keyOf(refOf(stray))]), [], [stray])).to.deep.equal([]);
  });

  it('72: are not what is wanted in another version now', () => {
    expect(pruneCandidates(new Set([keyOf(entry)]), [{ ...entry, version: 'v1beta1' }], [])).to.deep.equal(
      [],
    );
  });

  it('are named once, and with what the inventory knows', () => {
    const both = liveOf('v1/ConfigMap', { metadata: { name: 'a', uid: 'other' } });
    const candidates = pruneCandidates(NOTHING, [{ ...entry, kept: true, recreating: true }], [both, both]);
    expect(candidates).to.deep.equal([{ ref: refOf(both), uid: 'u1', byLabelOnly: false, kept: true }]);
  });
});
