import { groupKindOf } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import { conditionsOf, current, failed, type Health, type HealthRule, inProgress } from './health-rule.js';
import { LOGGING_RULES } from './logging-kinds.js';
import { OTHER_RULES } from './other-kinds.js';
import { WORKLOAD_RULES } from './workloads.js';

export type { Health, HealthState } from './health-rule.js';

const RULES: Readonly<Record<string, HealthRule>> = { ...WORKLOAD_RULES, ...OTHER_RULES, ...LOGGING_RULES };

/**
 * Whether an object does what it should.
 *
 * The rules are those of kstatus, in its order: deletion, generation not seen yet, the conditions `Reconciling` and
 * `Stalled`, then the rule of the kind, then the condition `Ready`. A Job that runs is not done, as Flux and Helm have it;
 * and the kinds of the Logging Operator, which have neither conditions nor `observedGeneration`, have rules of their own.
 *
 * @param live undefined when it is not there
 * @param nowMs the time, in milliseconds since 1970; a pod that cannot be placed gets some seconds first
 */
export function healthOf(live: LiveObject | undefined, nowMs: number): Health {
  if (!live) return { state: 'NotFound', reason: 'NotFound', message: 'is not there' };
  const { deletionTimestamp, generation } = live.metadata;
  if (deletionTimestamp) return { state: 'Terminating', reason: 'Terminating', message: 'is being deleted' };
  const { observedGeneration } = (live['status'] ?? {}) as { readonly observedGeneration?: number };
  if (generation !== undefined && observedGeneration !== undefined && generation !== observedGeneration) {
    return inProgress('LatestGenerationNotObserved', 'was changed, and its controller has not seen that yet');
  }
  for (const { type, status, reason, message } of conditionsOf(live)) {
    if (type === 'Reconciling' && status === 'True')
      return inProgress(reason ?? type, message ?? 'is being reconciled');
    if (type === 'Stalled' && status === 'True') return failed(reason ?? type, message ?? 'is stalled');
  }
  const rule = RULES[groupKindOf(live)];
  if (rule) return rule(live, nowMs);
  const ready = conditionsOf(live).find(({ type }) => type === 'Ready');
  if (ready?.status === 'False' || ready?.status === 'Unknown') {
    return inProgress(ready.reason ?? 'NotReady', ready.message ?? 'is not ready');
  }
  return current();
}
