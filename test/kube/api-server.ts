import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SelfSigned } from './self-signed.js';

/** What the fake API server answers on a path: a status and a body. `'silence'` never answers. */
export type Answer = { readonly status?: number; readonly body: unknown } | 'silence';

/** A loopback server that answers as an API server would. */
export interface FakeApiServer {
  readonly url: string;
  /** `METHOD path`, and the authorization of each request. */
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
  close(): void;
}

/** A healthy RKE2 cluster. */
export const RKE2_ANSWERS: Readonly<Record<string, Answer>> = {
  '/version': { body: { gitVersion: 'v1.31.4+rke2r1' } },
  '/api/v1/nodes': { body: { items: [{ metadata: { labels: { 'kubernetes.io/os': 'linux' } } }] } },
  '/api/v1/namespaces/kube-system': { body: { metadata: { uid: '5c1b7ffe-6d0f-4a51-9f1c-1c2f5f3f9a10' } } },
};

/** Starts the server on a free port, with TLS when a certificate is given. */
export async function startApiServer(
  answers: Readonly<Record<string, Answer>>,
  tls?: SelfSigned,
): Promise<FakeApiServer> {
  const requests: FakeApiServer['requests'] = [];
  const listener: RequestListener = (request, response) => {
    requests.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    const answer = answers[new URL(request.url ?? '/', 'http://localhost').pathname] ?? {
      status: 404,
      body: {},
    };
    if (answer === 'silence') return;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  };
  const server = tls ? createHttps({ cert: tls.certificate, key: tls.key }, listener) : createHttp(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Text of a kubeconfig with one context `test`; any certificate is accepted unless `cluster` says otherwise. */
export function kubeconfigText(
  url: string,
  user: unknown = { token: 't0ken' },
  cluster: unknown = undefined,
): string {
  return JSON.stringify({
    'current-context': 'test',
    clusters: [{ name: 'c', cluster: { server: url, ...(cluster ?? { 'insecure-skip-tls-verify': true }) } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
  });
}
