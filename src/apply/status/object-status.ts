import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import { assessHealth } from '../health/assess.js';
import { generatedWorkload } from '../health/generated.js';
import type { Health } from '../health/health.js';
import { readObject } from '../plan/read-live.js';
import type { Session } from '../session/session.js';
import type { ObjectRef } from '../set/object-ref.js';
import { nextStep } from './next-step.js';
import { podProblem } from './pod-problem.js';

/** The state of one object of the data path. */
export interface ObjectStatus {
  readonly object: ObjectRef;
  readonly health: Health;
  /** What to do about it; undefined when it is as it should be. */
  readonly next?: string;
}

/**
 * The state of an object; when it is not as it should be, with the words of the pod that does not run.
 *
 * @param live undefined when it is not there
 * @param objects objects among which the Logging of a FluentbitAgent is found
 */
export async function objectStatus(
  session: Session,
  object: ObjectRef,
  live: LiveObject | undefined,
  objects: readonly KubernetesObject[],
): Promise<ObjectStatus> {
  const health = await assessHealth(session, live, objects);
  if (health.state === 'Current') return { object, health };
  const generated = live && generatedWorkload(live, objects);
  const workload = generated ? await readObject(session, generated) : live;
  const problem = workload && (await podProblem(session, workload));
  if (!problem) return { object, health, next: nextStep(object, health, undefined) };
  const place =
    problem.container === undefined ? problem.pod : `${problem.pod}, container ${problem.container}`;
  const message = `${health.message}; ${place}: ${problem.message}`;
  return { object, health: { ...health, message }, next: nextStep(object, health, problem) };
}

/** The state of an object whose kind is gone from the cluster. */
export function unservedStatus(object: ObjectRef): ObjectStatus {
  const kind = object.group === '' ? object.kind : `${object.kind}.${object.group}`;
  const health: Health = {
    state: 'NotFound',
    reason: 'NotFound',
    message: `is not there, since the cluster does not know ${kind} any more`,
  };
  return { object, health, next: nextStep(object, health, undefined) };
}
