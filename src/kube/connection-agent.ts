import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ApiServer, Credential, TlsTrust } from './api-server.js';
import { type ExchangeError, PROBE_AFTER_MS } from './http-exchange.js';

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
    keepAliveMsecs: PROBE_AFTER_MS,
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

/** The connections to one API server. */
export class Connections {
  #trust: TlsTrust;
  #known:
    | { readonly credential: Credential; readonly trust: TlsTrust; readonly agent: Promise<HttpAgent> }
    | undefined;

  constructor(private readonly server: ApiServer) {
    this.#trust = server.trust;
  }

  /** How the server proves now who it is; another object after it was renewed. */
  get trust(): TlsTrust {
    return this.#trust;
  }

  /** Connections belong to a client certificate and an authority; when others come, they are made anew. */
  agent(credential: Credential): Promise<HttpAgent> {
    const trust = this.#trust;
    const known = this.#known;
    if (known?.trust === trust && sameCertificate(known.credential, credential)) return known.agent;
    this.close();
    const agent = connectionAgent({ ...this.server, trust }, credential);
    this.#known = { credential, trust, agent };
    return agent;
  }

  /**
   * Told of a server that could not be verified: its authority is read anew.
   *
   * @param used what it was verified with
   * @returns whether there is another one to try
   */
  async renewTrust(used: TlsTrust, signal?: AbortSignal): Promise<boolean> {
    // Somebody else met it too, and has read it already.
    if (this.#trust !== used) return true;
    // A file that is just being replaced is read at the next failure. Without an authority those of Node would count.
    const authority = await used.rereadAuthority?.(signal).catch(() => undefined);
    signal?.throwIfAborted();
    if (!authority?.trim() || authority === used.authority) return this.#trust !== used;
    if (authority !== this.#trust.authority) this.#trust = { ...this.#trust, authority };
    return true;
  }

  /** Closes idle connections. */
  close(): void {
    void this.#known?.agent.then(closeIdle, () => undefined);
  }
}

/** Codes of Node for certificates that the authority in use did not sign, or that cannot be read. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether a server was not trusted. Nothing was sent to it. */
export function isUntrusted(error: unknown): boolean {
  const { code } = error as ExchangeError;
  return code !== undefined && (UNTRUSTED.has(code) || code.startsWith('ERR_OSSL_PEM'));
}

const sameCertificate = (a: Credential, b: Credential) => a.certificate === b.certificate && a.key === b.key;

/** Closes the connections that no request uses. */
export function closeIdle(agent: HttpAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/** Node takes an option that is there and undefined for a value here and there. */
function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
