import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** A request, read from the bytes of a socket. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, as they stood on the wire. */
  readonly target: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

/** A connection to the server: requests come out of it one after the other. */
export class RawConnection {
  readonly #stream: Socket;
  #received = Buffer.alloc(0);
  #arrived: () => void = () => undefined;
  readonly #onClosed = new Set<() => void>();
  #closed = false;

  /** @param secure undefined: without TLS */
  constructor(
    private readonly raw: Socket,
    secure: SecureContext | undefined,
  ) {
    raw.setNoDelay(true);
    raw.on('error', () => undefined);
    this.#stream = secure
      ? new TLSSocket(raw, { isServer: true, secureContext: secure, ALPNProtocols: ['http/1.1'] })
      : raw;
    this.#stream.on('error', () => this.#stream.destroy());
    this.#stream.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#arrived();
    });
    this.#stream.on('end', () => this.fin());
    this.#stream.on('close', () => this.#whenClosed());
    raw.on('close', () => this.#whenClosed());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Calls when the connection is gone; returns a function that ends it. */
  onClosed(listener: () => void): () => void {
    if (this.#closed) listener();
    else this.#onClosed.add(listener);
    return () => this.#onClosed.delete(listener);
  }

  /** The next request; undefined when the client has gone. */
  async next(): Promise<RawRequest | undefined> {
    for (;;) {
      const request = this.#take();
      if (request) return request;
      if (this.#closed) return undefined;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /**
   * Writes, and waits until the client has taken enough of it.
   *
   * @returns whether the connection is still there
   */
  async write(bytes: string | Buffer): Promise<boolean> {
    if (this.#closed || !this.#stream.writable) return false;
    if (this.#stream.write(bytes)) return true;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#stream.off('drain', done);
        off();
        resolve();
      };
      const off = this.onClosed(done);
      this.#stream.on('drain', done);
    });
    return !this.#closed;
  }

  /** Closes as a server does that stops. */
  fin(): void {
    // A client that does not close its half would keep the socket.
    this.#stream.end(() => setTimeout(() => this.raw.destroy(), 200).unref());
  }

  /** Closes with a reset, after what was written has left. */
  reset(): void {
    if (this.#closed) return;
    if (this.raw.readyState === 'open') this.raw.resetAndDestroy();
    this.raw.destroy();
    this.#stream.destroy();
  }

  #whenClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#arrived();
    for (const listener of [...this.#onClosed]) listener();
    this.#onClosed.clear();
  }

  #take(): RawRequest | undefined {
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [start = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const bodyStart = end + HEAD_END.length;
    const bodyEnd = bodyStart + Number(headers['content-length'] ?? '0');
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.toString('utf8', bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const [method = '', target = ''] = start.split(' ');
    return { method, target, headers, body };
  }
}
