import type { ApiCall, ApiReply, Backend } from '../cluster/front.js';
import { addressOf, type Send, writeStatus } from './controllers/controller-access.js';
import { LoggingOperator } from './controllers/logging-operator.js';
import { seed } from './controllers/seed.js';
import { type WorkloadMode, Workloads } from './controllers/workloads.js';
import type { Json } from './fields/field-type.js';
import { type DefinitionDelays, Definitions } from './kinds/definitions.js';
import { discoveryAnswer } from './kinds/discovery-answers.js';
import { KindRegistry } from './kinds/kind-registry.js';
import { groupKind, type ServedKind } from './kinds/kinds.js';
import { Lifecycle } from './objects/lifecycle.js';
import { ObjectDeleter } from './objects/object-deleter.js';
import { ObjectPatcher } from './objects/object-patcher.js';
import { Lists } from './objects/object-reader.js';
import { ObjectWriter } from './objects/object-writer.js';
import { Store, type StoredObject } from './objects/store.js';
import { forbidden, noSuchPage, Refusal } from './requests/refusal.js';
import { accessName, objectRequest } from './requests/request.js';
import { RequestHandler } from './requests/request-handler.js';
import { type AdmissionHook, Answer, type World } from './requests/world.js';
import { isAllowed, whyForbidden } from './rules/access.js';
import { checkEscalation } from './rules/escalation.js';
import { SYSTEM, type User, userOf } from './rules/users.js';

/** Options of {@link ModelApiServer}. */
export interface ModelOptions {
  /** What becomes of workloads. @default 'ready' */
  readonly workloads?: WorkloadMode;
  /** Plays the Logging Operator. @default false */
  readonly loggingOperator?: boolean;
  /** How long kinds of new definitions take. @default at once */
  readonly definitions?: DefinitionDelays;
  /** Whether discovery tells everything in one answer; old servers do not. @default true */
  readonly aggregatedDiscovery?: boolean;
  /** Number of nodes. @default 2 */
  readonly nodes?: number;
  /** The server's clock, in milliseconds since 1970. @default that of this machine */
  readonly nowMs?: () => number;
}

/**
 * A model of a Kubernetes API server 1.37, in the process and in memory: what a client sees of it, and as much of its
 * controllers as the engine waits for. Each instance is a new cluster.
 *
 * What it leaves out: watches, strategic merge patches, tables, protobuf; ReplicaSets, pods and endpoints of workloads;
 * quotas and limit ranges; aggregation of roles; most validation of fields beyond their types and presence; what
 * `kubectl apply` of old and new agree upon by `last-applied-configuration`; conversion of custom objects by webhooks.
 */
export class ModelApiServer {
  readonly store: Store;
  readonly kinds: KindRegistry;
  /** Asked for each write. */
  readonly hooks: AdmissionHook[] = [];
  /** Groups whose server does not answer. */
  readonly brokenGroups = new Set<string>();
  /** What becomes of workloads from now on. */
  workloads: WorkloadMode;
  /** Whether the Logging Operator is there. */
  loggingOperator: boolean;
  aggregatedDiscovery: boolean;
  /** Answers what is sent to pods through the server. @default 503 */
  proxy: ((call: ApiCall) => ApiReply) | undefined;

  readonly #definitions: Definitions;
  readonly #lists: Lists;
  readonly #handler: RequestHandler;

