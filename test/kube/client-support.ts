import { expect } from 'chai';
import type { Clock } from '../../src/common/clock.js';
import { messageOf, OpniLoggingError } from '../../src/common/error.js';
import { type ApiClientOptions, openApiClient } from '../../src/kube/api-client-http.js';
import { type ApiServer, type Credentials, fixedCredentials } from '../../src/kube/api-server.js';
import { Cluster } from '../../src/kube/cluster.js';
import type { ApiResource } from '../../src/kube/resource.js';

/** A clock that does not wait, and remembers for how long it should have. */
export interface StoppedClock extends Clock {
  readonly slept: number[];
  /** Moves the time of day. */
  advance(ms: number): void;
}

/** Time stands still but for what is slept; chance is always a half. */
export function stoppedClock(): StoppedClock {
  let elapsedMs = 0;
  const slept: number[] = [];
  return {
    slept,
    advance: (ms) => {
      elapsedMs += ms;
    },
    now: () => elapsedMs,
    wallMs: () => Date.parse('2026-01-01T00:00:00Z') + elapsedMs,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      elapsedMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** An API server at an address. */
export const serverAt = (
  url: string,
  parts: Partial<ApiServer> = {},
  credentials: Credentials = fixedCredentials({ headers: { authorization: 'Bearer t0ken' } }),
): ApiServer => ({ context: 'test', url: new URL(url), trust: {}, credentials, ...parts });

/** A client whose waits take no time. */
export const clientAt = (url: string, options: ApiClientOptions = {}) =>
  openApiClient(serverAt(url), { clock: stoppedClock(), ...options });

/** A cluster whose waits take no time. */
export const clusterAt = (url: string, options: ApiClientOptions = {}) => new Cluster(clientAt(url, options));

/** What some work was refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<OpniLoggingError> {
  const error: unknown = await work.then(
    (value) => new Error(`no refusal, but ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error, messageOf(error)).to.be.instanceOf(OpniLoggingError);
  return error as OpniLoggingError;
}

export const PODS: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
};

export const CLUSTER_ROLES: ApiResource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  verbs: ['get', 'list', 'watch', 'patch'],
};
