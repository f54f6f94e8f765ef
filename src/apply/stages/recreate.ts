import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureOf } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { Decision } from '../plan/decision.js';
import { waitUntilGone } from '../removal/wait-gone.js';
import type { Report } from '../session/report.js';
import { MAX_CLASHES, type Session } from '../session/session.js';
import { setOf } from '../set/marks.js';
import { keyOf, refOf } from '../set/object-ref.js';

/**
 * Kinds that may be deleted and made anew when a field cannot be changed: what they own comes back with them. Never a
 * namespace, a definition, a volume claim or a custom resource, since those would take data along, and no StatefulSet,
 * whose claims may follow it.
 */
const RECREATABLE: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Secret',
  'Service',
  'apps/DaemonSet',
  'apps/Deployment',
  'batch/Job',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/RoleBinding',
]);

/** Whether an object may be deleted and made anew. */
export const isRecreatable = (object: KubernetesObject): boolean => RECREATABLE.has(groupKindOf(object));

/** What {@link makeRoom} needs of its caller. */
export interface MakeRoomOptions {
  /** Throws when the lock is lost. */
  readonly fence: () => Promise<void>;
  /** Notes down that an object is about to be deleted and made anew. */
  readonly journal: (key: string) => Promise<void>;
  /** How long to wait until it is gone, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Deletes an object that is to be made anew, and waits until it is gone. That it goes is noted down first, so that a
 * run after a crash makes it anew.
 *
 * @returns what stood against it; undefined when there is room
 */
export async function makeRoom(
  session: Session,
  report: Report,
  { object, live }: Decision,
  resource: ApiResource,
  { fence, journal, waitMs }: MakeRoomOptions,
): Promise<{ readonly message: string; readonly fix: string } | undefined> {
  const ref = refOf(object);
  const { uid } = live!.metadata;
  await journal(keyOf(ref));
  const refused = await removeOurs(session, resource, live!, fence);
  if (refused) return { message: `it could not be deleted to make it anew: ${refused}`, fix: 'run again' };
  const reason = 'until it is gone, to make it anew';
  const stuck = await waitUntilGone(session, report, [{ ref, uid }], { reason, timeoutMs: waitMs });
  if (stuck.length === 0) return undefined;
  return {
    message: `it was deleted to make it anew, and ${stuck[0]!.message}`,
    fix: 'let it go, then run again',
  };
}

/**
 * Deletes an object of the set in the version that was read. Controllers write statuses all the time, so it is read again
 * when it was another one by then.
 *
 * @returns why not; undefined when it goes, or is gone
 */
async function removeOurs(
  { cluster, setId, signal }: Session,
  resource: ApiResource,
  { metadata: { namespace, name, uid, ...seen } }: LiveObject,
  fence: () => Promise<void>,
): Promise<string | undefined> {
  let { resourceVersion } = seen;
  for (let clashes = 0; ; clashes += 1) {
    await fence();
    const failure = failureOf(await cluster.remove(resource, namespace, name, { uid, resourceVersion }));
    if (!failure || failure.status === 404) return undefined;
    if (failure.status !== 409 || clashes >= MAX_CLASHES) return failure.message;
    const now = await cluster.get(resource, namespace, name, { signal });
    if (now?.metadata.uid !== uid) return undefined;
    if (setOf(now) !== setId) return 'somebody took it out of the set just now';
    resourceVersion = now.metadata.resourceVersion;
  }
}
