import type { TestTier } from '../../support/cluster/test-cluster.js';
import { copiedLabelsCases } from './copied-labels.js';
import { createAndChangeCases } from './create-and-change.js';
import { signalCases } from './signals.js';

/** All cases that run on the model as on a real API server. The numbers are those of the list of acceptance cases. */
export function allCases(tier: TestTier): void {
  createAndChangeCases(tier);
  copiedLabelsCases(tier);
  signalCases(tier);
}