  constructor(options: ModelOptions = {}) {
    const { nowMs = Date.now, nodes = 2, definitions = {} } = options;
    this.workloads = options.workloads ?? 'ready';
    this.loggingOperator = options.loggingOperator ?? false;
    this.aggregatedDiscovery = options.aggregatedDiscovery ?? true;
    this.store = new Store(nowMs);
    this.kinds = new KindRegistry(nowMs);
    this.#definitions = new Definitions(this.store, this.kinds, nowMs, this.send);
    this.#definitions.delays = definitions;
    this.#lists = new Lists(this.store);
    const lifecycle = new Lifecycle(this.store, this.kinds);
    const controllers = [
      new Workloads(this.send, () => this.store.now(), nodes),
      new LoggingOperator(this.store, this.kinds, this.send),
    ] as const;
    const world: World = {
      store: this.store,
      kinds: this.kinds,
      hooks: this.hooks,
      allows: (user, access) => isAllowed(this.store, user, access),
      checkEscalation: (request, object) => checkEscalation(world, request, object),
      settle: () => lifecycle.settle(),
      written: (kind, object, before) => {
        if (!before && groupKind(kind) === 'Namespace') this.#furnish(object);
        if (kind.kind === 'CustomResourceDefinition') this.#definitions.written(object);
        controllers[0].written(kind, object, this.workloads);
        if (this.loggingOperator) controllers[1].written(kind, object);
      },
    };
    const writer = new ObjectWriter(world);
    this.#handler = new RequestHandler(
      world,
      new ObjectPatcher(world, writer),
      new ObjectDeleter(world),
      this.#lists,
    );
    seed(this.send, nodes);
  }

  /** Answers a request. */
  readonly handle: Backend = async (call) => {
    try {
      return this.#answer(call, userOf(call));
    } catch (error) {
      if (error instanceof Refusal || error instanceof Answer) return error.reply;
      throw error;
    }
  };

  /** Sends a request of a controller, which may do everything and is asked no hook. */
  readonly send: Send = (manager, method, path, body) => {
    const [address = '', query = ''] = path.split('?');
    const call: ApiCall = {
      method,
      path: address,
      query: new URLSearchParams(query),
      headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    };
    call.query.set('fieldManager', manager);
    const hooks = this.hooks.splice(0);
    try {
      return this.#answer(call, SYSTEM);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    } finally {
      this.hooks.push(...hooks);
    }
  };

  /** Merges fields into a status, as a controller does. */
  setStatus(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
    status: Json,
    manager = 'kube-controller-manager',
  ): void {
    writeStatus(this.send, manager, this.#kind(apiVersion, kind), { metadata: { name, namespace } }, status);
  }

  /** Address of an object. */
  address(apiVersion: string, kind: string, namespace: string | undefined, name?: string): string {
    return addressOf(this.#kind(apiVersion, kind), namespace, name);
  }

  /** Makes pages of lists that were begun too old: the next one is answered with 410. */
  expireLists(): void {
    this.#lists.expire();
  }

  #kind(apiVersion: string, kind: string): ServedKind {
    const found = this.kinds.find(apiVersion, kind);
    if (!found) throw new Error(`no kind ${apiVersion} ${kind}`);
    return found;
  }

  #answer(call: ApiCall, user: User): ApiReply {
    this.#definitions.settle();
    if (call.path === '/version') return { status: 200, body: VERSION };
    const { aggregatedDiscovery: aggregated, brokenGroups } = this;
    const discovered = discoveryAnswer(call, { kinds: this.kinds.discovered(), aggregated, brokenGroups });
    if (discovered) return discovered;
    if (!/^\/apis?\//.test(call.path)) throw noSuchPage();
    const group = call.path.startsWith('/apis/') ? call.path.split('/')[2]! : '';
    if (brokenGroupAt(brokenGroups, group))
      throw new Refusal(503, 'ServiceUnavailable', 'service unavailable');
    const request = objectRequest(call, user, this.kinds);
    const { verb, kind, namespace, name, subresource } = request;
    const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
    const access = { verb, group: kind.group, resource, namespace, name: accessName(request) };
    if (!isAllowed(this.store, user, access)) throw forbidden(kind, name, whyForbidden(user, access));
    if (subresource === 'proxy') return this.proxy?.(call) ?? unreachable;
    return this.#handler.answer(request);
  }

  /** What Kubernetes puts into every namespace. */
  #furnish({ metadata: { name } }: StoredObject): void {
    const put = (plural: string, kind: string, content: Json) =>
      this.send('kube-controller-manager', 'POST', `/api/v1/namespaces/${name}/${plural}`, {
        apiVersion: 'v1',
        kind,
        ...content,
      });
    put('serviceaccounts', 'ServiceAccount', { metadata: { name: 'default' } });
    put('configmaps', 'ConfigMap', {
      metadata: { name: 'kube-root-ca.crt' },
      data: { 'ca.crt': 'a certificate' },
    });
  }
}

const brokenGroupAt = (groups: ReadonlySet<string>, group: string) => group !== '' && groups.has(group);

const unreachable: ApiReply = new Refusal(
  503,
  'ServiceUnavailable',
  'error trying to reach service: dial tcp: connect: connection refused',
).reply;

const VERSION = { major: '1', minor: '37', gitVersion: 'v1.37.0', platform: 'linux/amd64' };
