import { setTimeout as delay } from 'node:timers/promises';
import type { SelfSigned } from '../../kube/self-signed.js';
import { ApiFaults, failureOf, type Step } from './api-faults.js';
import { ApiListener, type OpenConnections } from './api-listener.js';
import { answerHead, readRequest, type SeenRequest } from './api-request.js';
import { failure, type StatusAnswer, statusText } from './api-status.js';
import { type Break, ChunkedSocket, type Chunking } from './chunked-socket.js';
import { listEvents } from './event-list.js';
import type { EventStore } from './event-store.js';
import { EventWatch } from './event-watch.js';
import { LeaseBook } from './lease-book.js';
import type { RawConnection } from './raw-connection.js';
import { bookmarkLine, errorLine, WatchFeed } from './watch-feed.js';
import { isTrue, watchStart } from './watch-start.js';

/** How the server behaves; may be changed while it runs. */
export interface ApiSettings {
  /** Whether streaming lists are served; else 422. @default true */
  streamingList: boolean;
  /** Whether a streaming list tells of its end. @default true */
  endBookmark: boolean;
  /** How a watch from a compacted revision is refused. @default 'stream', an ERROR line in a 200 */
  expiredAs: 'stream' | 'status';
  /** How a watch from a revision to come is refused. @default 'stream' */
  tooLargeAs: 'stream' | 'status';
  /** How watches are cut up. @default a chunk for each line */
  chunking: Chunking;
  /** How lists are cut up. @default undefined, with a `Content-Length` */
  listChunking: Chunking | undefined;
  /** UID of the namespace `kube-system`. */
  clusterUid: string;
  /** Real milliseconds for a second of `timeoutSeconds`. @default 1000 */
  secondMs: number;
}

/** Options of {@link startFakeEventsApi}. */
export interface FakeEventsApiOptions extends Partial<ApiSettings> {
  readonly store: EventStore;
  /** Serves TLS with it. */
  readonly tls?: SelfSigned;
  /** Time of the header `Date` and of Leases, in milliseconds since 1970. @default the clock of this machine */
  readonly nowMs?: () => number;
}

/** Starts an API server for events on a loopback port. */
export async function startFakeEventsApi(options: FakeEventsApiOptions): Promise<FakeEventsApi> {
  const api = new FakeEventsApi(options);
  await api.listen();
  return api;
}

/** An API server that knows events, Leases and namespaces, and can misbehave. It speaks HTTP/1.1 by itself. */
export class FakeEventsApi {
  readonly store: EventStore;
  readonly settings: ApiSettings;
  readonly faults = new ApiFaults();
  readonly leases: LeaseBook;
  /** All requests, in the order in which they came. */
  readonly requests: SeenRequest[] = [];
  readonly #nowMs: () => number;
  readonly #listener: ApiListener;
  readonly #watches = new Set<EventWatch>();
  readonly #unsubscribe: () => void;
  #stalled = false;
  #finishedBytes = 0;

  constructor({ store, tls, nowMs = Date.now, ...settings }: FakeEventsApiOptions) {
    this.store = store;
    this.#nowMs = nowMs;
    this.settings = { ...defaultSettings(), ...settings };
    this.leases = new LeaseBook(store, nowMs);
    this.#listener = new ApiListener((connection, number) => this.#serve(connection, number), tls);
    this.#unsubscribe = store.onChange(() => this.#wakeAll());
  }

