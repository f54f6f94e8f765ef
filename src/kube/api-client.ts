import type { IncomingMessage } from 'node:http';

/** Values of a query; undefined leaves a parameter out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One request to an API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'PATCH' | 'PUT' | 'POST' | 'DELETE';
  /** Path from `/api` or `/apis`, encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON, byte for byte as it is. @default none */
  readonly body?: unknown;
  /** @default 'application/json' */
  readonly contentType?: string;
  /** @default 'application/json' */
  readonly accept?: string;
  /** Longest time of one attempt, up to the last byte of the answer, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /** Ends the request, and the waits between attempts. @default none */
  readonly signal?: AbortSignal;
  /** Whether failures that pass by themselves are tried again. @default true */
  readonly retry?: boolean;
}

/** What the API server said in the end, whatever its status code. */
export interface ApiAnswer {
  /** HTTP status code. */
  readonly status: number;
  /** The parsed body; text when it was no JSON. */
  readonly body: unknown;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
  /** The server's clock when it answered, in milliseconds since 1970; undefined without a `Date` header. */
  readonly dateMs?: number;
  /** What the `Retry-After` header asks to wait; undefined without one. */
  readonly retryAfterSeconds?: number;
}

/** Speaks with one API server. */
export interface ApiClient {
  /** Address for messages; holds no secret. */
  readonly address: string;
  /**
   * Sends a request and tries again what passes by itself: no connection, resets, 429, 500 of a changing etcd leader,
   * 502, 503, 504, webhooks that do not answer, a quota that was in use.
   *
   * @returns the last answer, also one that says no
   * @throws OpniLoggingError `cluster` when there was no answer; the signal's reason once it is aborted
   */
  request(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * Opens a request whose answer has no end, such as a watch. One attempt.
   *
   * @returns the answer once its headers are there, also one that says no
   */
  stream(request: ApiRequest): Promise<IncomingMessage>;
  /** Requests sent so far, attempts included, by method. */
  readonly sent: Readonly<Record<string, number>>;
  /** Closes idle connections. */
  close(): void;
}
