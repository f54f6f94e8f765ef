import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureIn } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import { readObject } from '../plan/read-live.js';
import type { Session } from '../session/session.js';
import { describeRef, type ObjectRef } from '../set/object-ref.js';
import { generatedWorkload } from './generated.js';
import { type Health, healthOf } from './health.js';
import { webhookProblem } from './webhooks.js';

/** How long a status that is older than the last change of the object is not believed, in milliseconds. */
const STALE_STATUS_MS = 10_000;

/**
 * The health of an object, with that of the workload that its operator makes of it, or of the servers that it calls.
 *
 * @param live undefined when it is not there
 * @param set objects among which the Logging of a FluentbitAgent is found
 */
export async function assessHealth(
  session: Session,
  live: LiveObject | undefined,
  set: readonly KubernetesObject[],
): Promise<Health> {
  const nowMs = session.clock.wallMs();
  const own = healthOf(live, nowMs);
  if (!live || own.state !== 'Current') return own;
  if (hasStaleStatus(live, nowMs)) {
    return {
      state: 'InProgress',
      reason: 'StaleStatus',
      message: 'was changed, and its operator has not seen that yet',
    };
  }
  const webhook = await webhookProblem(session, live);
  if (webhook) return webhook;
  const ref = generatedWorkload(live, set);
  if (!ref) return own;
  const made = await readIfAllowed(session, ref);
  if (made === 'forbidden') {
    return {
      ...own,
      message: `${own.message}; its ${describeRef(ref)} may not be read by this account`,
      warning: true,
    };
  }
  const workload = healthOf(made, nowMs);
  if (workload.state === 'Current') return { ...own, message: workload.message };
  if (workload.state === 'NotFound') {
    const message = `has no ${describeRef(ref)} yet, which its operator makes`;
    return { state: 'InProgress', reason: 'NotObserved', message };
  }
  return { ...workload, message: `has ${describeRef(ref)}, which ${workload.message}` };
}

/** Whoever may apply a set need not be allowed to read what its operator makes. */
async function readIfAllowed(
  session: Session,
  ref: ObjectRef,
): Promise<LiveObject | 'forbidden' | undefined> {
  try {
    return await readObject(session, ref);
  } catch (error) {
    if (failureIn(error)?.status === 403) return 'forbidden';
    throw error;
  }
}

/**
 * Whether the status of an object without `observedGeneration` was written before the object was. A change that alters
 * no status leaves it like that for ever, so after a while it is believed.
 */
function hasStaleStatus({ metadata, ...live }: LiveObject, nowMs: number): boolean {
  const status = live['status'] as { readonly observedGeneration?: number } | undefined;
  if (status === undefined || status.observedGeneration !== undefined) return false;
  const timesOf = (of: 'status' | undefined) =>
    (metadata.managedFields ?? [])
      .filter(({ subresource }) => subresource === of)
      .map(({ time }) => Date.parse(time ?? ''))
      .filter((time) => !Number.isNaN(time));
  const observed = timesOf('status');
  const changedMs = Math.max(...timesOf(undefined));
  const ageMs = nowMs - changedMs;
  return observed.length > 0 && Math.max(...observed) < changedMs && ageMs >= 0 && ageMs < STALE_STATUS_MS;
}
