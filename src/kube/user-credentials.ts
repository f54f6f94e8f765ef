import { readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '../common/clock.js';
import { messageOf, OpniLoggingError } from '../common/error.js';
import { type Credential, type Credentials, fixedCredentials } from './api-server.js';
import { authProvider } from './auth-provider.js';
import { type ExecPlugin, execCredential } from './exec-credential.js';
import type { KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './kubeconfig-file.js';
import { renewedCredentials, type TimedCredential } from './renewed-credentials.js';

/** Options of {@link userCredentials}. */
export interface UserCredentialsOptions {
  /** Environment that a credential program inherits. */
  readonly env: NodeJS.ProcessEnv;
  /** @default the clock of this machine */
  readonly clock?: Clock;
  /** How often files with tokens and certificates are read anew, in milliseconds. @default 60000 */
  readonly rereadMs?: number;
  /** Longest time of a credential program, in milliseconds. @default 60000 */
  readonly execTimeoutMs?: number;
  /** How long before its end a credential is renewed, in milliseconds. @default 10000 */
  readonly renewBeforeMs?: number;
}

/**
 * The credentials of a context's user: token, token file, client certificate, name and password, a credential program,
 * or an `auth-provider`; and whom to act as. Nothing is read or run before the first request.
 */
export function userCredentials(context: KubeconfigContext, options: UserCredentialsOptions): Credentials {
  const { user, name } = context;
  const clock = options.clock ?? systemClock;
  const { rereadMs = 60_000, execTimeoutMs = 60_000 } = options;
  const renewed = (source: string, obtain: (signal: AbortSignal) => Promise<TimedCredential>) =>
    renewedCredentials(obtain, { clock, timeoutMs: execTimeoutMs, source });
  if (user.exec) {
    const plugin = user.exec;
    return renewed(`the credential program ${plugin.command}`, (signal) =>
      fromProgram(context, plugin, { ...options, signal }),
    );
  }
  const provider = user['auth-provider'];
  if (provider) {
    let ask: (() => Promise<Record<string, string>>) | undefined;
    return renewed(`the auth-provider of context "${name}"`, async () => {
      ask ??= await authProvider(provider);
      const known = await ofUser(context);
      const credential = { ...known, headers: { ...known.headers, ...(await ask()) } };
      return { credential, renewAtMs: clock.wallMs() + rereadMs };
    });
  }
  if (!user.tokenFile && !user['client-certificate'] && !user['client-key']) {
    return fixedCredentials(staticCredential(user, {}));
  }
  let last: Credential | undefined;
  return renewed(`reading the credentials of context "${name}"`, async () => {
    // A file that is just being replaced is no reason to stop.
    const credential = await ofUser(context).catch((error: unknown) => last ?? Promise.reject(error));
    last = credential;
    return { credential, renewAtMs: clock.wallMs() + rereadMs };
  });
}

async function fromProgram(
  context: KubeconfigContext,
  plugin: ExecPlugin,
  { env, signal, renewBeforeMs = 10_000 }: UserCredentialsOptions & { readonly signal: AbortSignal },
): Promise<TimedCredential> {
  const given = await execCredential(plugin, { env, signal, cluster: clusterInfo(context.cluster) });
  const known = await ofUser(context);
  const endMs = Date.parse(given.expirationTimestamp ?? '');
  return {
    credential: {
      headers: { ...known.headers, ...(given.token ? { authorization: `Bearer ${given.token}` } : {}) },
      certificate: given.clientCertificateData ?? known.certificate,
      key: given.clientCertificateData ? given.clientKeyData : known.key,
    },
    renewAtMs: Number.isNaN(endMs) ? undefined : endMs - renewBeforeMs,
  };
}

/** What the kubeconfig itself holds, with the files that it names. */
async function ofUser({ name, user }: KubeconfigContext): Promise<Credential> {
  const read = async (file: string | undefined) => {
    try {
      return file === undefined ? undefined : await readFile(file, 'utf8');
    } catch (error) {
      throw new OpniLoggingError('cluster', `context "${name}": ${messageOf(error)}`, { cause: error });
    }
  };
  const [token, certificate, key] = await Promise.all([
    read(user.tokenFile),
    read(user['client-certificate-data'] ? undefined : user['client-certificate']),
    read(user['client-key-data'] ? undefined : user['client-key']),
  ]);
  return staticCredential(user, { token, certificate, key });
}

interface FileTexts {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
}

function staticCredential(user: KubeconfigUser, files: FileTexts): Credential {
  return {
    headers: { ...authorization(user, files.token), ...impersonation(user) },
    certificate: decoded(user['client-certificate-data']) ?? files.certificate,
    key: decoded(user['client-key-data']) ?? files.key,
  };
}

function authorization(
  { token, username, password }: KubeconfigUser,
  fromFile?: string,
): Record<string, string> {
  const bearer = fromFile?.trim() || token;
  if (bearer) return { authorization: `Bearer ${bearer}` };
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

function impersonation(user: KubeconfigUser): Record<string, string | string[]> {
  if (!user.as) return {};
  const extra = Object.entries(user['as-user-extra'] ?? {}).map(([name, values]) => [
    `impersonate-extra-${encodeURIComponent(name)}`,
    [...values],
  ]);
  return {
    'impersonate-user': user.as,
    ...(user['as-uid'] ? { 'impersonate-uid': user['as-uid'] } : {}),
    ...(user['as-groups']?.length ? { 'impersonate-group': [...user['as-groups']] } : {}),
    ...Object.fromEntries(extra),
  };
}

/** What a credential program is told of the cluster. */
function clusterInfo(cluster: KubeconfigCluster): Record<string, unknown> {
  const config = cluster.extensions?.find(
    ({ name }) => name === 'client.authentication.k8s.io/exec',
  )?.extension;
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': cluster['certificate-authority-data'],
    'proxy-url': cluster['proxy-url'],
    config,
  };
}

const decoded = (base64: string | undefined) =>
  base64 ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
