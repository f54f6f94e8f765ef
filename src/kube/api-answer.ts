import type { IncomingMessage } from 'node:http';
import type { ApiAnswer } from './api-client.js';

/** Reads what an API server answered. */
export function answerOf(response: IncomingMessage, body: Buffer): ApiAnswer {
  const dateMs = Date.parse(response.headers.date ?? '');
  return {
    status: response.statusCode ?? 0,
    body: parsed(body),
    warnings: warningsOf(response),
    dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
    retryAfterSeconds: retryAfterOf(response),
  };
}

function parsed(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Seconds, or a date by the server's own clock. */
export function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const dateMs = Date.parse(headers.date ?? '');
  const seconds = (Date.parse(value) - (Number.isNaN(dateMs) ? Date.now() : dateMs)) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** `299 - "text"`, several of them in one header or in many. */
function warningsOf(response: IncomingMessage): string[] {
  const headers = response.headersDistinct['warning'] ?? [];
  return headers.flatMap((header) =>
    [...header.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
      match[1]!.replace(/\\(.)/g, '$1'),
    ),
  );
}
