import { failureOf } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { maskMessage } from '../diff/mask.js';
import { takeoverPatch } from '../fields/takeover-patch.js';
import { type ConflictPolicy, isFormerApplier } from '../plan/policy.js';
import { MAX_CLASHES, type Session } from '../session/session.js';
import { FIELD_MANAGER } from '../set/marks.js';

/**
 * Makes the fields of former appliers ours, so that leaving them out of the set removes them. Values stay as they are.
 *
 * @returns why not, when it is refused or others keep writing the object
 */
export async function takeOverFields(
  session: Session,
  resource: ApiResource,
  live: LiveObject,
  policy: ConflictPolicy,
): Promise<string | undefined> {
  const { cluster, signal } = session;
  const { namespace, name } = live.metadata;
  let current: LiveObject | undefined = live;
  for (let clashes = 0; current; clashes += 1) {
    const patch = takeoverPatch(current, {
      manager: FIELD_MANAGER,
      from: (entry) => isFormerApplier(entry, policy, FIELD_MANAGER),
    });
    if (!patch) return undefined;
    const answer = await cluster.patchJson(resource, namespace, name, patch, { fieldManager: FIELD_MANAGER });
    const failure = failureOf(answer);
    if (!failure || failure.status === 404) return undefined;
    if (failure.status !== 409 || clashes + 1 >= MAX_CLASHES) {
      return `its fields cannot be taken over from who applied it before: ${maskMessage(failure.message, [live])}`;
    }
    current = await cluster.get(resource, namespace, name, { signal });
  }
  return undefined;
}
