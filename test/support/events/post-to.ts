import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

/** Where and how {@link postTo} sends. */
export interface PostOptions {
  readonly url: string;
  /** @default 'POST' */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  /** Certificate to trust, as PEM. */
  readonly ca?: string;
}

/**
 * Sends a body, as it is when it is text or bytes and as JSON otherwise.
 *
 * @returns the status, or the code of what failed; both as text when it failed within the answer
 */
export function postTo({ url, ...options }: PostOptions, body: unknown): Promise<number | string> {
  const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  const make = url.startsWith('https') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const request = make(url, { method: 'POST', ...options }, (response) => {
      text(response).then(
        () => resolve(response.statusCode ?? 0),
        (error: NodeJS.ErrnoException) => resolve(`${response.statusCode} ${error.code}`),
      );
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    request.end(bytes);
  });
}
