import type { Clock } from '../common/clock.js';
import { OpniLoggingError } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { ApiAnswer, ApiRequest } from './api-client.js';
import { type ApiFailure, failureOf, refusal } from './api-failure.js';
import { LEASES } from './built-in-resources.js';
import type { Cluster } from './cluster.js';
import type { LiveObject } from './live-object.js';
import { resourcePath } from './resource.js';

/** What a Lease says. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** Which Lease. */
export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
}

/** Annotations to write; undefined takes one away, and those that are not named stay. */
export type Annotations = Readonly<Record<string, string | undefined>>;

/** Clocks of API servers may differ by this much, in milliseconds. */
const SKEW_MS = 5000;

/** How often a write of the Lease that met another one is tried again at once. */
export const MAX_CLASHES = 3;

/** It never changes, since fields of another name would stay behind. */
const FIELD_MANAGER = 'opni-logging-lock';

/** Where a Lease is. */
export interface LeaseTarget {
  readonly cluster: Cluster;
  readonly place: LeasePlace;
}

/** Who deals with a Lease, and where. */
export interface LeaseAccess extends LeaseTarget {
  readonly clock: Clock;
  readonly holder: string;
  readonly durationMs: number;
}

/** How a request about a Lease is sent. */
export type LeaseCall = Pick<ApiRequest, 'signal' | 'timeoutMs' | 'retry'>;

/** How a Lease is written. */
export interface LeaseWrite extends LeaseCall {
  /** Writes the holder, or takes it out. */
  readonly take: boolean;
  /** @default none is changed */
  readonly annotations?: Annotations;
}

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
  target: LeaseTarget,
  call: LeaseCall = {},
): Promise<LeaseReading<LiveObject | undefined>> {
  const { namespace, name } = target.place;
  const path = resourcePath(LEASES, namespace, name);
  const answer = await target.cluster.client.request({ method: 'GET', path, timeoutMs: 10_000, ...call });
  if (answer.status === 404) return { lease: undefined, dateMs: answer.dateMs };
  if (answer.status >= 400) throw refused(target, 'get', answer);
  return { lease: answer.body as LiveObject, dateMs: answer.dateMs };
}

/**
 * Reads the Lease, and makes one without a holder where there is none.
 *
 * @throws OpniLoggingError `cluster` when that is refused
 */
export async function readOrMakeLease(
  target: LeaseTarget,
  call: LeaseCall = {},
): Promise<LeaseReading<LiveObject>> {
  const { lease, dateMs } = await readLease(target, call);
  if (lease) return { lease, dateMs };
  const { namespace, name } = target.place;
  const empty: KubernetesObject = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'opni-logging' } },
  };
  const made = await target.cluster.apply(LEASES, empty, { fieldManager: FIELD_MANAGER, ...call });
  if (made.status >= 400) throw refused(target, 'create', made);
  return { lease: made.body as LiveObject, dateMs: made.dateMs };
}

/**
 * Writes a Lease as it was read, with or without the holder.
 *
 * @returns undefined when somebody else was faster
 * @throws OpniLoggingError `cluster` when it is refused
 */
export async function writeLease(
  access: LeaseAccess,
  lease: LiveObject,
  dateMs: number | undefined,
  { take, annotations = {}, ...call }: LeaseWrite,
): Promise<LiveObject | undefined> {
  const { cluster, clock, holder, durationMs } = access;
  const before = specOf(lease);
  const change = before.holderIdentity === holder ? 0 : 1;
  const spec: LeaseSpec = take
    ? {
        ...before,
        holderIdentity: holder,
        // Others never wait for less than the holder counts on.
        leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
        renewTime: renewTimeAfter(before.renewTime, dateMs ?? clock.wallMs()),
        leaseTransitions: (before.leaseTransitions ?? 0) + change,
      }
    : { ...before, holderIdentity: '', leaseDurationSeconds: 1 };
  const { managedFields: _, ...metadata } = lease.metadata;
  const changed = { ...metadata, ...annotationsPart(metadata.annotations, annotations) };
  const next = { ...lease, metadata: changed, spec } as KubernetesObject;
  const answer = await cluster.replace(LEASES, next, { fieldManager: FIELD_MANAGER, ...call });
  if (answer.status === 409 || answer.status === 404) return undefined;
  if (answer.status >= 400) throw refused(access, 'update', answer);
  return answer.body as LiveObject;
}

/**
 * Takes the holder out of a Lease, as long as it is this one.
 *
 * @throws OpniLoggingError `cluster` when it is refused
 */
export async function freeLease(
  access: LeaseAccess,
  lease: LiveObject,
  write: Omit<LeaseWrite, 'take'>,
): Promise<void> {
  let current: LiveObject | undefined = lease;
  for (let clashes = 0; clashes <= MAX_CLASHES; clashes += 1) {
    if (await writeLease(access, current, undefined, { ...write, take: false })) return;
    current = (await readLease(access, callOf(write))).lease;
    if (!current || specOf(current).holderIdentity !== access.holder) return;
  }
}

/** Deletes a Lease as it was read. */
export async function removeLease(
  { cluster, place }: LeaseTarget,
  { metadata: { uid, resourceVersion } }: LiveObject,
): Promise<ApiFailure | undefined> {
  return failureOf(await cluster.remove(LEASES, place.namespace, place.name, { uid, resourceVersion }));
}

/** Servers tell whole seconds. A write that changes nothing makes no version, and others would not see the renewal. */
function renewTimeAfter(before: string | undefined, nowMs: number): string {
  const now = new Date(nowMs).toISOString();
  const time = now.replace('Z', '000Z');
  return time === before ? now.replace('Z', '001Z') : time;
}

const callOf = ({ signal, timeoutMs, retry }: LeaseCall): LeaseCall => ({
  signal,
  ...(timeoutMs !== undefined && { timeoutMs }),
  retry,
});

function annotationsPart(
  before: Readonly<Record<string, string>> | undefined,
  changes: Annotations,
): { annotations?: Readonly<Record<string, string>> } {
  if (Object.keys(changes).length === 0) return {};
  const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined);
  return { annotations: Object.fromEntries(merged) as Record<string, string> };
}

function refused({ place }: LeaseTarget, verb: 'get' | 'create' | 'update', answer: ApiAnswer) {
  const { namespace, name } = place;
  const error = refusal(`Lease ${namespace}/${name}`, answer);
  if (answer.status !== 403) return error;
  const right = verb === 'create' ? 'create and patch' : verb;
  const problem = {
    path: `Lease ${namespace}/${name}`,
    message: error.message,
    fix: `let the account ${right} leases of coordination.k8s.io named ${name} in the namespace ${namespace}; a lock needs get, create, patch and update`,
  };
  return new OpniLoggingError('cluster', error.message, { problems: [problem], cause: error.cause });
}
