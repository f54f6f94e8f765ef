import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpniLoggingError } from './error.js';

/** What a route answers. */
export interface StatusAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Options of {@link startStatusServer}. */
export interface StatusServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen at. @default every address of the machine */
  readonly host?: string;
  /** Path, such as `/healthz`, and what it answers. A query behind the path is ignored. */
  readonly routes: Readonly<Record<string, () => StatusAnswer>>;
  /** Told of a route that threw, of which the client only learns that it failed, and of trouble with the port. @default nobody */
  readonly onError?: (error: unknown) => void;
}

/** A server that listens. */
export interface StatusServer {
  /** The port that it listens at. */
  readonly port: number;
  /** Ends every connection at once, and resolves when the port is free. */
  close(): Promise<void>;
}

/** A probe or a scrape sends a few hundred bytes. */
const MAX_HEADER_BYTES = 8 * 1024;
const REQUEST_TIMEOUT_MS = 5000;
const MAX_CONNECTIONS = 64;

/**
 * Serves probes and metrics: `GET` and `HEAD` of fixed paths.
 *
 * @throws OpniLoggingError `io` when the port is taken or may not be used
 */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { port, host, routes, onError } = options;
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 1000,
  };
  const table = new Map(Object.entries(routes));
  const server = createServer(limits, (request, response) => {
    // What a client sends along, and how its connection ends, is of no interest.
    request.resume();
    answer(request, response, table, onError);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, port, host);
  server.on('error', (error) => onError?.(error));
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: ReadonlyMap<string, () => StatusAnswer>,
  onError?: (error: unknown) => void,
): void {
  const route = routes.get((request.url ?? '').replace(/\?.*$/s, ''));
  if (!route) {
    send(response, plain(404, 'not found'));
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, plain(405, 'method not allowed'));
  } else {
    send(response, resultOf(route, onError));
  }
}

function resultOf(route: () => StatusAnswer, onError?: (error: unknown) => void): StatusAnswer {
  try {
    return route();
  } catch (error) {
    onError?.(error);
    return plain(500, 'failed');
  }
}

const plain = (status: number, text: string): StatusAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});

/** Node itself leaves the body out where the request was `HEAD`. */
function send(response: ServerResponse, { status, contentType, body }: StatusAnswer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.byteLength,
    'cache-control': 'no-store',
  });
  response.end(bytes);
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const [reason, fix] = REASONS[code] ?? [code, 'choose another port, or another address'];
    const message = `cannot listen at port ${port}: ${reason}`;
    throw new OpniLoggingError('io', message, { problems: [{ message, fix }], cause: error });
  }
}

const REASONS: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  EADDRINUSE: [
    'another program has it',
    'choose another port, or 0 for any free one, or stop the other program',
  ],
  EACCES: ['it may not be used', 'choose a port from 1024'],
  EADDRNOTAVAIL: ['the address is not one of this machine', 'choose another address'],
};
