import type { Clock } from '../../../src/common/clock.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { fixedCredentials } from '../../../src/kube/api-server.js';
import { Cluster } from '../../../src/kube/cluster.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import { type ApiResource, resourcePath } from '../../../src/kube/resource.js';
import { type Backend, Front } from './front.js';

/** Who asks. `admin` may do everything; the others only what roles in the cluster allow them. */
export type TestUser = 'admin' | 'limited';

/** Tokens by which the test users are known. */
export const TOKENS: Readonly<Record<TestUser, string>> = { admin: 'admin-token', limited: 'limited-token' };

/** What a tier of tests runs on. */
export interface TestTier {
  /** `model`: the API server of `test/support/api-server`; `real`: a kube-apiserver with controllers and fake nodes. */
  readonly name: 'model' | 'real';
  /** Opens a cluster for one case. It may be shared with other cases: use `name()`. */
  open(): Promise<TestCluster>;
  /**
   * Runs `kubectl`, where there is one, and gives what it printed.
   *
   * @param input its standard input
   */
  readonly kubectl?: (args: readonly string[], input?: string) => Promise<string>;
}

/**
 * A cluster for one case.
 *
 * Engine code under test connects with {@link TestCluster.connect}: its requests are in `front.calls`, and `front.fault`
 * makes faults. What a test does beside that, as a person with `kubectl` would, goes through the other methods and is not
 * logged.
 */
export class TestCluster {
  readonly #direct: Front;
  readonly #admin: Cluster;

  private constructor(
    readonly tier: TestTier['name'],
    readonly front: Front,
    direct: Front,
    /** Differs from case to case; for names of namespaces, cluster-scoped objects and API groups. */
    readonly id: string,
  ) {
    this.#direct = direct;
    this.#admin = connectTo(direct, 'admin');
  }

  static async open(tier: TestTier['name'], backend: Backend, id: string): Promise<TestCluster> {
    const [front, direct] = await Promise.all([Front.start(backend), Front.start(backend)]);
    return new TestCluster(tier, front, direct, id);
  }

  /** A connection of the code under test. */
  connect(user: TestUser = 'admin', clock?: Clock): Cluster {
    return connectTo(this.front, user, clock);
  }

  /** Address for a kubeconfig. */
  get url(): string {
    return this.front.url;
  }

  /** Reads an object; undefined when it, or its kind, is not there. */
  async get(
    apiVersion: string,
    kind: string,
    name: string,
    namespace?: string,
  ): Promise<LiveObject | undefined> {
    const resource = await this.#find(apiVersion, kind);
    return resource && this.#admin.get(resource, namespace, name);
  }

  /** All objects of a kind, in one namespace or everywhere. */
  async list(apiVersion: string, kind: string, namespace?: string): Promise<readonly LiveObject[]> {
    const resource = await this.#find(apiVersion, kind);
    return resource ? (await this.#admin.list(resource, { namespace })).items : [];
  }

  /** Sends a request of a person, and gives the answer; throws for status codes from 400, unless said otherwise. */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options: { readonly contentType?: string; readonly mayFail?: boolean; readonly user?: TestUser } = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const cluster = options.user ? connectTo(this.#direct, options.user) : this.#admin;
    const { contentType } = options;
    const answer = await cluster.client.request({
      method,
      path: path.split('?')[0]!,
      query: queryOf(path),
      body,
      contentType,
    });
    if (answer.status >= 400 && !options.mayFail) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer;
  }

  /** Server-side apply by another manager. */
  async applyAs(
    manager: string,
    object: KubernetesObject,
    options: { readonly force?: boolean } = {},
  ): Promise<LiveObject> {
    const resource = await this.#find(object.apiVersion, object.kind);
    if (!resource) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
    const answer = await this.#admin.apply(resource, object, { fieldManager: manager, force: options.force });
    if (answer.status >= 400)
      throw new Error(`apply ${object.metadata.name}: ${JSON.stringify(answer.body)}`);
    return answer.body as LiveObject;
  }

  /** Merge-patches an object as a person with `kubectl edit` would. */
  async edit(
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string | undefined,
    patch: object,
    options: { readonly manager?: string; readonly subresource?: string } = {},
  ): Promise<LiveObject> {
    const path = `${await this.pathOf(apiVersion, kind, name, namespace)}${options.subresource ? `/${options.subresource}` : ''}`;
    const query = `?fieldManager=${options.manager ?? 'kubectl-edit'}`;
    const answer = await this.send('PATCH', path + query, patch, {
      contentType: 'application/merge-patch+json',
    });
    return answer.body as LiveObject;
  }

  /** Deletes an object, at once or as its finalizers allow. */
  async remove(apiVersion: string, kind: string, name: string, namespace?: string): Promise<void> {
    await this.send(
      'DELETE',
      await this.pathOf(apiVersion, kind, name, namespace),
      {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
      },
      { mayFail: true },
    );
  }

  /** Path of an object. */
  async pathOf(apiVersion: string, kind: string, name: string, namespace?: string): Promise<string> {
    const resource = await this.#find(apiVersion, kind);
    if (!resource) throw new Error(`${apiVersion} ${kind} is not served`);
    return resourcePath(resource, namespace, name);
  }

  /** A kind that appeared meanwhile is found too. */
  async #find(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const { discovery } = this.#admin;
    const known = await discovery.find(apiVersion, kind);
    if (known) return known;
    await discovery.refresh();
    return discovery.find(apiVersion, kind);
  }

  close(): void {
    this.front.close();
    this.#direct.close();
  }
}

function connectTo(front: Front, user: TestUser, clock?: Clock): Cluster {
  const credentials = fixedCredentials({ headers: { authorization: `Bearer ${TOKENS[user]}` } });
  return Cluster.connect({ context: 'test', url: new URL(front.url), trust: {}, credentials }, { clock });
}

function queryOf(path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? ''));
}

/**
 * A clock that runs faster than the real one, for cases that would wait for seconds.
 *
 * @param speed how much faster
 */
export function fastClock(speed: number): Clock {
  const startMs = performance.now();
  const startWallMs = Date.now();
  const elapsedMs = () => (performance.now() - startMs) * speed;
  return {
    now: elapsedMs,
    wallMs: () => startWallMs + elapsedMs(),
    random: () => Math.random(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const abort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', abort);
          resolve();
        }, ms / speed);
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}
