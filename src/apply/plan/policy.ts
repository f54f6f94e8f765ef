import type { ManagedFieldsEntry } from '../../kube/live-object.js';
import type { FieldConflict } from '../fields/conflicts.js';
import type { OwningTool } from '../fields/gitops-marks.js';

/** What to do about a field that somebody else owns: `force` takes it, `report` leaves the object alone. */
export type ConflictAnswer = 'force' | 'report';

/** How an apply gets along with others. */
export interface ConflictPolicy {
  /**
   * Answer for single managers, by name or by beginning with `*` at the end, as in `vpa-*`. They win over the rules.
   * @default {}
   */
  readonly managers?: Readonly<Record<string, ConflictAnswer>>;
  /**
   * Tools whose objects are taken over although they bear their marks.
   * @default []
   */
  readonly takeFrom?: readonly OwningTool[];
}

/** Managers of `kubectl apply` in its forms: whoever used it for these objects now uses this engine. */
const FORMER_APPLIERS: ReadonlySet<string> = new Set([
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-last-applied',
  'before-first-apply',
]);

/** Programs that set fields for a living. To take these fields would start a fight without end. */
const CONTROLLERS: readonly string[] = [
  'kube-controller-manager',
  'horizontal-pod-autoscaler',
  'vpa-*',
  'cluster-autoscaler',
  'keda*',
  'manager',
  'logging-operator',
  'cert-manager*',
  'cainjector*',
];

/**
 * What to do about a conflict.
 *
 * Somebody's edit is drift, and taken back. Who declares an object by server-side apply declares it for a reason, and
 * a controller would set its field again at once: both are reported.
 */
export function answerFor(
  { manager, operation, subresource }: FieldConflict,
  policy: ConflictPolicy,
): ConflictAnswer {
  const told = Object.entries(policy.managers ?? {}).find(([pattern]) => matches(pattern, manager));
  if (told) return told[1];
  if (FORMER_APPLIERS.has(manager)) return 'force';
  if (operation === 'Apply' || subresource === 'scale') return 'report';
  return CONTROLLERS.some((pattern) => matches(pattern, manager)) ? 'report' : 'force';
}

/** Whether the fields of a manager become ours, so that leaving them out removes them. */
export function isFormerApplier(
  entry: ManagedFieldsEntry,
  policy: ConflictPolicy,
  ownManager: string,
): boolean {
  const { manager = '', operation, subresource } = entry;
  if (subresource) return false;
  if (FORMER_APPLIERS.has(manager)) return true;
  if (manager === ownManager) return operation === 'Update';
  return manager.toLowerCase() === 'helm' && (policy.takeFrom ?? []).includes('Helm');
}

const matches = (pattern: string, manager: string) =>
  pattern.endsWith('*') ? manager.startsWith(pattern.slice(0, -1)) : pattern === manager;
