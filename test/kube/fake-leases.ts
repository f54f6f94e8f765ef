import type { Clock } from '../../src/common/clock.js';
import { OpniLoggingError } from '../../src/common/error.js';
import type { ApiAnswer, ApiClient, ApiRequest } from '../../src/kube/api-client.js';

/** Where its Lease is. */
export const PLACE = { namespace: 'logs', name: 'main-apply' };
const PATH = '/apis/coordination.k8s.io/v1/namespaces/logs/leases/main-apply';
export const START_MS = Date.parse('2026-01-01T00:00:00Z');

/** Lets all that needs no time happen. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so. */
export class HandClock {
  #nowMs = 0;
  #sleepers: Sleeper[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** The clock of one actor, whose time of day may be wrong. */
  for(skewMs = 0): Clock {
    return {
      now: () => this.#nowMs,
      wallMs: () => START_MS + this.#nowMs + skewMs,
      random: () => 0.5,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#sleepers = this.#sleepers.filter(({ wake }) => wake !== sleeper.wake);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { dueMs: this.#nowMs + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', abort);
    });
  }

  /** Lets time pass; whoever sleeps wakes in time. */
  async advance(ms: number): Promise<void> {
    await settled();
    const until = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#sleepers.filter(({ dueMs }) => dueMs <= until).sort((a, b) => a.dueMs - b.dueMs);
      if (!next) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
      await settled();
    }
    this.#nowMs = until;
    await settled();
  }

  /** Lets time pass while everybody is frozen, as when a machine is suspended. */
  freeze(ms: number): void {
    this.#nowMs += ms;
    this.#sleepers = this.#sleepers.map((sleeper) => ({ ...sleeper, dueMs: sleeper.dueMs + ms }));
  }
}

interface Lease {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** What becomes of a request: `before` it arrives, or `after` it was done. Both may throw; `after` may answer. */
export interface Disturbance {
  readonly before?: (request: ApiRequest) => unknown;
  readonly after?: (request: ApiRequest, answer: ApiAnswer) => unknown;
}

export const unreachable = (): never => {
  throw new OpniLoggingError('cluster', 'the API server does not answer');
};

/** An API server that has one Lease, or none. */
export class FakeLeases implements ApiClient {
  readonly address = 'fake';
  readonly sent = {};
  /** `METHOD` of each request that arrived, and its status. */
  readonly log: string[] = [];
  lease: Lease | undefined;
  disturbance: Disturbance = {};
  #version = 0;

  /** @param hasDate whether answers tell the time of the server */
  constructor(
    private readonly clock: HandClock,
    private readonly hasDate = true,
  ) {}

  /** Who holds it. */
  get holder(): unknown {
    return this.lease?.spec?.['holderIdentity'];
  }

  async request(request: ApiRequest): Promise<ApiAnswer> {
    await this.disturbance.before?.(request);
    const { status, body } = this.#answer(request);
    this.log.push(`${request.method} ${status}`);
    const answer: ApiAnswer = {
      status,
      body: structuredClone(body),
      warnings: [],
      ...(this.hasDate ? { dateMs: START_MS + this.clock.nowMs } : {}),
    };
    return ((await this.disturbance.after?.(request, answer)) as ApiAnswer | undefined) ?? answer;
  }

  stream(): never {
    throw new Error('a lock watches nothing');
  }

  close(): void {}

  /** Somebody writes it, whoever holds it. */
  write(spec: Lease['spec'], annotations = this.lease?.metadata.annotations): void {
    this.#version += 1;
    const metadata = { name: 'main-apply', namespace: 'logs', uid: 'lease' };
    this.lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...metadata, resourceVersion: String(this.#version), ...(annotations && { annotations }) },
      ...(spec ? { spec } : {}),
    };
  }

  #answer({ method, path, body, contentType }: ApiRequest): { status: number; body: unknown } {
    if (path !== PATH) return { status: 404, body: {} };
    if (method === 'GET') return this.lease ? { status: 200, body: this.lease } : { status: 404, body: {} };
    const sent = body as Lease;
    if (method === 'PATCH' && contentType === 'application/apply-patch+yaml') {
      if (!this.lease) this.write(sent.spec);
      return { status: 201, body: this.lease };
    }
    if (method !== 'PUT') return { status: 405, body: {} };
    if (!this.lease) return { status: 404, body: {} };
    if (sent.metadata.resourceVersion !== this.lease.metadata.resourceVersion)
      return { status: 409, body: {} };
    this.write(sent.spec, sent.metadata.annotations);
    return { status: 200, body: this.lease };
  }
}
