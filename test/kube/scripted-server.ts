import { createServer as createHttp, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SelfSigned } from './self-signed.js';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as they stood on the wire. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

/** An answer, or a function that does what it likes with the connection. */
export type Reply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | ((response: ServerResponse) => void);

/** A loopback server whose answers a test writes. */
export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  readonly requests: SeenRequest[];
  /** Connections that were opened. */
  readonly connections: () => number;
  close(): void;
}

/** Starts a server; with TLS when a certificate is given. */
export async function startScripted(
  reply: (request: SeenRequest, index: number) => Reply,
  tls?: SelfSigned,
  options: ServerOptions = {},
  port = 0,
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  let connections = 0;
  const server = tls ? createHttps({ ...options, cert: tls.certificate, key: tls.key }) : createHttp();
  server.on(tls ? 'secureConnection' : 'connection', () => connections++);
  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const seen: SeenRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await text(request).catch(() => ''),
      socket: request.socket,
    };
    const answer = reply(seen, requests.push(seen) - 1);
    if (typeof answer === 'function') return answer(response);
    const { status = 200, headers = {}, body = {} } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}`,
    port: bound,
    requests,
    connections: () => connections,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Closes the connection with a reset. */
export const reset: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

/** Never answers. */
export const silence: Reply = () => undefined;

/** A `Status` as an API server gives it. */
export const failure = (code: number, reason: string, message: string, details?: unknown): Reply => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
});
