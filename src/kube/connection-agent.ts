import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ApiServer, Credential } from './api-server.js';

/** Idle connections are closed before servers and load balancers do it, in milliseconds. */
const IDLE_MS = 30_000;

/**
 * How long one of several addresses of a name is tried before the next, in milliseconds. Node's own 250 ms is too short
 * for a cluster far away.
 */
const ADDRESS_MS = 2000;

/**
 * Keeps connections to an API server, directly or through its proxy.
 *
 * @param credential its client certificate belongs to every connection
 */
export async function connectionAgent(server: ApiServer, credential: Credential): Promise<HttpAgent> {
  const { trust, proxy, url } = server;
  const pool = {
    keepAlive: true,
    scheduling: 'lifo',
    timeout: IDLE_MS,
    autoSelectFamilyAttemptTimeout: ADDRESS_MS,
  } as const;
  const tls = {
    ca: trust.authority,
    servername: trust.serverName,
    rejectUnauthorized: !trust.insecure,
    cert: credential.certificate,
    key: credential.key,
  };
  const secure = url.protocol === 'https:';
  if (!proxy) return secure ? new HttpsAgent({ ...pool, ...definedOf(tls) }) : new HttpAgent(pool);
  const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent');
  return secure
    ? new HttpsProxyAgent({ ...pool, ...definedOf(tls), proxy })
    : new HttpProxyAgent({ ...pool, proxy });
}

/** Node takes an option that is there and undefined for a value here and there. */
function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
