import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../../common/clock.js';
import { OpniLoggingError } from '../../common/error.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { refusal } from '../../kube/api-failure.js';
import type { Cluster } from '../../kube/cluster.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { ApplySet } from '../set/apply-set.js';
import { FIELD_MANAGER } from '../set/marks.js';

/** Options of {@link Lock.acquire}. */
export interface LockOptions {
  readonly cluster: Cluster;
  readonly set: ApplySet;
  readonly clock: Clock;
  /** Who holds it, as others read it. @default host name, process and a random part */
  readonly holder?: string;
  /** How long a holder that is silent stays the holder, in milliseconds. @default 30000 */
  readonly durationMs?: number;
  /** How long to wait for another holder before giving up, in milliseconds. @default 60000 */
  readonly waitMs?: number;
  /** Ends the waiting. @default none */
  readonly signal?: AbortSignal;
  /** Told whom it waits for, once for each holder. @default none */
  readonly onWait?: (holder: string) => void;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

const LEASES: ApiResource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  verbs: ['get', 'patch', 'update'],
};

const POLL_MS = 1000;

/** How often a renewal that met another write is tried again at once. */
const MAX_CLASHES = 3;

/** Clocks of API servers may differ by this much, in milliseconds. */
const SKEW_MS = 5000;

/**
 * The Lease that keeps two actors from changing one set at the same time.
 *
 * It is a hint and no fence: a holder may stop between two breaths and wake up later. So every destructive step asks
 * {@link Lock.assertHeld} first, and every deletion carries the UID and version of what it read.
 *
 * The Lease is made by server-side apply without a holder, and taken by an update with its version: two actors cannot
 * both succeed, and the right to `create` can be limited to its name. Times in it are those of the API server, so the
 * clocks of the actors do not matter.
 */
export class Lock {
  #lease: LiveObject;
  #renewedAt: number;
  #lost: string | undefined;
  readonly #stopped = new AbortController();
  #renewing: Promise<void> | undefined;

  private constructor(
    private readonly options: Required<
      Pick<LockOptions, 'cluster' | 'set' | 'clock' | 'holder' | 'durationMs'>
    >,
    lease: LiveObject,
    renewedAt: number,
  ) {
    this.#lease = lease;
    this.#renewedAt = renewedAt;
    void this.#keep();
  }

