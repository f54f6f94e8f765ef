import { OpniLoggingError } from '../common/error.js';
import type { ApiAnswer } from './api-client.js';

/** One reason of a refusal. */
export interface ApiCause {
  /** Such as `FieldValueInvalid` or `FieldManagerConflict`. */
  readonly reason: string;
  /** Path of the field, as in `spec.selector`; empty when it is about no field. */
  readonly field: string;
  /** May quote values of the object. */
  readonly message: string;
}

/** What an API server said no to, and why. */
export interface ApiFailure {
  /** HTTP status code. */
  readonly status: number;
  /** Such as `NotFound` or `Invalid`; empty when the server gave none. */
  readonly reason: string;
  /** In the server's words. May quote values of the object, those of Secrets included. */
  readonly message: string;
  readonly causes: readonly ApiCause[];
  /** How long the server asks to wait before the next attempt. */
  readonly retryAfterSeconds?: number;
  /** Which object it is about. */
  readonly details?: {
    readonly group?: string;
    /** Kind or plural name. */
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
  };
}

interface StatusBody {
  readonly kind?: unknown;
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly details?: {
    readonly group?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly [member in keyof ApiCause]?: unknown }[] | null;
  } | null;
}

/**
 * What an answer says no to.
 *
 * @returns undefined when it is a success
 */
export function failureOf(
  answer: Pick<ApiAnswer, 'status' | 'body' | 'retryAfterSeconds'>,
): ApiFailure | undefined {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return undefined;
  return { ...failureOfStatus(body, status), retryAfterSeconds: retryAfterOf(answer) };
}

/**
 * Reads a `Status` object, such as one that stands in a watch.
 *
 * @param status HTTP status code when the object names none @default 500
 */
export function failureOfStatus(body: unknown, status = 500): ApiFailure {
  const { code, reason, message, details, kind } = (isRecord(body) ? body : {}) as StatusBody;
  const known = kind === 'Status';
  const { group, kind: about, name, uid, retryAfterSeconds, causes } = (known && details) || {};
  return {
    status: known && typeof code === 'number' ? code : status,
    reason: known ? text(reason) : '',
    // Only what is surely of the API server is quoted: pages of proxies say nothing to anybody.
    message: (known && text(message)) || withoutWords(known && typeof code === 'number' ? code : status),
    causes: (causes ?? []).map((cause) => ({
      reason: text(cause.reason),
      field: text(cause.field),
      message: text(cause.message),
    })),
    retryAfterSeconds,
    details: about === undefined && name === undefined ? undefined : { group, kind: about, name, uid },
  };
}

/**
 * The error for an answer that says no. Its message quotes the server and may hold values of the object: whoever sent
 * a Secret masks it first.
 *
 * @param what the object or request in words, as in `Deployment opni/opni-shipper`
 * @returns an error of the code `cluster` with the {@link ApiFailure} as its cause
 */
export function refusal(what: string, answer: ApiAnswer): OpniLoggingError {
  const failure = failureOf(answer) ?? failureOfStatus(answer.body, answer.status);
  const message = `${what}: ${failure.message}`;
  const fix = RIGHTS[failure.status];
  return new OpniLoggingError('cluster', message, {
    cause: failure,
    problems: fix === undefined ? [] : [{ message, fix }],
  });
}

/** The failure in the cause of a {@link refusal}; undefined for other errors, such as a lost connection. */
export function failureIn(error: unknown): ApiFailure | undefined {
  const cause = error instanceof OpniLoggingError ? error.cause : undefined;
  return isFailure(cause) ? cause : undefined;
}

/** Another field manager owns fields with other values. */
export const isFieldConflict = ({ status, causes }: ApiFailure): boolean =>
  status === 409 && causes.some(({ reason }) => reason === 'FieldManagerConflict');

/** There is no such object, kind, or namespace. */
export const isNotFound = ({ status }: ApiFailure): boolean => status === 404;

/** What should be deleted is gone, even if somebody made another one of the same name: its UID is not the one asked for. */
export const isAlreadyGone = (failure: ApiFailure): boolean =>
  isNotFound(failure) || (failure.status === 409 && /UID in (the )?precondition/.test(failure.message));

/** The account may not do it, or an admission rule refuses it. */
export const isForbidden = ({ status }: ApiFailure): boolean => status === 403;

/**
 * The fields can only be set when the object is made, and nothing else is wrong with it. Stays false when one of the
 * causes is something else: then making the object anew would fail too.
 */
export const isImmutableField = ({ status, causes }: ApiFailure): boolean =>
  status === 422 && causes.length > 0 && causes.every(saysImmutable);

/** How kinds say it; only some of them use the word. */
const IMMUTABLE = /\bimmutable\b|cannot change roleRef|may not change once set/;

const saysImmutable = ({ reason, message }: ApiCause) =>
  (reason === 'FieldValueInvalid' || reason === 'FieldValueForbidden') && IMMUTABLE.test(message);

function retryAfterOf({
  body,
  status,
  retryAfterSeconds,
}: Parameters<typeof failureOf>[0]): number | undefined {
  return retryAfterSeconds ?? failureOfStatus(body, status).retryAfterSeconds;
}

/** What mends a refusal that is about the account and not about the object. */
const RIGHTS: Readonly<Record<number, string>> = {
  401: 'log in again, or give other credentials',
  403: 'give the account this right, or use another account; docs/apply.md lists all that is needed',
};

const WORDS: Readonly<Record<number, string>> = {
  401: 'the credentials were refused (401)',
  403: 'the account may not do it (403)',
  404: 'it is not there (404)',
  429: 'the server has too much to do (429)',
};

const withoutWords = (status: number) => WORDS[status] ?? `the server answered ${status}`;

const text = (value: unknown) => (typeof value === 'string' ? value : '');

const isFailure = (value: unknown): value is ApiFailure =>
  isRecord(value) && typeof value['status'] === 'number' && Array.isArray(value['causes']);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
