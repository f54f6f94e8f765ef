import type { TestTier } from '../../support/cluster/test-cluster.js';
import { admissionCases } from './admission.js';
import { autoscalingCases } from './autoscaling.js';
import { copiedLabelsCases } from './copied-labels.js';
import { createAndChangeCases } from './create-and-change.js';
import { definitionCases } from './definitions.js';
import { driftCases } from './drift.js';
import { manyObjectCases } from './many-objects.js';
import { namespaceCases } from './namespaces.js';
import { wireCases } from './on-the-wire.js';
import { otherOwnerCases } from './other-owners.js';
import { passingFailureCases } from './passing-failures.js';
import { rightsCases } from './rights.js';
import { signalCases } from './signals.js';
import { stageOrderCases } from './stage-order.js';
import { takeoverCases } from './takeover.js';
import { versionCases } from './versions.js';

/** All cases that run on the model as on a real API server. The numbers are those of the list of acceptance cases. */
export function allCases(tier: TestTier): void {
  createAndChangeCases(tier);
  copiedLabelsCases(tier);
  signalCases(tier);
  stageOrderCases(tier);
  namespaceCases(tier);
  definitionCases(tier);
  versionCases(tier);
  driftCases(tier);
  takeoverCases(tier);
  otherOwnerCases(tier);
  autoscalingCases(tier);
  admissionCases(tier);
  passingFailureCases(tier);
  rightsCases(tier);
  wireCases(tier);
  manyObjectCases(tier);
}