  /**
   * Takes the lock, waiting for another holder to let go or to fall silent.
   *
   * @throws OpniLoggingError `cluster` when somebody else holds it for longer than `waitMs`, or the Lease cannot be written
   */
  static async acquire(options: LockOptions): Promise<Lock> {
    const { cluster, set, clock, signal } = options;
    const { durationMs = 30_000, waitMs = 60_000, onWait } = options;
    const holder = options.holder ?? `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`;
    const full = { cluster, set, clock, holder, durationMs };
    const until = clock.now() + waitMs;
    let seen: { readonly version: string; readonly at: number } | undefined;
    let told: string | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const startedAt = clock.now();
      const { lease, dateMs } = await readOrMake(full, signal);
      if (seen?.version !== lease.metadata.resourceVersion) {
        seen = { version: lease.metadata.resourceVersion, at: startedAt };
      }
      // An answer that got lost on its way: the Lease was taken all the same, and nobody knows how long ago.
      const isTaken = specOf(lease).holderIdentity === holder;
      if (isTaken || isFree(specOf(lease), { silentMs: startedAt - seen.at, dateMs, durationMs })) {
        const taken = await write(full, lease, dateMs, { take: true, signal });
        if (taken) return new Lock(full, taken, startedAt);
        continue;
      }
      const other = specOf(lease).holderIdentity ?? '';
      if (clock.now() >= until) throw heldBy(set, other, waitMs);
      if (told !== other) onWait?.(other);
      told = other;
      await clock.sleep(POLL_MS, signal);
    }
  }

  /** Who holds it: this actor. */
  get holder(): string {
    return this.options.holder;
  }

  /**
   * Makes sure that the lock is still held, and renews it when half of its time has passed. To be called before every
   * destructive step.
   *
   * @throws OpniLoggingError `cluster` when it was lost
   */
  async assertHeld(): Promise<void> {
    const { clock, durationMs, set } = this.options;
    if (!this.#lost && clock.now() - this.#renewedAt >= durationMs / 2) await this.#renewSoon();
    if (!this.#lost && clock.now() - this.#renewedAt >= durationMs / 2) {
      this.#lost = 'it could not be renewed in time';
    }
    if (this.#lost) {
      throw new OpniLoggingError(
        'cluster',
        `Lease ${set.namespace}/${set.lock}: the lock was lost, because ${this.#lost}. Nothing more was changed; run again.`,
      );
    }
  }

  /** Lets others take it at once. Never fails: a Lease that is not released runs out. */
  async release(): Promise<void> {
    this.stop();
    await this.#renewing;
    if (this.#lost) return;
    this.#lost = 'it was released';
    try {
      await write(this.options, this.#lease, undefined, { take: false });
    } catch {
      // Whoever comes next waits until it has run out.
    }
  }

  /** Stops renewing without telling anybody; the Lease runs out. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Renews it three times within its duration, until it is stopped or lost. */
  async #keep(): Promise<void> {
    const { clock, durationMs } = this.options;
    const { signal } = this.#stopped;
    while (!signal.aborted && !this.#lost) {
      // Ends with the signal only.
      await clock.sleep(durationMs / 3, signal).catch(() => {});
      if (!signal.aborted && !this.#lost) await this.#renewSoon();
    }
  }

  #renewSoon(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    try {
      // It was written meanwhile, perhaps by the same renewal whose answer got lost: that is no loss.
      for (let clashes = 0; clashes <= MAX_CLASHES; clashes += 1) if (await this.#renewOnce()) return;
    } catch {
      // Tried again with the next renewal; assertHeld tells when it is too late.
    }
  }

  /** @returns false when the Lease was written between reading and writing */
  async #renewOnce(): Promise<boolean> {
    const startedAt = this.options.clock.now();
    const { lease, dateMs } = await read(this.options);
    const holder = lease && specOf(lease).holderIdentity;
    if (holder !== this.options.holder) {
      this.#lost = lease ? `${holder || 'nobody'} holds it now` : 'the Lease was deleted';
      return true;
    }
    const renewed = await write(this.options, lease!, dateMs, { take: true });
    if (!renewed) return false;
    this.#lease = renewed;
    this.#renewedAt = startedAt;
    return true;
  }
}

type Access = Pick<LockOptions, 'clock' | 'cluster' | 'set'> & {
  readonly holder: string;
  readonly durationMs: number;
};

const specOf = (lease: LiveObject): LeaseSpec => (lease['spec'] ?? {}) as LeaseSpec;

function isFree(
  spec: LeaseSpec,
  { silentMs, dateMs, durationMs }: { silentMs: number; dateMs: number | undefined; durationMs: number },
): boolean {
  if (!spec.holderIdentity || !spec.renewTime) return true;
  const limitMs = (spec.leaseDurationSeconds ?? durationMs / 1000) * 1000;
  if (silentMs > limitMs) return true;
  return dateMs !== undefined && dateMs - Date.parse(spec.renewTime) > limitMs + SKEW_MS;
}

async function read({ cluster, set }: Pick<Access, 'cluster' | 'set'>, signal?: AbortSignal) {
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

async function readOrMake(access: Access, signal?: AbortSignal) {
  const { lease, dateMs } = await read(access, signal);
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

/** Writes the holder; undefined when somebody else was faster. */
async function write(
  { cluster, set, clock, holder, durationMs }: Access,
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

function heldBy(set: ApplySet, holder: string, waitMs: number): OpniLoggingError {
  const path = `Lease ${set.namespace}/${set.lock}`;
  return new OpniLoggingError('cluster', `The lock is held by ${holder}. Nothing was changed.`, {
    problems: [
      {
        path,
        message: `${holder} changes this set, and did not finish within ${Math.round(waitMs / 1000)} s`,
        fix: 'wait for it to finish, or stop it: a holder that is gone loses the lock by itself',
      },
    ],
  });
}
