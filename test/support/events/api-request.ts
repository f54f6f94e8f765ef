import type { RequestKind } from './api-faults.js';
import type { RawRequest } from './raw-connection.js';
import { isTrue } from './watch-start.js';

/** A request as it arrived. */
export interface SeenRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When it came, in milliseconds of a steady clock. */
  readonly atMs: number;
  /** Number of its connection. */
  readonly connection: number;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Status of the answer; undefined while there is none. */
  status: number | undefined;
}

const EVENTS = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?events$/;
const NAMESPACE = /^\/api\/v1\/namespaces\/([^/]+)$/;
const LEASES = /^\/apis\/coordination\.k8s\.io\/v1\/namespaces\/([^/]+)\/leases(?:\/([^/]+))?$/;

/** Finds out what a request is about. */
export function readRequest(raw: RawRequest, connection: number): SeenRequest {
  const url = new URL(raw.target, 'http://api');
  const { method, headers, body } = raw;
  const common = { method, path: url.pathname, query: url.searchParams, headers, body };
  const place = placeOf(url);
  return { ...common, ...place, atMs: performance.now(), connection, status: undefined };
}

function placeOf({ pathname, searchParams }: URL): Pick<SeenRequest, 'kind' | 'namespace' | 'name'> {
  const events = EVENTS.exec(pathname);
  if (events) {
    const kind = isTrue(searchParams.get('watch')) ? 'watch' : 'list';
    return { kind, namespace: decoded(events[1]), name: undefined };
  }
  const namespace = NAMESPACE.exec(pathname);
  if (namespace) return { kind: 'namespace', namespace: undefined, name: decoded(namespace[1]) };
  const leases = LEASES.exec(pathname);
  if (leases) return { kind: 'lease', namespace: decoded(leases[1]), name: decoded(leases[2]) };
  return { kind: 'other', namespace: undefined, name: undefined };
}

const decoded = (part: string | undefined) => (part === undefined ? undefined : decodeURIComponent(part));

/** Head of an answer. */
export function answerHead(
  code: number,
  dateMs: number,
  headers: Readonly<Record<string, string | number>>,
): string {
  const all = {
    'Cache-Control': 'no-cache, private',
    'Content-Type': 'application/json',
    Date: new Date(dateMs).toUTCString(),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${code} ${TEXTS[code] ?? 'Status'}\r\n${lines.join('')}\r\n`;
}

const TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
