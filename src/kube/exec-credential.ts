import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { OpniLoggingError } from '../common/error.js';

/** The `exec` part of a kubeconfig user: a program that prints the credentials. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  /** The program wants to know which cluster it is for. */
  readonly provideClusterInfo?: boolean;
}

/** What a credential program gave. */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** When it runs out, as RFC 3339. */
  readonly expirationTimestamp?: string;
}

/** Options of {@link execCredential}. */
export interface ExecCredentialOptions {
  /** Environment that the program inherits. */
  readonly env: NodeJS.ProcessEnv;
  /** Kills the program. */
  readonly signal: AbortSignal;
  /** The cluster, for a program that wants to know. @default not told */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

/**
 * Runs the credential program of a kubeconfig user. It gets no terminal, and what it writes to its error output is
 * dropped, since that may hold secrets.
 *
 * @throws OpniLoggingError `cluster` when it is missing, fails, or prints no credential
 */
export async function execCredential(
  plugin: ExecPlugin,
  options: ExecCredentialOptions,
): Promise<ExecCredential> {
  const fail = (what: string, cause?: unknown) =>
    new OpniLoggingError('cluster', `the credential program ${plugin.command} ${what}`, { cause });
  const cluster = plugin.provideClusterInfo ? options.cluster : undefined;
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, cluster },
  };
  const extra = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(plugin.command, plugin.args ?? [], {
    env: { ...options.env, ...extra, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: ['ignore', 'pipe', 'ignore'],
    signal: options.signal,
  });
  const closed = once(child, 'close').catch((error: unknown) => {
    throw fail('did not run', error);
  });
  const [output, [code]] = await Promise.all([text(child.stdout), closed]);
  if (code !== 0) throw fail(`ended with code ${code}`);
  const credential = statusOf(output);
  if (!credential?.token && !credential?.clientCertificateData) throw fail('printed no credential');
  return credential;
}

function statusOf(output: string): ExecCredential | undefined {
  try {
    return (JSON.parse(output) as { readonly status?: ExecCredential }).status;
  } catch {
    return undefined;
  }
}
