/**
 * What an answer of the shipper's intake means for the documents that were sent.
 *
 * - `taken`: they are in its buffer
 * - `unreadable`: at least one of them is not understood
 * - `too-large`: too many bytes or documents in one request
 * - `busy`: it has no room now; the documents stay here
 * - `refused`: account, path or address are wrong; the documents stay here until that is mended
 * - `failed`: it is down or restarting; the documents stay here
 */
export type Verdict = 'taken' | 'unreadable' | 'too-large' | 'busy' | 'refused' | 'failed';

/**
 * Reads a status code as Data Prepper's `http` source means it (`HttpRequestExceptionHandler`, `LogHTTPService`): 408 is a
 * full buffer, 429 too many requests, 413 too many bytes or records. What it never sends comes from proxies in between.
 */
export function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return 'taken';
  if (status === 400 || status === 415 || status === 422) return 'unreadable';
  if (status === 413) return 'too-large';
  if (status === 408 || status === 425 || status === 429) return 'busy';
  if (status >= 500) return 'failed';
  return 'refused';
}

/** Where to look for what a refusal is about, to stand behind it; empty where that is not known. */
export function hintOf(status: number): string {
  if (status === 401 || status === 403) return ' (see shipper.basicAuth)';
  if (status === 404 || status === 405) return ' (see the path of shipper.url)';
  if (status >= 300 && status < 400) return ' (shipper.url leads to another address)';
  return '';
}
