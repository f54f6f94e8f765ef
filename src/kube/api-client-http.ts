import type { IncomingMessage } from 'node:http';
import { type Clock, systemClock } from '../common/clock.js';
import { OpniLoggingError } from '../common/error.js';
import { VERSION } from '../common/version.js';
import { answerOf } from './api-answer.js';
import type { ApiAnswer, ApiClient, ApiRequest, Query } from './api-client.js';
import type { ApiServer, Credential, TlsTrust } from './api-server.js';
import { Connections, isUntrusted } from './connection-agent.js';
import {
  closedMeanwhile,
  describeExchangeError,
  type Exchange,
  exchange,
  openExchange,
} from './http-exchange.js';
import {
  delayBefore,
  mayRetry,
  passingFailure,
  type RetryNotice,
  type RetryOptions,
  type RetryPolicy,
  retryPolicy,
} from './retry.js';

/** Options of {@link openApiClient}. */
export interface ApiClientOptions {
  /** Longest time of one attempt when the request names none, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /** Largest answer that is read, in bytes. @default 67108864 (64 MiB) */
  readonly maxBytes?: number;
  /** @default 10 attempts within some 25 s; 4 within 1 s for a server that has never answered */
  readonly retry?: RetryOptions;
  /** Told of each wait before another attempt. @default nobody */
  readonly onRetry?: (notice: RetryNotice) => void;
  /** @default `opni-logging/<version>` */
  readonly userAgent?: string;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

/**
 * A client over connections that are kept. Nothing is sent before the first request.
 *
 * Requests that were lost on their way are sent again, writes included, but not a POST. That is safe for what this
 * project writes: server-side apply gives the same result twice, and updates, patches and deletions carry a UID or a
 * resource version. The second of them may then be told of a conflict, or that the object is gone, although the first
 * one did it.
 */
export function openApiClient(server: ApiServer, options: ApiClientOptions = {}): ApiClient {
  return new HttpApiClient(server, options);
}

/** An attempt, with what it was sent with. */
interface Attempt {
  readonly exchange: Exchange;
  readonly credential: Credential;
  readonly trust: TlsTrust;
}

class HttpApiClient implements ApiClient {
  readonly address: string;
  readonly #sent: Record<string, number> = {};
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;
  /** Whether the server has answered before. */
  #reached = false;
  readonly #connections: Connections;

  constructor(
    private readonly server: ApiServer,
    private readonly options: ApiClientOptions,
  ) {
    this.address = server.url.origin + basePath(server.url);
    this.#policy = retryPolicy(options.retry);
    this.#clock = options.clock ?? systemClock;
    this.#connections = new Connections(server);
  }

  get sent(): Readonly<Record<string, number>> {
    return this.#sent;
  }

  async request(request: ApiRequest): Promise<ApiAnswer> {
    const body = bodyOf(request);
    for (let attempts = 1; ; attempts++) {
      const outcome = await this.#try(request, body);
      const wait = this.#waitAfter(request, outcome, attempts);
      if (wait === undefined) {
        if ('answer' in outcome) return outcome.answer;
        throw this.#failed(request, outcome.error);
      }
      this.options.onRetry?.({ request: nameOf(request), attempts, ...wait });
      await this.#clock.sleep(wait.delayMs, request.signal);
    }
  }

  async stream(request: ApiRequest): Promise<IncomingMessage> {
    const body = bodyOf(request);
    try {
      return await this.#withCredential(request, body, openExchange, (response) => response);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw this.#failed(request, error);
    }
  }

  close(): void {
    this.#connections.close();
  }

  async #try(
    request: ApiRequest,
    body: Buffer | undefined,
  ): Promise<{ readonly answer: ApiAnswer } | { readonly error: unknown }> {
    const { maxBytes = 64 * 1024 * 1024 } = this.options;
    try {
      const send = (attempt: Exchange) => exchange(attempt, maxBytes);
      const result = await this.#withCredential(request, body, send, ({ response }) => response);
      this.#reached = true;
      return { answer: answerOf(result.response, result.body) };
    } catch (error) {
      request.signal?.throwIfAborted();
      return { error };
    }
  }

