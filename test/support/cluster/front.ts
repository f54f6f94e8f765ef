import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** A request as it arrives at an API server. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer. */
export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is text, bytes or a stream, as JSON otherwise. */
  readonly body: unknown;
}

/** Answers requests: the model of an API server, or a way to a real one. */
export type Backend = (call: ApiCall) => Promise<ApiReply>;

/** A request with what came of it. */
export interface LoggedCall extends ApiCall {
  /** Undefined when the connection was cut before an answer. */
  readonly status: number | undefined;
  /** As in `PATCH /api/v1/namespaces/a/configmaps/b`, with ` (dry run)` behind it where it is one. */
  readonly line: string;
}

/**
 * Does something else with a request than to let it through: gives another answer; `'reset'` cuts the connection before
 * the backend sees it, `'lose-answer'` after that; `'hang'` never answers. Undefined lets it through.
 */
export type Fault = (call: ApiCall) => FaultAnswer | undefined | Promise<FaultAnswer | undefined>;

/** What happens instead. */
export type FaultAnswer = ApiReply | 'reset' | 'lose-answer' | 'hang';

/**
 * What stands between a client and an API server in tests: writes down each request, and makes faults on demand. Plain
 * HTTP on a loopback port.
 */
export class Front {
  /** Requests in the order of their answers. */
  readonly calls: LoggedCall[] = [];
  /** Asked for each request. */
  fault: Fault | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  private constructor(private readonly backend: Backend) {}

  /** Starts on a free port. */
  static async start(backend: Backend): Promise<Front> {
    const front = new Front(backend);
    await new Promise<void>((resolve) => {
      front.#server.listen(0, '127.0.0.1', resolve);
    });
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lines of the requests so far that change something; dry runs do not. */
  get writes(): string[] {
    return this.calls.filter(isWrite).map(({ line }) => line);
  }

  /** Forgets the requests so far. */
  clear(): void {
    this.calls.length = 0;
  }

  /** Makes faults as `fault` says while some work is done. */
  async during<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
    this.fault = fault;
    try {
      return await work();
    } finally {
      this.fault = undefined;
    }
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = await readCall(request);
      const fault = await this.fault?.(call);
      if (fault === 'hang') return;
      if (fault === 'reset') return this.#cut(call, request);
      const reply = typeof fault === 'object' ? fault : await this.backend(call);
      if (fault === 'lose-answer') return this.#cut(call, request);
      this.#log(call, reply.status);
      const isRaw = typeof reply.body === 'string' || Buffer.isBuffer(reply.body);
      const type = isRaw || reply.body instanceof Readable ? {} : { 'content-type': 'application/json' };
      response.writeHead(reply.status, { ...type, ...reply.headers });
      // A stream ends with either side.
      if (reply.body instanceof Readable) pipeline(reply.body, response, () => undefined);
      else response.end(isRaw ? reply.body : JSON.stringify(reply.body));
    } catch (error) {
      // A defect of the test, or a client that went away.
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`the test server failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  #cut(call: ApiCall, { socket }: IncomingMessage): void {
    this.#log(call, undefined);
    // A reset while the socket shuts down, since its client died, leaves a handle that keeps the process from its end.
    if (socket.readableEnded || socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
  }

  #log(call: ApiCall, status: number | undefined): void {
    const dry = isDryRun(call) ? ' (dry run)' : '';
    this.calls.push({ ...call, status, line: `${call.method} ${call.path}${dry}` });
  }
}

/** Whether a request changes something when it is let through. */
export const isWrite = (call: ApiCall): boolean => call.method !== 'GET' && !isDryRun(call);

function isDryRun({ method, query, body }: ApiCall): boolean {
  if (query.get('dryRun') === 'All') return true;
  return method === 'DELETE' && body.includes('"dryRun":["All"]');
}

async function readCall(request: IncomingMessage): Promise<ApiCall> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body: await buffer(request),
  };
}

/** A `Status` as an API server answers with. */
export const statusReply = (
  code: number,
  reason: string,
  message: string,
  details?: object,
  headers?: Readonly<Record<string, string>>,
): ApiReply => ({
  status: code,
  headers,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message, details },
});