  get url(): string {
    return this.#listener.url;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Watches that are open. */
  get openWatches(): number {
    return this.#watches.size;
  }

  get openSockets(): number {
    return this.#listener.openSockets;
  }

  /** Connections that were accepted so far. */
  get connections(): number {
    return this.#listener.accepted;
  }

  /** Bytes of watch lines that were sent so far. */
  get sentBytes(): number {
    return [...this.#watches].reduce((sum, watch) => sum + watch.sentBytes, this.#finishedBytes);
  }

  /** Listens again after {@link refuse}, on the same port. */
  async listen(): Promise<void> {
    await this.#listener.listen();
  }

  /** Refuses connections. @param open what happens to those that are open. @default 'fin' */
  refuse(open: OpenConnections = 'fin'): void {
    this.#listener.stop(open);
  }

  /** Closes the connections that are open, and takes new ones. */
  cut(how: 'fin' | 'reset'): void {
    this.#listener.cut(how);
  }

  /** New connections get this certificate. */
  useCertificate(tls: SelfSigned): void {
    this.#listener.useCertificate(tls);
  }

  /** All watches fall silent, new ones too. Nothing is closed. */
  stall(): void {
    this.#stalled = true;
    for (const watch of this.#watches) watch.stall();
  }

  /** Ends {@link stall}, and breaks that stall. */
  resume(): void {
    this.#stalled = false;
    for (const watch of this.#watches) watch.resume();
  }

  /** Ends all watches as `timeoutSeconds` does, after what they have to say. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** Breaks all open watches after a number of bytes that are still to be sent. */
  breakWatches(fault: Break): void {
    for (const watch of this.#watches) watch.breakAfter(fault);
  }

  /** Sends text as it is on all open watches, after what the store holds by now. Line ends are the caller's. */
  inject(text: string): void {
    for (const watch of this.#watches) watch.inject(text);
  }

  /** Sends a bookmark of the present revision on the open watches that asked for them. */
  bookmark(): void {
    for (const watch of this.#watches) {
      if (watch.bookmarks) watch.inject(bookmarkLine(String(this.store.revision)));
    }
  }

  /** Stops for good. */
  close(): void {
    this.#unsubscribe();
    this.#listener.stop('reset');
  }

  async #serve(connection: RawConnection, number: number): Promise<void> {
    connection.onClosed(() => this.#wakeAll());
    for (;;) {
      const raw = await connection.next();
      if (!raw) return;
      const request = readRequest(raw, number);
      this.requests.push(request);
      if (!(await this.#handle(connection, request))) return;
      if (request.headers['connection'] === 'close') return connection.fin();
    }
  }

  /** Returns whether the connection can be used again. */
  async #handle(connection: RawConnection, request: SeenRequest): Promise<boolean> {
    const step = this.faults.step(request.kind);
    if (step?.delayMs) await delay(step.delayMs, undefined, { ref: false });
    if (step?.instead) {
      if (step.instead === 'hang') await new Promise<void>((resolve) => connection.onClosed(resolve));
      else connection[step.instead]();
      return false;
    }
    const answer = new Answer(connection, request, this.#nowMs, step);
    if (step?.status !== undefined) {
      const { status, body } = step;
      if (body === undefined) return await answer.refuse(failureOf({ ...step, status }));
      return await answer.send(status, body);
    }
    const { headers, kind, method, namespace, name } = request;
    const refusal = this.faults.refusal(headers['authorization'], kind, method, namespace, name);
    if (refusal) return await answer.refuse(refusal);
    if (kind === 'watch') return await this.#watch(answer, connection, request, step);
    if (kind === 'lease') return await this.#lease(answer, request);
    if (method !== 'GET') return await answer.refuse(failure(405, 'the server does not allow this method'));
    if (kind === 'list') {
      const list = listEvents(this.store, namespace, request.query);
      if ('refusal' in list) return await answer.refuse(list.refusal);
      return await answer.sendList(list.body, this.settings.listChunking);
    }
    return await this.#other(answer, request);
  }

  async #watch(
    answer: Answer,
    connection: RawConnection,
    request: SeenRequest,
    step: Step | undefined,
  ): Promise<boolean> {
    const { query, namespace } = request;
    const { expiredAs, tooLargeAs } = this.settings;
    const begun = watchStart(this.store, namespace, query, this.settings);
    if ('refusal' in begun) return await answer.refuse(begun.refusal);
    const late = 'expired' in begun ? begun.expired : 'tooLarge' in begun ? begun.tooLarge : undefined;
    const lateAs = 'expired' in begun ? expiredAs : tooLargeAs;
    if (late && lateAs === 'status') return await answer.refuse(late);
    const out = await answer.open(() => this.settings.chunking);
    if (!('start' in begun)) return (await out.send([errorLine(late!)])) && (await out.end());
    const feed = new WatchFeed(this.store, begun.filter, begun.start);
    const watch = new EventWatch(
      feed,
      out,
      isTrue(query.get('allowWatchBookmarks')),
      () => connection.closed,
    );
    if (step?.break) watch.breakAfter(step.break);
    return await this.#run(watch, Number(query.get('timeoutSeconds') || '0'));
  }

  async #run(watch: EventWatch, timeoutSeconds: number): Promise<boolean> {
    if (this.#stalled) watch.stall();
    this.#watches.add(watch);
    const timer =
      timeoutSeconds > 0 && setTimeout(() => watch.end(), timeoutSeconds * this.settings.secondMs);
    try {
      return await watch.run();
    } finally {
      if (timer) clearTimeout(timer);
      this.#watches.delete(watch);
      this.#finishedBytes += watch.sentBytes;
    }
  }

  async #lease(answer: Answer, { method, namespace, name, headers, body }: SeenRequest): Promise<boolean> {
    const named = name ?? (JSON.parse(body || '{}') as { metadata?: { name?: string } }).metadata?.name;
    if (!named) return await answer.refuse(failure(405, 'the server does not allow this method'));
    const result = this.leases.answer(method, namespace!, named, headers['content-type'] ?? '', body);
    if ('refusal' in result) return await answer.refuse(result.refusal);
    return await answer.send(result.code, `${JSON.stringify(result.body)}\n`);
  }

  async #other(answer: Answer, { kind, path, name }: SeenRequest): Promise<boolean> {
    if (kind === 'namespace' && name === 'kube-system') {
      const metadata = { name, uid: this.settings.clusterUid, resourceVersion: '4' };
      const rest = { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
      return await answer.send(
        200,
        JSON.stringify({ kind: 'Namespace', apiVersion: 'v1', metadata, ...rest }),
      );
    }
    if (path === '/version') {
      return await answer.send(200, JSON.stringify({ major: '1', minor: '37', gitVersion: 'v1.37.2' }));
    }
    if (/^\/(readyz|livez|healthz)$/.test(path))
      return await answer.send(200, 'ok', 'text/plain; charset=utf-8');
    const what =
      kind === 'namespace'
        ? `namespaces "${name}" not found`
        : 'the server could not find the requested resource';
    return await answer.refuse(failure(404, what));
  }

  #wakeAll(): void {
    for (const watch of this.#watches) watch.wake();
  }
}

/** Writes the answer of one request. */
class Answer {
  constructor(
    private readonly connection: RawConnection,
    private readonly request: SeenRequest,
    private readonly nowMs: () => number,
    private readonly step: Step | undefined,
  ) {}

  async refuse(answer: StatusAnswer): Promise<boolean> {
    const { retryAfter } = answer;
    const headers = retryAfter === undefined ? undefined : { 'Retry-After': retryAfter };
    return await this.send(answer.code, `${statusText(answer)}\n`, undefined, headers);
  }

  async send(
    code: number,
    body: string,
    contentType = 'application/json',
    headers: Readonly<Record<string, string | number>> = {},
  ): Promise<boolean> {
    const length = Buffer.byteLength(body);
    const all = { 'Content-Type': contentType, 'Content-Length': length, ...headers };
    return await this.connection.write((await this.#head(code, all)) + body);
  }

  /** A list goes out in chunks where it has to be cut. */
  async sendList(body: string, chunking: Chunking | undefined): Promise<boolean> {
    if (!chunking && !this.step?.break) return await this.send(200, body);
    const out = await this.open(() => chunking ?? {});
    if (this.step?.break) out.breakAfter(this.step.break);
    return (await out.send([body])) && (await out.end());
  }

  /** Begins an answer in chunks. */
  async open(chunking: () => Chunking): Promise<ChunkedSocket> {
    await this.connection.write(await this.#head(200, { 'Transfer-Encoding': 'chunked' }));
    return new ChunkedSocket(this.connection, chunking);
  }

  async #head(code: number, headers: Readonly<Record<string, string | number>>): Promise<string> {
    const { answerDelayMs } = this.step ?? {};
    if (answerDelayMs) await delay(answerDelayMs, undefined, { ref: false });
    this.request.status = code;
    return answerHead(code, this.nowMs(), headers);
  }
}

const defaultSettings = (): ApiSettings => ({
  streamingList: true,
  endBookmark: true,
  expiredAs: 'stream',
  tooLargeAs: 'stream',
  chunking: {},
  listChunking: undefined,
  clusterUid: '8a3d1c52-77f0-4b1e-9d54-0c6f2e9b7a10',
  secondMs: 1000,
});
