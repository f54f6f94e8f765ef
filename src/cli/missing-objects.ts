import { openSession } from '../apply/session/session.js';
import { describeRef, keyOf, refOf } from '../apply/set/object-ref.js';
import { requiredStatus } from '../apply/status/required-status.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { SetTarget } from './set-target.js';

/** What pods of a set need and nobody has made yet: what it is, and what to do about it. */
export async function missingObjects(
  { set, cluster }: Pick<SetTarget, 'set' | 'cluster'>,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const session = openSession({ set, cluster, signal });
  const required = await requiredStatus(
    session,
    objects,
    new Set(objects.map((object) => keyOf(refOf(object)))),
  );
  return required
    .filter(({ health }) => health.state !== 'Current')
    .map(({ object, health, next }) => `${describeRef(object)} ${health.message}; next: ${next}`);
}
