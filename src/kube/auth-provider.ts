import type { RequestOptions } from 'node:https';
import type { User } from '@kubernetes/client-node';
import { messageOf, OpniLoggingError } from '../common/error.js';

/**
 * The headers of an `auth-provider` user, a kind that Kubernetes has given up since. client-node still knows how to
 * refresh their tokens; it is loaded only for them, since that takes half a second.
 *
 * @param provider the `auth-provider` part of the user
 * @returns asks for the headers; to be called again for each renewal
 */
export async function authProvider(
  provider: Readonly<Record<string, unknown>>,
): Promise<() => Promise<Record<string, string>>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server: 'https://localhost', skipTLSVerify: false }],
    users: [{ name: 'user', authProvider: provider as User['authProvider'] }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  });
  return async () => {
    const request: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(request);
    } catch (error) {
      throw new OpniLoggingError('cluster', `the auth-provider gave no credential: ${messageOf(error)}`, {
        cause: error,
      });
    }
    const headers = Object.entries((request.headers ?? {}) as Readonly<Record<string, unknown>>);
    return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)]));
  };
}
