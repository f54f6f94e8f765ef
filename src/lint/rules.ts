import type { LintRule } from './rule.js';
import { bufferSpace } from './rules/buffer-space.js';
import { clusterResourceNamespace } from './rules/cluster-resource-namespace.js';
import { collectorDurability } from './rules/collector-durability.js';
import { danglingReferences } from './rules/dangling-references.js';
import { flowFilters } from './rules/flow-filters.js';
import { flowMatch } from './rules/flow-match.js';
import { hostPaths } from './rules/host-paths.js';
import { loggingConflicts } from './rules/logging-conflicts.js';
import { loggingRef } from './rules/logging-ref.js';
import { operatorVersion } from './rules/operator-version.js';
import { outputDurability } from './rules/output-durability.js';
import { outputReferences } from './rules/output-references.js';
import { plainSecret } from './rules/plain-secret.js';
import { selectorMismatch } from './rules/selector-mismatch.js';
import { workloadLimits } from './rules/workload-limits.js';

/** All rules, in the order in which their problems are told. */
export const RULES: readonly LintRule[] = [
  operatorVersion,
  loggingRef,
  loggingConflicts,
  clusterResourceNamespace,
  flowMatch,
  flowFilters,
  outputReferences,
  outputDurability,
  bufferSpace,
  collectorDurability,
  plainSecret,
  selectorMismatch,
  workloadLimits,
  danglingReferences,
  hostPaths,
];
