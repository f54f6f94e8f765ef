import type { Health } from '../health/health.js';
import type { ObjectRef } from '../set/object-ref.js';
import type { PodProblem } from './pod-problem.js';

/** What to do about reasons of pods; `at` is how kubectl names the pod. */
const POD_STEPS: Readonly<Record<string, (problem: PodProblem, at: string) => string>> = {
  CrashLoopBackOff: ({ container }, at) => `kubectl logs ${at} -c ${container} --previous`,
  CreateContainerConfigError: () => 'make the Secret or ConfigMap that the message names',
  ErrImagePull: () => 'check the name of the image, the registry, and its pull secret',
  ImagePullBackOff: () => 'check the name of the image, the registry, and its pull secret',
  InvalidImageName: () => 'correct the name of the image in the configuration',
  OOMKilled: () => 'give the container more memory in the configuration',
  Unschedulable: () => 'give the cluster room, or ask for less in the configuration',
};

/** What to do about the reasons of {@link Health}; `at` is how kubectl names the object. */
const STEPS: Readonly<Record<string, (object: ObjectRef, at: string) => string>> = {
  ConfigCheckFailed: () =>
    `see the log of its check: kubectl get pods -A -l logging.banzaicloud.io/config-hash`,
  ConfigCheckPending: () => 'wait; when it stays so, see the pod of the config check',
  Deleted: () => 'opni-logging apply makes it anew',
  KindConflict: otherDefinition,
  ListKindConflict: otherDefinition,
  NoAuthority: () => 'see whether what fills the certificate in runs, such as cert-manager',
  NoEndpoints: () => 'see why the pods of that Service are not ready',
  NotBound: (_, at) => `kubectl describe ${at}`,
  NotFound: () => 'opni-logging apply makes it anew',
  NotObserved: () => 'see whether the Logging Operator runs and watches this namespace',
  PluralConflict: otherDefinition,
  Problems: () => 'mend what it says in the configuration, then apply',
  ShortNamesConflict: otherDefinition,
  SingularConflict: otherDefinition,
  Replaced: (_, at) => `see who makes it: kubectl get ${at} -o yaml --show-managed-fields`,
  StaleStatus: () => 'wait some seconds; when it stays so, see whether the Logging Operator runs',
  Terminating: (_, at) => `see its finalizers: kubectl get ${at} -o jsonpath={.metadata.finalizers}`,
};

/** Two definitions of one group ask for the same name. */
function otherDefinition({ name }: ObjectRef): string {
  const group = name.slice(name.indexOf('.') + 1);
  return `see which other definition of ${group} has that name: kubectl get crd; then remove one of the two`;
}

/** What a person does next about an object that is not as it should be. */
export function nextStep(object: ObjectRef, health: Health, problem: PodProblem | undefined): string {
  if (problem) {
    const at = `-n ${problem.namespace} ${problem.pod}`;
    return POD_STEPS[problem.reason]?.(problem, at) ?? `kubectl describe pod ${at}`;
  }
  const where = object.namespace === undefined ? '' : `-n ${object.namespace} `;
  const kind =
    object.group === '' ? object.kind.toLowerCase() : `${object.kind.toLowerCase()}.${object.group}`;
  const at = `${where}${kind} ${object.name}`;
  return STEPS[health.reason]?.(object, at) ?? `kubectl describe ${at}`;
}
