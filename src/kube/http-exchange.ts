import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../common/error.js';

/**
 * When a quiet connection is probed first, in milliseconds. Node then asks ten times, once each second, so a peer that
 * is gone without a word is found within 45 s.
 */
export const PROBE_AFTER_MS = 30_000;

/** One request and its answer, once. */
export interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** In one piece, or in several that are sent one after another without being copied. */
  readonly body?: Buffer | readonly Buffer[];
  readonly agent: Agent;
  /** Longest time, in milliseconds: up to the last byte, or up to the headers for {@link openExchange}. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Why there was no answer. */
export interface ExchangeError extends Error {
  readonly code?: string;
  /** The connection was kept from an earlier request; the server may have closed it in the meantime. */
  readonly reusedSocket?: boolean;
}

/** Whether a server closed a kept connection just when it was used again: it has not looked at the request. */
export function closedMeanwhile(error: unknown): boolean {
  const { code, reusedSocket } = error as ExchangeError;
  return reusedSocket === true && (code === 'ECONNRESET' || code === 'EPIPE');
}

/** An answer, read to its end. */
export interface ExchangeResult {
  readonly response: IncomingMessage;
  readonly body: Buffer;
}

/**
 * Sends a request and reads the whole answer.
 *
 * @param maxBytes largest answer that is read
 * @throws ExchangeError when there is no answer in time, or it is cut or too large; the signal's reason once it is aborted
 */
export function exchange(options: Exchange, maxBytes: number): Promise<ExchangeResult> {
  return guarded(options, async (opening) => {
    const response = await opening;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Leaving the loop ends the connection.
      if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return { response, body: Buffer.concat(chunks) };
  });
}

/**
 * Sends a request and gives the answer once its headers are there. The signal stays in force until the answer is closed.
 *
 * @throws ExchangeError as {@link exchange}
 */
export async function openExchange(options: Exchange): Promise<IncomingMessage> {
  const response = await guarded(options, (opening) => opening);
  const { signal } = options;
  response.on('error', () => undefined);
  const abort = () => response.destroy(asError(signal?.reason));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  response.once('close', () => signal?.removeEventListener('abort', abort));
  return response;
}

/** Runs some work on an answer; ends the connection when the time is over or the signal is aborted. */
async function guarded<T>(
  { url, method, headers, body, agent, timeoutMs, signal }: Exchange,
  work: (opening: Promise<IncomingMessage>) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  // The time limit is passed on for the proxy's part of connecting.
  const request = send(url, { method, headers: { ...headers }, agent, timeout: timeoutMs });
  // The agent's own setting does not reach connections with TLS or through a proxy before they are idle.
  request.once('socket', (socket) => socket.setKeepAlive(true, PROBE_AFTER_MS));
  let response: IncomingMessage | undefined;
  const opening = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', (answer) => {
      response = answer;
      resolve(answer);
    });
    request.on('error', (error: Error) => {
      reject(Object.assign(error, { reusedSocket: response === undefined && request.reusedSocket }));
    });
  });
  const end = (error: Error) => (response ?? request).destroy(error);
  const abort = () => end(asError(signal?.reason));
  const timer = setTimeout(() => end(timeoutError(timeoutMs)), timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  sendBody(request, body);
  try {
    return await work(opening);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function sendBody(request: ClientRequest, body: Exchange['body']): void {
  if (!Array.isArray(body)) {
    request.end(body);
    return;
  }
  request.cork();
  for (const piece of body) request.write(piece);
  request.end();
}

/** Why there was no answer, in words: Node's own say little, and nothing when all addresses of a name fail. */
export function describeExchangeError(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(messageOf))].join(', ');
  const { code } = error as ExchangeError;
  return code === 'ECONNRESET' || code === 'EPIPE' ? `the connection was lost (${code})` : messageOf(error);
}

const timeoutError = (timeoutMs: number): ExchangeError =>
  Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' });

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
