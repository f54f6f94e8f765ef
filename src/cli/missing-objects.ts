import { openSession } from '../apply/session/session.js';
import { describeRef, keyOf, refOf } from '../apply/set/object-ref.js';
import { requiredStatus } from '../apply/status/required-status.js';
import { messageOf } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { SetTarget } from './set-target.js';

/**
 * What pods of a set need and nobody has made yet: what it is, and how to make it. Never fails, since it is only told
 * beside other work; that it could not be looked up is told instead.
 */
export async function missingObjects(
  { set, cluster }: Pick<SetTarget, 'set' | 'cluster'>,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const session = openSession({ set, cluster, signal });
  const members = new Set(objects.map((object) => keyOf(refOf(object))));
  try {
    const required = await requiredStatus(session, objects, members);
    return required
      .filter(({ health }) => health.state !== 'Current')
      .map(({ object, health, next }) => `${describeRef(object)} ${health.message}; next: ${next}`);
  } catch (error) {
    return signal.aborted ? [] : [`whether pods have all that they need is not known: ${messageOf(error)}`];
  }
}
