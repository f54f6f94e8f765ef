import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { messageOf, OpniLoggingError } from '../common/error.js';
import { type ExecPlugin, execCredential } from './exec-credential.js';

/** Where to find the kubeconfig. */
export interface KubeconfigOptions {
  /** Environment; `KUBECONFIG` and `HOME` are read, and a credential program inherits it. */
  readonly env: NodeJS.ProcessEnv;
  /** A kubeconfig file. @default the files of `KUBECONFIG`, or `~/.kube/config` */
  readonly kubeconfig?: string;
  /** Name of the context. @default the current context */
  readonly context?: string;
}

/** How to reach an API server. */
export interface ApiServer {
  /** Name of the context it came from. */
  readonly context: string;
  readonly url: URL;
  /** Authority, certificate, and headers that authenticate. */
  readonly request: RequestOptions;
}

/** The kubeconfig files to read, as kubectl picks them; those of `KUBECONFIG` may be missing. */
export function kubeconfigFiles(options: KubeconfigOptions): string[] {
  if (options.kubeconfig) return [options.kubeconfig];
  const { KUBECONFIG, HOME, USERPROFILE } = options.env;
  if (KUBECONFIG) return KUBECONFIG.split(delimiter).filter((file) => file && existsSync(file));
  const home = HOME ?? USERPROFILE;
  return home ? [join(home, '.kube', 'config')].filter((file) => existsSync(file)) : [];
}

/**
 * Reads the kubeconfig and obtains its credentials. client-node is loaded on first use; that takes 0.6 s of CPU.
 *
 * @param signal stops a credential program
 * @throws OpniLoggingError `cluster` when a file cannot be read, the context is missing, or there is no credential
 */
export async function openKubeconfig(options: KubeconfigOptions, signal: AbortSignal): Promise<ApiServer> {
  const config = await load(kubeconfigFiles(options));
  const context = options.context ?? config.getCurrentContext();
  if (!context || !config.getContextObject(context)) {
    throw new OpniLoggingError(
      'cluster',
      `the kubeconfig has no context ${context ? `"${context}"` : 'set'}`,
    );
  }
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw new OpniLoggingError('cluster', `context "${context}" names a cluster that is not there`);
  await replaceExec(config, options.env, signal);
  const request: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(request);
    return { context, url: new URL(cluster.server), request };
  } catch (error) {
    throw new OpniLoggingError('cluster', `context "${context}": ${messageOf(error)}`, { cause: error });
  }
}

async function load(files: readonly string[]): Promise<KubeConfig> {
  const client = await import('@kubernetes/client-node');
  const parts = files.map((file) => {
    const part = new client.KubeConfig();
    try {
      part.loadFromFile(file, { onInvalidEntry: 'filter' });
    } catch (error) {
      // The parser's message quotes the lines around, which may hold a token.
      throw new OpniLoggingError('cluster', `${file} is no readable kubeconfig`, { cause: error });
    }
    part.users = part.users.map((user) => withAbsoluteCommand(user, dirname(file)));
    return part;
  });
  const merged = new client.KubeConfig();
  merged.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap((part) => part.clusters)),
    users: firstOfEachName(parts.flatMap((part) => part.users)),
    contexts: firstOfEachName(parts.flatMap((part) => part.contexts)),
    currentContext: parts.map((part) => part.currentContext).find(Boolean),
  });
  return merged;
}

/** The first file wins, as in kubectl; client-node's own merge takes the last context and refuses a name twice. */
function firstOfEachName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(item.name) && seen.add(item.name));
}

function withAbsoluteCommand(user: User, folder: string): User {
  const command = (user.exec as ExecPlugin | undefined)?.command;
  if (!command?.includes('/') || isAbsolute(command)) return user;
  return { ...user, exec: { ...user.exec, command: resolve(folder, command) } };
}

/** Turns a user with a credential program into one with the credential. */
async function replaceExec(config: KubeConfig, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const user = config.getCurrentUser();
  const plugin = user?.exec as ExecPlugin | undefined;
  if (!user || !plugin) return;
  const { token, clientCertificateData, clientKeyData } = await execCredential(plugin, { env, signal });
  const base64 = (pem: string | undefined) => pem && Buffer.from(pem).toString('base64');
  const known: User = {
    ...user,
    exec: undefined,
    ...(token ? { token } : {}),
    ...(clientCertificateData
      ? { certData: base64(clientCertificateData), keyData: base64(clientKeyData) }
      : {}),
  };
  config.users = config.users.map((other) => (other.name === user.name ? known : other));
}
