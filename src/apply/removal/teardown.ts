import { groupKindOf, groupOf } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import { STAGES } from '../../synth/stages.js';
import { apiVersionOfRef, type ObjectRef } from '../set/object-ref.js';

/** A step of taking a set down. */
export type TeardownStep =
  | 'intake'
  | 'custom-resources'
  | 'webhooks'
  | 'workloads'
  | 'config'
  | 'access'
  | 'definitions'
  | 'namespaces';

/**
 * The order in which a set goes: what takes records in, so that nothing new comes; then, once what is on its way has
 * arrived, the custom resources while their operator lives to take their finalizers away; webhooks, which would block
 * deletions once their servers are gone; and then the rest, from top to bottom.
 */
export const TEARDOWN: readonly TeardownStep[] = [
  'intake',
  'custom-resources',
  'webhooks',
  'workloads',
  'config',
  'access',
  'definitions',
  'namespaces',
];

/** Components that take records in. */
const INTAKE_COMPONENTS: ReadonlySet<string> = new Set(['host-logs', 'events']);

const WEBHOOKS: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiregistration.k8s.io/APIService',
]);

const STAGE_STEPS: Readonly<Record<string, TeardownStep>> = {
  namespaces: 'config',
  crds: 'definitions',
  access: 'access',
  config: 'config',
  workloads: 'workloads',
};

/**
 * The step in which an object goes.
 *
 * @param live the object, where it could be read; its labels tell what it does
 */
export function teardownStep(ref: ObjectRef, live: LiveObject | undefined): TeardownStep {
  const object = { apiVersion: apiVersionOfRef(ref), kind: ref.kind };
  const groupKind = groupKindOf(object);
  if (groupKind === 'Namespace') return 'namespaces';
  if (WEBHOOKS.has(groupKind)) return 'webhooks';
  if (groupKind === 'logging.banzaicloud.io/FluentbitAgent') return 'intake';
  const stage = STAGES.find(({ kinds }) => kinds.includes(groupKind));
  if (stage && stage.name !== 'logging') {
    const component = live?.metadata.labels?.['app.kubernetes.io/component'];
    if (stage.name === 'workloads' && component && INTAKE_COMPONENTS.has(component)) return 'intake';
    return STAGE_STEPS[stage.name] ?? 'config';
  }
  const group = groupOf(object.apiVersion);
  const builtIn = group === '' || !group.includes('.') || group.endsWith('.k8s.io');
  return builtIn && !stage ? 'config' : 'custom-resources';
}
