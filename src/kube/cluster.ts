import { OpniLoggingError } from '../common/error.js';
import { describeObject, type KubernetesObject } from '../constructs/kubernetes-object.js';
import type { ApiAnswer, ApiClient, ApiRequest } from './api-client.js';
import { type ApiClientOptions, openApiClient } from './api-client-http.js';
import { refusal } from './api-failure.js';
import type { ApiServer } from './api-server.js';
import { Discovery } from './discovery.js';
import { type ListOptions, listObjects, type ObjectList } from './list-objects.js';
import type { LiveObject } from './live-object.js';
import { type ApiResource, apiVersionOf, resourcePath } from './resource.js';

/** Options of a request. */
export interface CallOptions {
  /** Ends the request, and the waits between attempts. @default none */
  readonly signal?: AbortSignal;
}

/** Options of a write. */
export interface WriteOptions extends CallOptions, Pick<ApiRequest, 'timeoutMs' | 'retry'> {
  /** Who writes, as `managedFields` records it. */
  readonly fieldManager: string;
  /** Asks what would happen, and changes nothing. @default false */
  readonly dryRun?: boolean;
}

/** Options of {@link Cluster.apply}. */
export interface ApplyOptions extends WriteOptions {
  /** Takes fields from whoever owns them. @default false */
  readonly force?: boolean;
}

/** Options of {@link Cluster.remove}. */
export interface RemoveOptions extends CallOptions {
  /** Deletes this object only, and not one of the same name that somebody made anew. */
  readonly uid: string;
  /** Deletes it only as it was read. @default in whatever state */
  readonly resourceVersion?: string;
  /** What becomes of the objects that it owns. @default 'Background' */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** @default false */
  readonly dryRun?: boolean;
}

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/**
 * The objects of a cluster: plain JSON in, plain JSON out, no field added, renamed or dropped. Writes give back what
 * the server said, whether yes or no; reads throw unless it is a yes.
 */
export class Cluster {
  /** @param discovery @default asked when it is first needed */
  constructor(
    readonly client: ApiClient,
    readonly discovery: Discovery = new Discovery(client),
  ) {}

  /** Nothing is sent before the first request. */
  static connect(server: ApiServer, options: ApiClientOptions = {}): Cluster {
    return new Cluster(openApiClient(server, options));
  }

  /**
   * Reads one object.
   *
   * @param namespace left out for cluster-scoped kinds
   * @returns undefined when it is not there
   * @throws OpniLoggingError `cluster` when it may not be read, or the server does not answer
   */
  async get(
    resource: ApiResource,
    namespace: string | undefined,
    name: string,
    { signal }: CallOptions = {},
  ): Promise<LiveObject | undefined> {
    const path = resourcePath(resource, namespace, name);
    const answer = await this.client.request({ method: 'GET', path, signal });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(`read ${describe(resource, namespace, name)}`, answer);
    return answer.body as LiveObject;
  }

  /**
   * Reads all objects of a kind, page by page, as of one moment.
   *
   * @throws OpniLoggingError `cluster` when they may not be read, or the server does not answer
   */
  list(resource: ApiResource, options: ListOptions = {}): Promise<ObjectList> {
    return listObjects(this.client, resource, options);
  }

  /** Server-side apply: makes the object, or changes what is not as it says. Unknown fields are refused. */
  async apply(resource: ApiResource, object: KubernetesObject, options: ApplyOptions): Promise<ApiAnswer> {
    return this.client.request({
      method: 'PATCH',
      path: pathOf(resource, object),
      query: {
        ...writeQuery(options),
        fieldValidation: 'Strict',
        force: options.force ? true : undefined,
      },
      // JSON is YAML.
      contentType: 'application/apply-patch+yaml',
      body: object,
      ...callOf(options),
    });
  }

  /** Replaces an object as a whole; with a `resourceVersion` in it only when nobody changed it since. */
  async replace(resource: ApiResource, object: KubernetesObject, options: WriteOptions): Promise<ApiAnswer> {
    return this.client.request({
      method: 'PUT',
      path: pathOf(resource, object),
      query: { ...writeQuery(options), fieldValidation: 'Strict' },
      body: object,
      ...callOf(options),
    });
  }

  /**
   * Changes parts of an object. The request may arrive twice when the connection is lost: begin with a `test` of
   * `/metadata/resourceVersion` unless the operations give the same result twice.
   */
  async patchJson(
    resource: ApiResource,
    namespace: string | undefined,
    name: string,
    operations: readonly PatchOperation[],
    options: WriteOptions,
  ): Promise<ApiAnswer> {
    return this.client.request({
      method: 'PATCH',
      path: resourcePath(resource, namespace, name),
      query: writeQuery(options),
      contentType: 'application/json-patch+json',
      body: operations,
      ...callOf(options),
    });
  }

  /** Deletes one object, known by its UID. It may stay for a while, until its finalizers are done. */
  async remove(
    resource: ApiResource,
    namespace: string | undefined,
    name: string,
    { uid, resourceVersion, propagation = 'Background', dryRun, signal }: RemoveOptions,
  ): Promise<ApiAnswer> {
    return this.client.request({
      method: 'DELETE',
      path: resourcePath(resource, namespace, name),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid, resourceVersion },
        propagationPolicy: propagation,
        dryRun: dryRun ? ['All'] : undefined,
      },
      signal,
    });
  }
}

const callOf = ({ signal, timeoutMs, retry }: WriteOptions) => ({ signal, timeoutMs, retry });

const writeQuery = ({ fieldManager, dryRun }: WriteOptions) => ({
  fieldManager,
  dryRun: dryRun ? 'All' : undefined,
});

/** @throws OpniLoggingError `usage` when the object does not fit the resource: the request would reach another one */
function pathOf(resource: ApiResource, object: KubernetesObject): string {
  const { name, namespace } = object.metadata;
  const refuse = (why: string) => new OpniLoggingError('usage', `${describeObject(object)}: ${why}`);
  if (object.apiVersion !== apiVersionOf(resource) || object.kind !== resource.kind) {
    throw refuse(
      `is a ${object.apiVersion} ${object.kind} and no ${apiVersionOf(resource)} ${resource.kind}`,
    );
  }
  if (!name) throw refuse('metadata.name is missing');
  if (resource.namespaced && !namespace) throw refuse('metadata.namespace is missing');
  return resourcePath(resource, namespace, name);
}

const describe = ({ kind, namespaced }: ApiResource, namespace: string | undefined, name: string) =>
  `${kind} ${namespaced && namespace !== undefined ? `${namespace}/${name}` : name}`;
