import type { IncomingMessage } from 'node:http';
import { OpniLoggingError } from '../common/error.js';
import { retryAfterOf } from './api-answer.js';
import { type ApiFailure, failureOfStatus } from './api-failure.js';

/** One line of a watch, as the server sends it. */
export interface WatchLine {
  /** `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`. */
  readonly type: string;
  readonly object: unknown;
}

/** Limits of {@link watchLines}. */
export interface WatchLimits {
  /** Longest silence, in milliseconds. */
  readonly stallMs: number;
  /** Longest line, in bytes. */
  readonly maxBytes: number;
}

const NEWLINE = 0x0a;

/**
 * Reads the lines of a watch, up to the end of the answer. The time that the reader of the lines takes does not count
 * as silence. Closes the answer when it is left.
 *
 * @throws Error when the connection is lost; with the code `ETIMEDOUT` when nothing comes for too long
 * @throws OpniLoggingError `cluster` when a line is too long or no JSON
 */
export async function* watchLines(
  response: IncomingMessage,
  limits: WatchLimits,
): AsyncGenerator<WatchLine, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response, limits.stallMs)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      checkSize(bytes + end - start, limits);
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      bytes = 0;
      start = end + 1;
      if (line.length > 0) yield parsed(line);
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    checkSize(bytes, limits);
  }
  // A line that was cut off is dropped: it comes again with the next connection.
}

/** Reads why a watch was refused. */
export async function failureFrom(response: IncomingMessage, limits: WatchLimits): Promise<ApiFailure> {
  const failure = failureOfStatus(await readStatus(response, limits), response.statusCode);
  return { ...failure, retryAfterSeconds: retryAfterOf(response) ?? failure.retryAfterSeconds };
}

/** @returns undefined when it is no JSON */
async function readStatus(response: IncomingMessage, limits: WatchLimits): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response, limits.stallMs)) {
    chunks.push(chunk);
    bytes += chunk.length;
    checkSize(bytes, limits);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function* chunksOf(response: IncomingMessage, stallMs: number): AsyncGenerator<Buffer, void> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const stalled = () => {
    const silence = new Error(`nothing came for ${stallMs / 1000} s`);
    response.destroy(Object.assign(silence, { code: 'ETIMEDOUT' }));
  };
  try {
    for (;;) {
      const timer = setTimeout(stalled, stallMs);
      const { value, done } = await chunks.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    response.destroy();
  }
}

function checkSize(bytes: number, { maxBytes }: WatchLimits): void {
  if (bytes > maxBytes) {
    throw new OpniLoggingError('cluster', `an event of the watch is larger than ${maxBytes} bytes`);
  }
}

function parsed(line: Buffer): WatchLine {
  try {
    return JSON.parse(line.toString('utf8')) as WatchLine;
  } catch {
    throw new OpniLoggingError('cluster', 'an event of the watch is not JSON');
  }
}
