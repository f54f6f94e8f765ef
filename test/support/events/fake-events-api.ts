import type { SelfSigned } from '../../kube/self-signed.js';
import { ApiFaults } from './api-faults.js';
import { ApiHandler } from './api-handler.js';
import { ApiListener, type OpenConnections } from './api-listener.js';
import { readRequest, type SeenRequest } from './api-request.js';
import { type ApiSettings, defaultSettings } from './api-settings.js';
import type { Break } from './chunked-socket.js';
import type { EventStore } from './event-store.js';
import { LeaseBook } from './lease-book.js';
import { OpenWatches } from './open-watches.js';
import type { RawConnection } from './raw-connection.js';

/** Options of {@link startFakeEventsApi}. */
export interface FakeEventsApiOptions extends Partial<ApiSettings> {
  readonly store: EventStore;
  /** Serves TLS with it. */
  readonly tls?: SelfSigned;
  /** Time of the header `Date` and of Leases, in milliseconds since 1970. @default the clock of this machine */
  readonly nowMs?: () => number;
  /** Told each request as it comes. @default nobody */
  readonly onRequest?: (request: SeenRequest) => void;
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
  readonly #handler: ApiHandler;
  readonly #listener: ApiListener;
  readonly #watches = new OpenWatches();
  readonly #unsubscribe: () => void;
  readonly #onRequest: FakeEventsApiOptions['onRequest'];

  constructor({ store, tls, nowMs = Date.now, onRequest, ...settings }: FakeEventsApiOptions) {
    this.store = store;
    this.#onRequest = onRequest;
    this.settings = { ...defaultSettings(), ...settings };
    this.leases = new LeaseBook(store, nowMs);
    const { faults, leases } = this;
    this.#handler = new ApiHandler(store, this.settings, faults, leases, this.#watches, nowMs);
    this.#listener = new ApiListener((connection, number) => this.#serve(connection, number), tls);
    this.#unsubscribe = store.onChange(() => this.#watches.wake());
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
    return this.#watches.sentBytes;
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
    this.#watches.stall();
  }

  /** Ends {@link stall}, and breaks that stall. */
  resume(): void {
    this.#watches.resume();
  }

  /** Ends all watches as `timeoutSeconds` does, after what they have to say. */
  endWatches(): void {
    this.#watches.end();
  }

  /** Breaks all open watches after a number of bytes that are still to be sent. */
  breakWatches(fault: Break): void {
    this.#watches.breakAfter(fault);
  }

  /** Sends text as it is on all open watches, after what the store holds by now. Line ends are the caller's. */
  inject(text: string): void {
    this.#watches.inject(text);
  }

  /** Sends a bookmark of the present revision on the open watches that asked for them. */
  bookmark(): void {
    this.#watches.bookmark(this.store);
  }

  /** Stops for good. */
  close(): void {
    this.#unsubscribe();
    this.#listener.stop('reset');
  }

  async #serve(connection: RawConnection, number: number): Promise<void> {
    connection.onClosed(() => this.#watches.wake());
    for (;;) {
      const raw = await connection.next();
      if (!raw) return;
      const request = readRequest(raw, number);
      this.requests.push(request);
      this.#onRequest?.(request);
      if (!(await this.#handler.handle(connection, request))) return;
      if (request.headers['connection'] === 'close') return connection.fin();
    }
  }
}
