import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { OpniLoggingError } from '../common/error.js';
import type { ExecPlugin } from './exec-credential.js';

/** Where to find the kubeconfig. */
export interface KubeconfigOptions {
  /** Environment; `KUBECONFIG`, `HOME` and the proxy variables are read, and a credential program inherits it. */
  readonly env: NodeJS.ProcessEnv;
  /** A kubeconfig file. @default the files of `KUBECONFIG`, or `~/.kube/config` */
  readonly kubeconfig?: string;
  /** Name of the context. @default the current context */
  readonly context?: string;
}

/** The `cluster` part of a kubeconfig; paths of files are absolute. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
  readonly extensions?: readonly { readonly name?: string; readonly extension?: unknown }[] | null;
}

/** The `user` part of a kubeconfig; paths of files are absolute. */
export interface KubeconfigUser {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[] | null;
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>> | null;
  readonly exec?: ExecPlugin | null;
  /** Credentials of a kind that Kubernetes has given up since. */
  readonly 'auth-provider'?: Readonly<Record<string, unknown>> | null;
}

/** A context with what it names. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace?: string;
  readonly cluster: KubeconfigCluster;
  /** Empty when the context names no user. */
  readonly user: KubeconfigUser;
}

interface Named {
  readonly name: string;
}
interface KubeconfigFile {
  readonly 'current-context'?: string;
  readonly clusters: readonly (Named & { readonly cluster?: KubeconfigCluster | null })[];
  readonly users: readonly (Named & { readonly user?: KubeconfigUser | null })[];
  readonly contexts: readonly (Named & {
    readonly context?: {
      readonly cluster?: string;
      readonly user?: string;
      readonly namespace?: string;
    } | null;
  })[];
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
 * Reads the context that is asked for. Of entries with one name in several files the first one counts, as in kubectl.
 *
 * @throws OpniLoggingError `cluster` when a file cannot be read, or the context or what it names is missing
 */
export function readContext(options: KubeconfigOptions): KubeconfigContext {
  const paths = kubeconfigFiles(options);
  if (paths.length === 0) throw noKubeconfig(options);
  const files = paths.map(readFile);
  const wanted = options.context ?? files.map((file) => file['current-context']).find(Boolean);
  const entry = files.flatMap((file) => file.contexts).find(({ name }) => name === wanted);
  if (!wanted || !entry) {
    const known = files.flatMap((file) => file.contexts).map(({ name }) => name);
    const message = wanted
      ? `the kubeconfig has no context "${wanted}"`
      : 'the kubeconfig has no current context';
    const fix =
      known.length > 0 ? `choose one with --context: ${known.join(', ')}` : 'use another kubeconfig';
    throw new OpniLoggingError('cluster', message, { problems: [{ message, fix }] });
  }
  const { cluster: clusterName, user: userName, namespace } = entry.context ?? {};
  const missing = (what: string) => {
    const message = `context "${wanted}" names a ${what} that is not there`;
    const fix = `add the ${what} to the kubeconfig, or choose another context with --context`;
    return new OpniLoggingError('cluster', message, { problems: [{ message, fix }] });
  };
  const cluster = files.flatMap((file) => file.clusters).find(({ name }) => name === clusterName)?.cluster;
  if (!cluster) throw missing('cluster');
  const user = files.flatMap((file) => file.users).find(({ name }) => name === userName);
  if (userName && !user) throw missing('user');
  return { name: wanted, namespace, cluster, user: user?.user ?? {} };
}

function noKubeconfig({ env }: KubeconfigOptions): OpniLoggingError {
  const message = env['KUBECONFIG']
    ? `there is no kubeconfig where KUBECONFIG points: ${env['KUBECONFIG']}`
    : 'there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config is not there';
  const fix = 'name one with --kubeconfig, or set KUBECONFIG';
  return new OpniLoggingError('cluster', message, { problems: [{ message, fix }] });
}

function readFile(file: string): KubeconfigFile {
  const folder = dirname(file);
  const document = parseFile(file);
  const entries = (key: string) => {
    const list = document[key] ?? [];
    if (!Array.isArray(list)) throw unreadable(file);
    return list.filter((entry) => isRecord(entry) && typeof entry['name'] === 'string');
  };
  const { clusters, users, contexts } = {
    clusters: entries('clusters') as KubeconfigFile['clusters'],
    users: entries('users') as KubeconfigFile['users'],
    contexts: entries('contexts') as KubeconfigFile['contexts'],
  };
  const current = document['current-context'];
  return {
    'current-context': typeof current === 'string' ? current : undefined,
    clusters: clusters.map((entry) => ({
      ...entry,
      cluster: entry.cluster && withAbsolute(entry.cluster, ['certificate-authority'], folder),
    })),
    users: users.map((entry) => ({ ...entry, user: entry.user && withAbsoluteFiles(entry.user, folder) })),
    contexts,
  };
}

function parseFile(file: string): Readonly<Record<string, unknown>> {
  const [document, ...more] = parseDocuments(file);
  if (more.length > 0) throw unreadable(file);
  if (document === undefined || document === null) return {};
  if (!isRecord(document)) throw unreadable(file);
  return document;
}

function parseDocuments(file: string): unknown[] {
  try {
    return loadAll(readFileSync(file, 'utf8'), { filename: file });
  } catch (error) {
    // The parser's own message quotes the lines around, which may hold a token.
    throw error instanceof YAMLException
      ? unreadable(file, error.mark?.line)
      : unreadable(file, undefined, error);
  }
}

function unreadable(file: string, lineFromZero?: number, cause?: unknown): OpniLoggingError {
  const message = `${file} is no readable kubeconfig`;
  if (lineFromZero === undefined) {
    const fix =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
        ? 'there is no such file; check the path'
        : 'check that the file can be read, and that it is a kubeconfig';
    return new OpniLoggingError('cluster', message, { problems: [{ message, fix }], cause });
  }
  const problem = {
    file,
    line: lineFromZero + 1,
    message: 'is not YAML',
    fix: 'check the indentation and the quotes',
  };
  return new OpniLoggingError('cluster', message, { problems: [problem] });
}

function withAbsoluteFiles(user: KubeconfigUser, folder: string): KubeconfigUser {
  const files = withAbsolute(user, ['client-certificate', 'client-key', 'tokenFile'], folder);
  const command = user.exec?.command;
  if (!user.exec || !command?.includes('/') || isAbsolute(command)) return files;
  return { ...files, exec: { ...user.exec, command: resolve(folder, command) } };
}

function withAbsolute<T extends object>(entry: T, keys: readonly (keyof T)[], folder: string): T {
  const absolute = keys.flatMap((key) => {
    const path = entry[key];
    return typeof path === 'string' && path !== '' ? [[key, resolve(folder, path)]] : [];
  });
  return { ...entry, ...Object.fromEntries(absolute) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
