import type { Clock } from '../../common/clock.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { type ApiFailure, failureOf, refusal } from '../../kube/api-failure.js';
import { LEASES } from '../../kube/built-in-resources.js';
import type { Cluster } from '../../kube/cluster.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApplySet } from '../set/apply-set.js';
import { FIELD_MANAGER } from '../set/marks.js';

/** What a Lease says. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** Clocks of API servers may differ by this much, in milliseconds. */
const SKEW_MS = 5000;

/** Who deals with a Lease, and where. */
export interface LeaseAccess {
  readonly cluster: Cluster;
  readonly set: ApplySet;
  readonly clock: Clock;
  readonly holder: string;
  readonly durationMs: number;
}

/** What an actor needs in order to look at a Lease. */
type LeasePlace = Pick<LeaseAccess, 'cluster' | 'set'>;

/** A Lease, and the API server's clock when it was read. */
export interface LeaseReading<Lease extends LiveObject | undefined> {
  readonly lease: Lease;
  readonly dateMs: number | undefined;
}

/** What a Lease says; nothing when it was never taken. */
export const specOf = (lease: LiveObject): LeaseSpec => (lease['spec'] ?? {}) as LeaseSpec;

/**
 * Whether a Lease may be taken.
 *
 * @param silentMs how long nobody changed it, by the clock of who looks
 * @param dateMs time of the API server
 */
export function isFree(
  spec: LeaseSpec,
  { silentMs, dateMs, durationMs }: { silentMs: number; dateMs: number | undefined; durationMs: number },
): boolean {
  if (!spec.holderIdentity || !spec.renewTime) return true;
  const limitMs = (spec.leaseDurationSeconds ?? durationMs / 1000) * 1000;
  if (silentMs > limitMs) return true;
  return dateMs !== undefined && dateMs - Date.parse(spec.renewTime) > limitMs + SKEW_MS;
}

/** @throws OpniLoggingError `cluster` when it cannot be read */
export async function readLease(
  { cluster, set }: LeasePlace,
  signal?: AbortSignal,
): Promise<LeaseReading<LiveObject | undefined>> {
  const answer = await cluster.client.request({
    method: 'GET',
    path: leasePath(set),
    signal,
    timeoutMs: 10_000,
  });
  if (answer.status === 404) return { lease: undefined, dateMs: answer.dateMs };
  if (answer.status >= 400) throw refusal(`Lease ${set.namespace}/${set.lock}`, answer);
  return { lease: answer.body as LiveObject, dateMs: answer.dateMs };
}

const leasePath = ({ namespace, lock }: ApplySet) =>
  `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases/${encodeURIComponent(lock)}`;

/**
 * Reads the Lease, and makes one without a holder where there is none.
 *
 * @throws OpniLoggingError `cluster` when that is refused
 */
export async function readOrMakeLease(
  access: LeasePlace,
  signal?: AbortSignal,
): Promise<LeaseReading<LiveObject>> {
  const { lease, dateMs } = await readLease(access, signal);
  if (lease) return { lease, dateMs };
  const { namespace, lock: name } = access.set;
  const empty: KubernetesObject = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'opni-logging' } },
  };
  const made = await access.cluster.apply(LEASES, empty, { fieldManager: `${FIELD_MANAGER}-lock`, signal });
  if (made.status >= 400) throw refusal(`Lease ${namespace}/${name}`, made);
  return { lease: made.body as LiveObject, dateMs: made.dateMs };
}

/**
 * Writes the holder, or takes it out.
 *
 * @returns undefined when somebody else was faster
 * @throws OpniLoggingError `cluster` when it is refused
 */
export async function writeLease(
  { cluster, set, clock, holder, durationMs }: LeaseAccess,
  lease: LiveObject,
  dateMs: number | undefined,
  { take, signal }: { readonly take: boolean; readonly signal?: AbortSignal },
): Promise<LiveObject | undefined> {
  const now = new Date(dateMs ?? clock.wallMs()).toISOString().replace('Z', '000Z');
  const before = specOf(lease);
  const change = before.holderIdentity === holder ? 0 : 1;
  const spec: LeaseSpec = take
    ? {
        ...before,
        holderIdentity: holder,
        leaseDurationSeconds: Math.max(1, Math.round(durationMs / 1000)),
        renewTime: now,
        leaseTransitions: (before.leaseTransitions ?? 0) + change,
      }
    : { ...before, holderIdentity: '', leaseDurationSeconds: 1 };
  const { managedFields: _, ...metadata } = lease.metadata;
  const answer = await cluster.replace(LEASES, { ...lease, metadata, spec } as KubernetesObject, {
    fieldManager: `${FIELD_MANAGER}-lock`,
    signal,
  });
  if (answer.status === 409 || answer.status === 404) return undefined;
  if (answer.status >= 400) throw refusal(`Lease ${set.namespace}/${set.lock}`, answer);
  return answer.body as LiveObject;
}

/** Deletes a Lease as it was read. */
export async function removeLease(
  { cluster, set }: LeasePlace,
  { metadata: { uid, resourceVersion } }: LiveObject,
): Promise<ApiFailure | undefined> {
  return failureOf(await cluster.remove(LEASES, set.namespace, set.lock, { uid, resourceVersion }));
}
