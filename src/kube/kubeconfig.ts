import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { messageOf, OpniLoggingError } from '../common/error.js';
import type { ApiServer, TlsTrust } from './api-server.js';
import { type KubeconfigContext, type KubeconfigOptions, readContext } from './kubeconfig-file.js';
import { proxyFromEnvironment, proxyUrl } from './proxy.js';
import { type UserCredentialsOptions, userCredentials } from './user-credentials.js';

export { type KubeconfigOptions, kubeconfigFiles } from './kubeconfig-file.js';

/**
 * The API server of a kubeconfig's context. Credentials are not obtained before the first request.
 *
 * @throws OpniLoggingError `cluster` when a file cannot be read, or the context or what it names is missing
 */
export function openKubeconfig(options: KubeconfigOptions & Omit<UserCredentialsOptions, 'env'>): ApiServer {
  const context = readContext(options);
  const { name, namespace, cluster } = context;
  const url = serverUrl(context);
  const proxy = cluster['proxy-url'];
  return {
    context: name,
    namespace,
    url,
    trust: trustOf(context),
    proxy: proxy
      ? proxyUrl(proxy, `the proxy-url of context "${name}"`)
      : proxyFromEnvironment(url, options.env),
    credentials: userCredentials(context, options),
  };
}

/** The address is not quoted, since it may hold a password. */
function serverUrl({ name, cluster }: KubeconfigContext): URL {
  const server = cluster.server ?? '';
  if (/^https?:\/\//.test(server) && URL.canParse(server)) return new URL(server);
  const message = `context "${name}": the server of its cluster is no address`;
  const fix = 'write it as https://host:port';
  throw new OpniLoggingError('cluster', message, { problems: [{ path: `context "${name}"`, message, fix }] });
}

function trustOf({ name, cluster }: KubeconfigContext): TlsTrust {
  const data = cluster['certificate-authority-data'];
  const file = cluster['certificate-authority'];
  const trust = { serverName: cluster['tls-server-name'], insecure: cluster['insecure-skip-tls-verify'] };
  if (data) return { ...trust, authority: Buffer.from(data, 'base64').toString('utf8') };
  if (!file) return trust;
  try {
    const rereadAuthority = (signal?: AbortSignal) => readFile(file, { encoding: 'utf8', signal });
    return { ...trust, authority: readFileSync(file, 'utf8'), rereadAuthority };
  } catch (error) {
    throw new OpniLoggingError('cluster', `context "${name}": ${messageOf(error)}`, { cause: error });
  }
}
