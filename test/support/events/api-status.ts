/** An answer that is no success, before it is written. */
export interface StatusAnswer {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** `metadata.continue`. */
  readonly continueToken?: string;
  /** Header `Retry-After`, in seconds; a text is sent as it is. */
  readonly retryAfter?: number | string;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A failure with the reason that goes with its code. */
export function failure(code: number, message: string, more: Partial<StatusAnswer> = {}): StatusAnswer {
  return { code, reason: REASONS[code] ?? '', message, ...more };
}

/** A `Status` object in the order of keys that Go writes. */
export function statusText({ code, reason, message, details, continueToken }: StatusAnswer): string {
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: { continue: continueToken },
    status: 'Failure',
    message,
    reason: reason || undefined,
    details,
    code,
  });
}

/** A watch from a revision whose history is gone. */
export const expiredWatch = () => failure(410, 'The resourceVersion for the provided watch is too old.');

/** A page of a list whose revision is gone; the token goes on at the same key, at the revision of now. */
export const expiredContinue = (continueToken: string) =>
  failure(
    410,
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results.',
    { continueToken },
  );

/** A revision that this server has not seen yet. */
export const tooLarge = (asked: bigint, current: bigint) =>
  failure(504, `Too large resource version: ${asked}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });

/** Options of a list or watch that do not go together. */
export const invalidOptions = (field: string, message: string) =>
  failure(422, `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${message}`, {
    details: {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field }],
    },
  });
