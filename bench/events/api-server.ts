import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { machineMs, serveControl } from './control.js';
import { CLUSTER_ID, chunkOf, eventOf, FIRST_VERSION, makeCorpus, watchLine } from './corpus.js';

/**
 * As much of an API server as an events forwarder needs, at next to no cost: all lines are made beforehand, and go out in
 * large writes. Arguments: the number of lines.
 */
const corpus = makeCorpus(Number(process.argv[2]));

/** A watch, and the next line for it. */
interface OpenWatch {
  readonly socket: Socket;
  next: number;
}

const leases = new Map<string, object>();
let retained = 0;
/** Lines that have happened: all, once the burst was let go. */
let happened = 0;
/** Version of the list; lines of a steady stream count on from here. */
let version = FIRST_VERSION;
let watch: OpenWatch | undefined;
let onWatch: (() => void)[] = [];

const WRITE_BYTES = 256 * 1024;

/** Sends what has happened, as fast as the other side reads. */
function sendLines(to: OpenWatch): void {
  while (to.next < happened && !to.socket.destroyed) {
    const from = corpus.starts[to.next]!;
    let line = to.next;
    while (line < happened && corpus.starts[line]! - from < WRITE_BYTES) line++;
    to.next = line;
    if (!to.socket.write(corpus.bytes.subarray(from, corpus.starts[line]!))) {
      to.socket.once('drain', () => sendLines(to));
      return;
    }
  }
}

function openWatch(query: URLSearchParams, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  const socket = response.socket!;
  socket.setNoDelay(true);
  const asked = Number(query.get('resourceVersion') ?? 0);
  const isSnapshot = query.get('sendInitialEvents') === 'true' || asked === 0;
  if (isSnapshot) {
    for (const item of retainedEvents()) socket.write(chunkOf(watchLine('ADDED', item)));
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const metadata = { resourceVersion: String(version), annotations };
    socket.write(chunkOf(watchLine('BOOKMARK', { kind: 'Event', apiVersion: 'v1', metadata })));
  }
  watch = { socket, next: isSnapshot ? happened : Math.max(0, asked - FIRST_VERSION) };
  sendLines(watch);
  for (const tell of onWatch.splice(0)) tell();
}

/** Events from before the lines. */
const retainedEvents = () =>
  Array.from({ length: retained }, (_, index) => {
    const event = eventOf(9_000_000 + index);
    return { ...event, metadata: { ...event.metadata, resourceVersion: String(FIRST_VERSION - index) } };
  });

async function answerLease(request: IncomingMessage, path: string): Promise<[number, object]> {
  const { method } = request;
  if (method === 'GET' || method === 'DELETE') {
    const lease = leases.get(path);
    if (method === 'DELETE') leases.delete(path);
    return lease ? [200, lease] : [404, status(404, 'NotFound')];
  }
  const body = (await json(request)) as Json;
  const key = method === 'POST' ? `${path}/${String((body['metadata'] as Json)['name'])}` : path;
  const before = (leases.get(key) ?? {}) as Json;
  const lease = method === 'PATCH' ? merged(before, body) : body;
  const metadata = {
    uid: CLUSTER_ID,
    ...(lease['metadata'] as Json),
    resourceVersion: String(++leaseVersion),
  };
  leases.set(key, { ...lease, metadata });
  return [Object.keys(before).length > 0 ? 200 : 201, leases.get(key)!];
}

type Json = Record<string, unknown>;
let leaseVersion = 1;

function merged(before: Json, patch: Json): Json {
  const result = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (isObject(value) && isObject(before[key])) result[key] = merged(before[key], value);
    else result[key] = value;
  }
  return result;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const status = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: reason,
  reason,
  code,
});

async function answer(request: IncomingMessage): Promise<[number, object]> {
  const [path = ''] = request.url!.split('?');
  if (path === '/api/v1/namespaces/kube-system') {
    return [200, { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'kube-system', uid: CLUSTER_ID } }];
  }
  if (/^\/api\/v1\/(namespaces\/[^/]+\/)?events$/.test(path)) {
    const metadata = { resourceVersion: String(version) };
    return [200, { kind: 'EventList', apiVersion: 'v1', metadata, items: retainedEvents() }];
  }
  if (path.startsWith('/apis/coordination.k8s.io/v1/')) return answerLease(request, path);
  if (path === '/version') return [200, { major: '1', minor: '34', gitVersion: 'v1.34.0' }];
  return [404, status(404, 'NotFound')];
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url!, 'http://localhost');
  if (/^(1|true)$/.test(url.searchParams.get('watch') ?? '')) return openWatch(url.searchParams, response);
  const [code, body] = await answer(request);
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.keepAliveTimeout = 0;
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});

/** Sends events one by one, each with the time of its sending in its message. */
async function sendSteadily({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<number> {
  const startedAt = machineMs();
  const total = perSecond * seconds;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, ((machineMs() - startedAt) * perSecond) / 1000);
    for (; sent < due; sent++) {
      const message = `sent at ${machineMs().toFixed(3)} ms`;
      const event = eventOf(version++ - FIRST_VERSION, 'ADDED', message);
      watch!.socket.write(chunkOf(watchLine('ADDED', event)));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return total;
}

serveControl({
  port: () => (server.address() as AddressInfo).port,
  documents: () => corpus.documents,
  bytes: () => corpus.bytes.length,
  /** Forgets what happened; `retained`: events that are there from before. */
  reset: (settings: { readonly retained: number }) => {
    watch?.socket.destroy();
    watch = undefined;
    onWatch = [];
    happened = 0;
    version = FIRST_VERSION;
    retained = settings.retained;
    leases.clear();
  },
  /** Until somebody watches. */
  watched: () => (watch ? undefined : new Promise<void>((resolve) => onWatch.push(resolve))),
  /** Lets all lines happen at once; tells when. */
  burst: () => {
    happened = corpus.starts.length - 1;
    version = FIRST_VERSION + happened;
    const startedAt = machineMs();
    if (watch) sendLines(watch);
    return startedAt;
  },
  steady: sendSteadily,
});
