import { failureOf } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { MAX_CLASHES, type Session } from '../session/session.js';
import { FIELD_MANAGER, PART_OF_LABEL, setOf } from '../set/marks.js';

const LABEL_PATH = `/metadata/labels/${PART_OF_LABEL.replaceAll('/', '~1')}`;

/**
 * Takes the label of the set from an object.
 *
 * @param fence called before each write; throws when the lock is lost
 * @returns why not; undefined when it has the label no more, or is gone
 */
export async function takeLabelAway(
  { cluster, setId, signal }: Session,
  resource: ApiResource,
  { metadata: { namespace, name, uid, ...seen } }: LiveObject,
  fence: () => Promise<void>,
): Promise<string | undefined> {
  let { resourceVersion } = seen;
  for (let clashes = 0; ; clashes += 1) {
    await fence();
    // A version that is out of date is a conflict, also for a second attempt after an answer that got lost.
    const operations = [
      { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'remove', path: LABEL_PATH },
    ] as const;
    const answer = await cluster.patchJson(resource, namespace, name, operations, {
      fieldManager: FIELD_MANAGER,
    });
    const failure = failureOf(answer);
    if (!failure || failure.status === 404) return undefined;
    // The label that is to go is not there: a second attempt finds what the first one did.
    const now = await cluster.get(resource, namespace, name, { signal });
    if (now?.metadata.uid !== uid || setOf(now) !== setId) return undefined;
    if (failure.status !== 409 || clashes >= MAX_CLASHES) return failure.message;
    resourceVersion = now.metadata.resourceVersion;
  }
}
