import { groupKindOf } from '../../constructs/kubernetes-object.js';
import { type StageName, stageOf } from '../../synth/stages.js';
import type { Decision } from '../plan/decision.js';

/** Objects that may be sent at the same time. */
export interface Batch {
  readonly stage: StageName;
  readonly decisions: readonly Decision[];
}

/** Within their stage, these wait for all kinds before them: a binding is refused where its role is not there yet. */
const BARRIERS: readonly ReadonlySet<string>[] = [
  new Set(['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/RoleBinding']),
  new Set(['apiregistration.k8s.io/APIService']),
  new Set([
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  ]),
];

/**
 * Divides a plan into what may be sent at the same time.
 *
 * @param decisions in the order of the stages
 */
export function batchesOf(decisions: readonly Decision[]): Batch[] {
  const batches: { stage: StageName; key: string; decisions: Decision[] }[] = [];
  for (const decision of decisions) {
    const stage = stageOf(decision.object);
    const groupKind = groupKindOf(decision.object);
    const key = `${stage}/${BARRIERS.findIndex((kinds) => kinds.has(groupKind))}`;
    const last = batches.at(-1);
    if (last?.key === key) last.decisions.push(decision);
    else batches.push({ stage, key, decisions: [decision] });
  }
  return batches.map(({ stage, decisions: group }) => ({ stage, decisions: group }));
}
