import type { Clock } from '../common/clock.js';
import type { ApiAnswer, ApiRequest } from './api-client.js';
import { type ApiFailure, failureIn, failureOf } from './api-failure.js';

/** How often, and how far apart, a request is tried. */
export interface RetryOptions {
  /** Attempts of one request, the first one included. @default 10 */
  readonly attempts?: number;
  /** The same for a server that has never answered: its address may be wrong. @default 4 */
  readonly firstAttempts?: number;
  /** Upper bound of the first wait, in milliseconds; doubled from attempt to attempt. @default 250 */
  readonly firstDelayMs?: number;
  /** Upper bound of any wait that the server did not ask for, in milliseconds. @default 10000 */
  readonly maxDelayMs?: number;
  /** Longest wait that the server may ask for, in milliseconds; a longer one ends the attempts. @default 60000 */
  readonly maxRetryAfterMs?: number;
}

/** A wait before an attempt, told to whoever wants to know. */
export interface RetryNotice {
  /** `GET /api/v1/…`. */
  readonly request: string;
  /** Why the attempt before did not do. */
  readonly reason: string;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly delayMs: number;
}

/** {@link RetryOptions} with the defaults filled in. */
export type RetryPolicy = Required<RetryOptions>;

export const retryPolicy = (options: RetryOptions = {}): RetryPolicy => ({
  attempts: options.attempts ?? 10,
  firstAttempts: options.firstAttempts ?? 4,
  firstDelayMs: options.firstDelayMs ?? 250,
  maxDelayMs: options.maxDelayMs ?? 10_000,
  maxRetryAfterMs: options.maxRetryAfterMs ?? 60_000,
});

/**
 * The wait after some attempts: doubled each time, and cut at random, so that many clients do not come back together.
 *
 * @param attempts made so far, from 1
 */
export function backOffMs(policy: RetryPolicy, attempts: number, random: Clock['random']): number {
  return random() * Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.min(attempts - 1, 30));
}

/**
 * The wait before the next attempt: not shorter than the server asks for.
 *
 * @returns undefined when the server asks for more than the policy allows
 */
export function delayBefore(
  policy: RetryPolicy,
  attempts: number,
  random: Clock['random'],
  retryAfterSeconds = 0,
): number | undefined {
  const askedMs = retryAfterSeconds * 1000;
  if (askedMs > policy.maxRetryAfterMs) return undefined;
  const ownMs = backOffMs(policy, attempts, random);
  return askedMs === 0 ? ownMs : Math.max(ownMs, askedMs + random() * policy.firstDelayMs);
}

/** The failure of an answer that says no for now; undefined for a success, and for a no that stays. */
export function passingFailure(request: ApiRequest, answer: ApiAnswer): ApiFailure | undefined {
  const failure = failureOf(answer);
  return failure && isPassing(failure, request.path) ? failure : undefined;
}

const PASSING_STATUS: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Etcd without a leader, and webhooks that do not answer yet, come as an internal error. */
const PASSING_MESSAGE =
  /etcdserver: (leader changed|request timed out|no leader|too many requests)|fail(ed calling|ed to call) webhook|conversion webhook for .* failed/;

/** Whether a failure passes by itself. */
export function isPassing(failure: ApiFailure, path = ''): boolean {
  const { status, message, retryAfterSeconds, details } = failure;
  if (PASSING_STATUS.has(status)) return true;
  if (status >= 500) return retryAfterSeconds !== undefined || PASSING_MESSAGE.test(message);
  // Two objects were counted against one quota at the same time.
  const aboutQuota = details?.kind === 'resourcequotas' || /on resourcequotas? "/.test(message);
  return status === 409 && aboutQuota && !path.includes('/resourcequotas');
}

/** Codes of Node for connections that could not be made: the server has seen nothing. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
]);

/** Codes for connections that were lost: the server may have seen the request. */
const LOST: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** How the proxy agent says that the proxy could not reach the server. */
const PROXY_FAILED = /^Bad response: 50[234]$/;

/** Whether an attempt without an answer may be made again. A POST only when it surely did not arrive. */
export function mayRetry(error: unknown, method: ApiRequest['method']): boolean {
  if (error instanceof Error && PROXY_FAILED.test(error.message)) return true;
  const code = codeOf(error);
  if (code === undefined) return false;
  return NOT_CONNECTED.has(code) || (method !== 'POST' && LOST.has(code));
}

/** Whether an error of the client passes by itself: no connection, or a refusal that does. */
export function isPassingError(error: unknown): boolean {
  const failure = failureIn(error);
  if (failure) return isPassing(failure);
  return mayRetry(error instanceof Error && error.cause !== undefined ? error.cause : error, 'GET');
}

/** The code of a system error; of the first one when several addresses were tried. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