  /** Sends with the credential of the moment, and once more with another one when that is refused. */
  async #withCredential<T>(
    request: ApiRequest,
    body: Buffer | undefined,
    send: (exchange: Exchange) => Promise<T>,
    responseOf: (result: T) => IncomingMessage,
  ): Promise<T> {
    const { result, credential } = await this.#sendTrusted(request, body, send);
    if (responseOf(result).statusCode !== 401) return result;
    if (!(await this.server.credentials.renew(credential, request.signal))) return result;
    responseOf(result).resume();
    return (await this.#sendTrusted(request, body, send)).result;
  }

  /** Sends, and once more with another authority when the server cannot be verified with the one that is known. */
  async #sendTrusted<T>(
    request: ApiRequest,
    body: Buffer | undefined,
    send: (exchange: Exchange) => Promise<T>,
  ): Promise<{ readonly result: T; readonly credential: Credential }> {
    const first = await this.#prepare(request, body);
    try {
      return { ...first, result: await this.#sendOnFreshSocket(first.exchange, send) };
    } catch (error) {
      if (!isUntrusted(error) || !(await this.#connections.renewTrust(first.trust, request.signal)))
        throw error;
      const second = await this.#prepare(request, body);
      return { ...second, result: await this.#sendOnFreshSocket(second.exchange, send) };
    }
  }

  /** A server that closes a kept connection just now has not looked at the request: it is sent again at once. */
  async #sendOnFreshSocket<T>(attempt: Exchange, send: (exchange: Exchange) => Promise<T>): Promise<T> {
    this.#count(attempt.method);
    try {
      return await send(attempt);
    } catch (error) {
      if (!closedMeanwhile(error) || attempt.method === 'POST' || attempt.signal?.aborted) throw error;
      this.#count(attempt.method);
      return await send(attempt);
    }
  }

  async #prepare(request: ApiRequest, body: Buffer | undefined): Promise<Attempt> {
    const credential = await this.server.credentials.current(request.signal);
    const { method, signal, contentType = 'application/json', accept = 'application/json' } = request;
    const headers = {
      ...credential.headers,
      accept,
      'user-agent': this.options.userAgent ?? `opni-logging/${VERSION}`,
      ...(body && { 'content-type': contentType, 'content-length': String(body.length) }),
    };
    const timeoutMs = request.timeoutMs ?? this.options.timeoutMs ?? 30_000;
    const url = new URL(basePath(this.server.url) + request.path + queryText(request.query), this.server.url);
    const { trust } = this.#connections;
    const agent = await this.#connections.agent(credential);
    return { credential, trust, exchange: { url, method, headers, body, agent, timeoutMs, signal } };
  }

  #failed(request: ApiRequest, error: unknown): OpniLoggingError {
    if (error instanceof OpniLoggingError) return error;
    const { proxy } = this.server;
    const through = proxy ? `through the proxy ${proxy.host}: ` : '';
    const message = `${nameOf(request)}: ${through}${describeExchangeError(error)}`;
    const fix = `see whether the cluster runs, and whether ${this.address} (context "${this.server.context}") can be reached from here`;
    return new OpniLoggingError('cluster', message, { problems: [{ message, fix }], cause: error });
  }

  #count(method: string): void {
    this.#sent[method] = (this.#sent[method] ?? 0) + 1;
  }

  #waitAfter(
    request: ApiRequest,
    outcome: { readonly answer: ApiAnswer } | { readonly error: unknown },
    attempts: number,
  ): { readonly reason: string; readonly delayMs: number } | undefined {
    const { attempts: most, firstAttempts } = this.#policy;
    if (request.retry === false || attempts >= (this.#reached ? most : Math.min(most, firstAttempts))) {
      return undefined;
    }
    const failure = 'answer' in outcome ? passingFailure(request, outcome.answer) : undefined;
    if ('answer' in outcome ? !failure : !mayRetry(outcome.error, request.method)) return undefined;
    const random = () => this.#clock.random();
    const delayMs = delayBefore(this.#policy, attempts, random, failure?.retryAfterSeconds);
    if (delayMs === undefined) return undefined;
    return {
      delayMs,
      reason: failure?.message ?? ('error' in outcome ? describeExchangeError(outcome.error) : ''),
    };
  }
}

function bodyOf({ body }: ApiRequest): Buffer | undefined {
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body));
}

const basePath = (url: URL) => url.pathname.replace(/\/+$/, '');

function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

const nameOf = ({ method, path }: ApiRequest) => `${method} ${path}`;
