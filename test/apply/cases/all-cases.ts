import type { TestTier } from '../../support/cluster/test-cluster.js';
import { crashCases } from './crash.js';
import { createAndChangeCases } from './create-and-change.js';
import { deleteAgainCases } from './delete-again.js';
import { deleteHomeCases } from './delete-home.js';
import { deleteOrderCases } from './delete-order.js';
import { exitCodesCases } from './exit-codes.js';
import { healthWaitCases } from './health-wait.js';
import { inventoryFaultsCases } from './inventory-faults.js';
import { lockCases } from './lock.js';
import { newerInputCases } from './newer-input.js';
import { pruneCases } from './prune.js';
import { pruneLimitsCases } from './prune-limits.js';
import { pruneNamespacesCases } from './prune-namespaces.js';
import { recreateCases } from './recreate.js';
import { recreateInterruptedCases } from './recreate-interrupted.js';
import { withOperatorCases } from './with-operator.js';

/** All cases that run on the model as on a real API server. The numbers are those of the list of acceptance cases. */
export function allCases(tier: TestTier): void {
  createAndChangeCases(tier);
  pruneCases(tier);
  pruneNamespacesCases(tier);
  pruneLimitsCases(tier);
  inventoryFaultsCases(tier);
  lockCases(tier);
  newerInputCases(tier);
  recreateCases(tier);
  recreateInterruptedCases(tier);
  healthWaitCases(tier);
  deleteOrderCases(tier);
  deleteAgainCases(tier);
  deleteHomeCases(tier);
  withOperatorCases(tier);
  exitCodesCases(tier);
  crashCases(tier);
}
