import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { IntakeRequest } from './delivery-ledger.js';

/** A request in work. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Below TLS. */
  readonly socket: Socket | undefined;
  readonly path: string;
  /** Of the body, as far as it was read. */
  readonly bytes: number;
}

/** What the ledger notes of a request. */
export function entryOf(
  { request, path, bytes }: Call,
  outcome: Pick<IntakeRequest, 'status' | 'count' | 'isTaken'>,
): IntakeRequest {
  const isGzip = request.headers['content-encoding'] === 'gzip';
  return { atMs: performance.now(), method: request.method ?? '', path, bytes, isGzip, ...outcome };
}

/** Ends a connection as a peer that died does. */
export function reset(socket: Socket | undefined): void {
  // A reset while the socket shuts down, since its client died, leaves a handle that keeps the process from its end.
  if (socket?.readableEnded || socket?.writableEnded) socket.destroy();
  else socket?.resetAndDestroy();
}
