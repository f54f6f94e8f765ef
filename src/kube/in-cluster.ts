import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { type Clock, systemClock } from '../common/clock.js';
import { messageOf, OpniLoggingError } from '../common/error.js';
import type { ApiServer } from './api-server.js';
import { proxyFromEnvironment } from './proxy.js';
import { renewedCredentials } from './renewed-credentials.js';

/** Options of {@link inClusterServer}. */
export interface InClusterOptions {
  /** Environment of the pod; `KUBERNETES_SERVICE_HOST` and `_PORT`, and the proxy variables are read. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder with `token`, `ca.crt` and `namespace`. @default '/var/run/secrets/kubernetes.io/serviceaccount' */
  readonly folder?: string;
  /** How often the token is read anew, in milliseconds. @default 60000 */
  readonly rereadMs?: number;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

/** A read from a file of the pod that takes longer than this hangs, in milliseconds. */
const READ_TIMEOUT_MS = 10_000;

/**
 * The API server of the cluster in which this pod runs, as its service account. The kubelet replaces the token before
 * it runs out, so it is read anew now and then, and after a refusal.
 *
 * @returns undefined outside of a pod
 * @throws OpniLoggingError `cluster` when the files of the service account are missing
 */
export function inClusterServer(options: InClusterOptions): ApiServer | undefined {
  const { env, rereadMs = 60_000, clock = systemClock } = options;
  const folder = options.folder ?? '/var/run/secrets/kubernetes.io/serviceaccount';
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) return undefined;
  const url = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  const tokenFile = join(folder, 'token');
  const authorityFile = join(folder, 'ca.crt');
  let last: string | undefined;
  const readToken = async () => {
    try {
      last = (await readFile(tokenFile, 'utf8')).trim() || last;
    } catch (error) {
      if (last === undefined) throw unreadable(error);
    }
    if (last === undefined) throw unreadable(new Error(`${tokenFile} is empty`));
    return {
      credential: { headers: { authorization: `Bearer ${last}` } },
      renewAtMs: clock.wallMs() + rereadMs,
    };
  };
  return {
    context: 'in-cluster',
    namespace: readText(join(folder, 'namespace')).trim(),
    url,
    trust: {
      authority: readText(authorityFile),
      rereadAuthority: (signal) => readFile(authorityFile, { encoding: 'utf8', signal }),
    },
    proxy: proxyFromEnvironment(url, env),
    credentials: renewedCredentials(readToken, {
      clock,
      timeoutMs: READ_TIMEOUT_MS,
      source: `reading ${tokenFile}`,
    }),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): OpniLoggingError {
  const message = `the service account of this pod cannot be read: ${messageOf(error)}`;
  const fix = 'give the pod a service account, and do not set automountServiceAccountToken to false';
  return new OpniLoggingError('cluster', message, { problems: [{ message, fix }], cause: error });
}
