import { expect } from 'chai';
import { inReverseStages, stageOfRef } from '../../../src/apply/removal/remove-all.js';
import type { Candidate } from '../../../src/apply/removal/remove-object.js';
import { refOf } from '../../../src/apply/set/object-ref.js';
import { liveOf } from '../unit-support.js';

const candidate = (kind: string, name = 'x'): Candidate => ({
  ref: refOf(liveOf(kind, { metadata: { name } })),
  byLabelOnly: false,
});

describe('inReverseStages', () => {
  it('24: removes what was applied last first, and each stage as a whole', () => {
    const groups = inReverseStages([
      candidate('v1/Namespace'),
      candidate('v1/ConfigMap', 'a'),
      candidate('logging.banzaicloud.io/v1beta1/Flow'),
      candidate('apps/v1/Deployment'),
      candidate('v1/ConfigMap', 'b'),
      candidate('apiextensions.k8s.io/v1/CustomResourceDefinition'),
      candidate('example.com/v1/Widget'),
      candidate('v1/ServiceAccount'),
    ]);
    expect(groups.map((group) => group.map(({ ref }) => `${ref.kind} ${ref.name}`))).to.deep.equal([
      ['Flow x', 'Widget x'],
      ['Deployment x'],
      ['ConfigMap a', 'ConfigMap b'],
      ['ServiceAccount x'],
      ['CustomResourceDefinition x'],
      ['Namespace x'],
    ]);
  });

  it('gives no group for no candidates', () => {
    expect(inReverseStages([])).to.deep.equal([]);
  });

  it('knows the stage of an object by its name alone', () => {
    expect(stageOfRef(candidate('apps/v1/Deployment').ref)).to.equal('workloads');
    expect(stageOfRef(candidate('example.com/v1/Deployment').ref)).to.equal('logging');
  });
});
