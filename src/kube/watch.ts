import type { IncomingMessage } from 'node:http';
import { type Clock, systemClock } from '../common/clock.js';
import { OpniLoggingError } from '../common/error.js';
import { type ApiFailure, failureIn, failureOfStatus } from './api-failure.js';
import type { Cluster } from './cluster.js';
import { describeExchangeError } from './http-exchange.js';
import { metadataAccept, type Selection } from './list-objects.js';
import type { LiveObject } from './live-object.js';
import { type ApiResource, apiVersionOf, resourcePath } from './resource.js';
import { delayBefore, isPassingError, type RetryOptions, type RetryPolicy, retryPolicy } from './retry.js';
import { failureFrom, type WatchLine, watchLines } from './watch-stream.js';
import { type ObjectEvent, WatchedObjects } from './watched-objects.js';

/** What a watch tells. `synced`: everything that there is has been told; it comes again after each new list. */
export type WatchEvent = ObjectEvent | { readonly type: 'synced' };

/** Options of {@link watchObjects}. */
export interface WatchOptions extends Selection {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** How long one connection is used, in milliseconds; varied by a tenth. @default 300000 */
  readonly connectionMs?: number;
  /**
   * Longest silence before a connection counts as lost, in milliseconds. Servers send a sign of life about each minute.
   *
   * @default 90000
   */
  readonly stallMs?: number;
  /** Largest event, in bytes. @default 16777216 (16 MiB) */
  readonly maxEventBytes?: number;
  /** Waits between attempts; their number has no limit. */
  readonly retry?: Omit<RetryOptions, 'attempts' | 'firstAttempts'>;
  /** Told why the watch is begun again, other than at the regular end of a connection. @default nobody */
  readonly onTrouble?: (reason: string) => void;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

/**
 * Follows the objects of a kind: first those that are there, then every change.
 *
 * Lost connections are made again, and the watch goes on where it stopped. When the server no longer knows what
 * happened since (410), the objects are listed anew, and those that went meanwhile are told as deleted. So the events
 * always add up to what the cluster holds.
 *
 * @throws OpniLoggingError `cluster` when the objects may not be watched, or the kind is not there; the signal's reason
 * once it is aborted
 */
export function watchObjects(
  cluster: Cluster,
  resource: ApiResource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, never> {
  return new Watch(cluster, resource, options).events();
}

class Watch {
  readonly #objects = new WatchedObjects();
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;
  /** Where to go on; undefined when the objects have to be listed. */
  #version: string | undefined;
  /** Attempts in a row that came to nothing. */
  #troubles = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly resource: ApiResource,
    private readonly options: WatchOptions,
  ) {
    this.#policy = retryPolicy(options.retry);
    this.#clock = options.clock ?? systemClock;
  }

  async *events(): AsyncGenerator<WatchEvent, never> {
    const { signal } = this.options;
    for (;;) {
      signal.throwIfAborted();
      let askedSeconds: number | undefined;
      this.#troubles++;
      try {
        if (this.#version === undefined) yield* this.#list();
        yield* this.#follow();
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureIn(error);
        if (failure?.status === 410) this.#version = undefined;
        else if (!isPassingError(error)) throw error;
        askedSeconds = failure?.retryAfterSeconds;
        this.options.onTrouble?.(describeExchangeError(error));
      }
      if (this.#troubles > 0) await this.#pause(askedSeconds);
    }
  }

  async *#list(): AsyncGenerator<WatchEvent, void> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, signal } = this.options;
    const selection = { namespace, labelSelector, fieldSelector, metadataOnly };
    const list = await this.cluster.list(this.resource, { ...selection, signal });
    yield* this.#objects.replaceAll(list.items);
    this.#version = list.resourceVersion;
    yield { type: 'synced' };
  }

  /** One connection, up to its end. */
  async *#follow(): AsyncGenerator<WatchEvent, void> {
    const { stallMs = 90_000, maxEventBytes = 16 * 1024 * 1024, signal } = this.options;
    const startedAt = this.#clock.now();
    const response = await this.#open();
    const limits = { stallMs, maxBytes: maxEventBytes };
    if (response.statusCode !== 200) {
      throw this.#refusal(await failureFrom(response, limits));
    }
    for await (const line of watchLines(response, limits)) {
      signal.throwIfAborted();
      yield* this.#take(line);
      this.#troubles = 0;
    }
    // A server that ends each connection at once is not asked without a pause.
    if (this.#clock.now() - startedAt > this.#policy.maxDelayMs) this.#troubles = 0;
  }

  #open(): Promise<IncomingMessage> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, signal } = this.options;
    const { connectionMs = 300_000 } = this.options;
    const varied = connectionMs * (0.9 + 0.2 * this.#clock.random());
    return this.cluster.client.stream({
      method: 'GET',
      path: resourcePath(this.resource, namespace),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version || undefined,
        timeoutSeconds: Math.max(1, Math.round(varied / 1000)),
        labelSelector,
        fieldSelector,
      },
      accept: metadataOnly ? metadataAccept('PartialObjectMetadata') : undefined,
      signal,
    });
  }

  *#take({ type, object }: WatchLine): Generator<ObjectEvent, void> {
    if (type === 'ERROR') throw this.#refusal(failureOfStatus(object));
    const live = object as LiveObject;
    this.#version = live.metadata.resourceVersion;
    if (type === 'BOOKMARK') return;
    const named = { ...live, apiVersion: apiVersionOf(this.resource), kind: this.resource.kind };
    if (type === 'DELETED') yield* this.#objects.remove(named);
    else yield* this.#objects.put(named);
  }

  #refusal(failure: ApiFailure): OpniLoggingError {
    const path = resourcePath(this.resource, this.options.namespace);
    return new OpniLoggingError('cluster', `watch ${path}: ${failure.message}`, { cause: failure });
  }

  #pause(askedSeconds: number | undefined): Promise<void> {
    const random = () => this.#clock.random();
    const delayMs = delayBefore(this.#policy, this.#troubles, random, askedSeconds);
    return this.#clock.sleep(delayMs ?? this.#policy.maxRetryAfterMs, this.options.signal);
  }
}
