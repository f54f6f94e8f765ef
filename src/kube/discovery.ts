import { OpniLoggingError } from '../common/error.js';
import { mapPool } from '../common/pool.js';
import { groupOf } from '../constructs/kubernetes-object.js';
import type { ApiAnswer, ApiClient } from './api-client.js';
import { refusal } from './api-failure.js';
import {
  DISCOVERY_ACCEPT,
  discoveryDocument,
  type NamedVersion,
  resourceList,
  type ServedVersion,
} from './discovery-documents.js';
import type { ApiResource } from './resource.js';

/** Requests that run at once when the server cannot tell everything in one answer. */
const CONCURRENCY = 8;

/**
 * What a cluster serves. Asked once, when it is first needed, and again only by {@link Discovery.refresh}.
 *
 * An extension server that does not answer breaks its own group and nothing else.
 */
export class Discovery {
  #versions: readonly ServedVersion[] | undefined;
  /** By apiVersion and kind. */
  #index: ReadonlyMap<string, ApiResource> = new Map();
  #refreshing: Promise<void> | undefined;

  constructor(private readonly client: ApiClient) {}

  /** Begins to ask while there is other work to do. Whoever needs the answer waits for it, and is told of a failure. */
  prefetch(signal?: AbortSignal): void {
    this.#load(signal).catch(() => undefined);
  }

  /**
   * The resource of a kind.
   *
   * @param apiVersion as in `apps/v1`
   * @returns undefined when it was not served at the last refresh
   * @throws OpniLoggingError `cluster` when the cluster cannot be asked
   */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ApiResource | undefined> {
    await this.#load(signal);
    return this.#index.get(keyOf(apiVersion, kind));
  }

  /** The resource of a kind in the version that the server prefers; undefined when no version has it. */
  async findKind(group: string, kind: string, signal?: AbortSignal): Promise<ApiResource | undefined> {
    for (const version of await this.#load(signal)) {
      const found = version.group === group && version.resources.find((resource) => resource.kind === kind);
      if (found) return found;
    }
    return undefined;
  }

  /** Every kind once, in the version that the server prefers. */
  async all(signal?: AbortSignal): Promise<ApiResource[]> {
    const byKind = new Map<string, ApiResource>();
    for (const { resources } of await this.#load(signal)) {
      for (const resource of resources) {
        const key = keyOf(resource.group, resource.kind);
        if (!byKind.has(key)) byKind.set(key, resource);
      }
    }
    return [...byKind.values()];
  }

  /** Groups whose server did not answer at the last refresh: a kind that is missing there may exist all the same. */
  brokenGroups(): ReadonlySet<string> {
    return new Set((this.#versions ?? []).filter(({ broken }) => broken).map(({ group }) => group));
  }

  /**
   * Asks everything anew.
   *
   * @throws OpniLoggingError `cluster` when the cluster cannot be asked; what was known stays
   */
  async refresh(signal?: AbortSignal): Promise<void> {
    this.#set(await readAll(this.client, signal));
  }

  /**
   * Asks one version of a group anew, which is quick: for a kind that is expected to appear.
   *
   * @param apiVersion as in `logging.banzaicloud.io/v1beta1`
   * @returns whether the version is served
   */
  async refreshVersion(apiVersion: string, signal?: AbortSignal): Promise<boolean> {
    const known = await this.#load(signal);
    const group = groupOf(apiVersion);
    const named = { group, version: group === '' ? apiVersion : apiVersion.slice(group.length + 1) };
    const answer = await this.client.request({ method: 'GET', path: versionPath(named), signal });
    if (answer.status !== 200 && answer.status !== 404) throw refusal(`read ${versionPath(named)}`, answer);
    const served = answer.status === 200 ? resourceList(named, answer.body) : undefined;
    const isIt = (version: ServedVersion) => version.group === group && version.version === named.version;
    const at = known.findIndex(isIt);
    const others = known.filter((version) => !isIt(version));
    // Keeps its place among the versions of the group, which is the order of preference.
    this.#set(served ? others.toSpliced(at < 0 ? others.length : at, 0, served) : others);
    return served !== undefined;
  }

  /** What is under way serves all that ask meanwhile, unless it is ended by the signal of the first of them. */
  async #load(signal?: AbortSignal): Promise<readonly ServedVersion[]> {
    while (!this.#versions) {
      signal?.throwIfAborted();
      const mine = this.#refreshing === undefined;
      this.#refreshing ??= this.refresh(signal).finally(() => {
        this.#refreshing = undefined;
      });
      await this.#refreshing.catch((error: unknown) => {
        if (mine) throw error;
      });
    }
    return this.#versions;
  }

  #set(versions: readonly ServedVersion[]): void {
    const index = new Map<string, ApiResource>();
    for (const { group, version, resources } of versions) {
      const apiVersion = group === '' ? version : `${group}/${version}`;
      for (const resource of resources) {
        const key = keyOf(apiVersion, resource.kind);
        if (!index.has(key)) index.set(key, resource);
      }
    }
    this.#versions = versions;
    this.#index = index;
  }
}

async function readAll(client: ApiClient, signal: AbortSignal | undefined): Promise<ServedVersion[]> {
  const parts = await Promise.all(['/api', '/apis'].map((path) => readRoot(client, path, signal)));
  return parts.flat();
}

async function readRoot(
  client: ApiClient,
  path: string,
  signal: AbortSignal | undefined,
): Promise<readonly ServedVersion[]> {
  const ask = (accept?: string) => client.request({ method: 'GET', path, accept, signal });
  let answer = await ask(DISCOVERY_ACCEPT);
  if (answer.status === 406) answer = await ask();
  // Servers for custom resources only have no core group.
  if (answer.status === 404 && path === '/api') return [];
  if (answer.status !== 200) throw refusal(`read ${path}`, answer);
  const document = discoveryDocument(answer.body);
  if (!document) throw notKubernetes(path);
  if (document.type === 'aggregated') return document.versions;
  return mapPool(document.versions, CONCURRENCY, (version) => readVersion(client, version, signal), signal);
}

/** Not tried again: the server of one group is no reason to wait for all others. */
async function readVersion(
  client: ApiClient,
  named: NamedVersion,
  signal: AbortSignal | undefined,
): Promise<ServedVersion> {
  const broken: ServedVersion = { ...named, resources: [], broken: true };
  let answer: ApiAnswer;
  try {
    answer = await client.request({ method: 'GET', path: versionPath(named), retry: false, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof OpniLoggingError) return broken;
    throw error;
  }
  return (answer.status === 200 && resourceList(named, answer.body)) || broken;
}

const versionPath = ({ group, version }: NamedVersion) =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

const keyOf = (apiVersion: string, kind: string) => `${apiVersion}\n${kind}`;

const notKubernetes = (path: string) =>
  new OpniLoggingError('cluster', `GET ${path}: the answer is not that of a Kubernetes API server`);
