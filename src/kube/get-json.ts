import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { messageOf, OpniLoggingError } from '../common/error.js';
import type { ApiServer } from './kubeconfig.js';

/** Options of {@link getJson}. */
export interface GetJsonOptions {
  readonly signal: AbortSignal;
  /** Value of the `Accept` header. @default 'application/json' */
  readonly accept?: string;
  /** Largest answer that is read, in bytes. @default 33554432 (32 MiB) */
  readonly maxBytes?: number;
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'the credentials were refused (401)',
  403: 'the account may not read it (403)',
};

/**
 * GETs one path of an API server and parses the answer. Never quotes the answer in an error.
 *
 * @throws OpniLoggingError `cluster` when the server cannot be reached or says no; the signal's reason once it is aborted
 */
export async function getJson<T>(server: ApiServer, path: string, options: GetJsonOptions): Promise<T> {
  try {
    return JSON.parse(await getText(server, path, options)) as T;
  } catch (error) {
    options.signal.throwIfAborted();
    const what = error instanceof SyntaxError ? 'the answer is not JSON' : messageOf(error);
    throw new OpniLoggingError('cluster', `GET ${new URL(path, server.url).pathname}: ${what}`, {
      cause: error,
    });
  }
}

function getText(server: ApiServer, path: string, options: GetJsonOptions): Promise<string> {
  const { accept = 'application/json', maxBytes = 32 * 1024 * 1024, signal } = options;
  const url = new URL(server.url.pathname.replace(/\/$/, '') + path, server.url);
  const request = { ...server.request, headers: { ...server.request.headers, accept }, signal };
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    get(url, request, (response) => {
      const status = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) response.destroy(new Error(`the answer is larger than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        if (status === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(REFUSALS[status] ?? `the server answered ${status}`));
      });
    }).on('error', reject);
  });
}
