import { messageOf, OpniLoggingError } from '../../common/error.js';
import { type ApiFailure, failureIn } from '../../kube/api-failure.js';
import { describeExchangeError } from '../../kube/http-exchange.js';
import type { EndReason } from './source-types.js';

/** Why this side ended a connection. */
export class SourceTrouble extends Error {
  override readonly name = 'SourceTrouble';

  constructor(
    readonly reason: EndReason,
    message: string,
  ) {
    super(message);
  }
}

/** What an error on the way from the API server means. */
export function reasonOf(error: unknown): EndReason {
  if (error instanceof SourceTrouble) return error.reason;
  const failure = failureIn(error);
  if (!failure) return 'lost';
  if (failure.status === 410) return 'expired';
  if (isAhead(failure)) return 'version-ahead';
  if (isStreamingRefused(failure)) return 'streaming-refused';
  return REFUSALS.has(failure.status) ? 'refused' : 'busy';
}

/** An error on the way from the API server, in words. */
export const textOf = (error: unknown): string =>
  error instanceof OpniLoggingError || error instanceof SourceTrouble
    ? messageOf(error)
    : describeExchangeError(error);

/** The server's answers that stay until somebody does something. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 406, 415, 422]);

/** The server does not know the version yet: it lags behind the one that told it, or its data were restored. */
const isAhead = ({ causes, message }: ApiFailure): boolean =>
  causes.some(({ reason }) => reason === 'ResourceVersionTooLarge') ||
  /too large resource version/i.test(message);

/** A server whose gate WatchList is off says so with 422; older ones do not know the parameter, or call it invalid. */
const isStreamingRefused = ({ status, message }: ApiFailure): boolean =>
  (status === 422 || status === 400) && /sendInitialEvents|resourceVersionMatch/.test(message);
