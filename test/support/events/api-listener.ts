import { type AddressInfo, createServer, type Server } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { SelfSigned } from '../../kube/self-signed.js';
import { RawConnection } from './raw-connection.js';

/** What happens to the connections that are open. */
export type OpenConnections = 'fin' | 'reset' | 'keep';

/** Listens on a loopback port that it keeps through stops, with or without TLS. */
export class ApiListener {
  #server: Server | undefined;
  #secure: SecureContext | undefined;
  #port = 0;
  readonly #open = new Set<RawConnection>();
  /** Connections that were accepted so far. */
  accepted = 0;

  /** @param serve deals with a connection; its number counts from 1 */
  constructor(
    private readonly serve: (connection: RawConnection, number: number) => Promise<void>,
    tls: SelfSigned | undefined,
  ) {
    if (tls) this.useCertificate(tls);
  }

  get port(): number {
    return this.#port;
  }

  get openSockets(): number {
    return this.#open.size;
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** New connections get this certificate; those that are open stay as they are. */
  useCertificate({ certificate, key }: SelfSigned): void {
    this.#secure = createSecureContext({ cert: certificate, key });
  }

  /** Listens, on the port of before if there was one. */
  async listen(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => {
      const connection = new RawConnection(socket, this.#secure);
      this.#open.add(connection);
      connection.onClosed(() => this.#open.delete(connection));
      this.serve(connection, ++this.accepted).catch((error) => {
        connection.reset();
        throw error;
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections from now on. @param open what happens to those that are open. @default 'fin' */
  stop(open: OpenConnections = 'fin'): void {
    this.#server?.close();
    this.#server = undefined;
    this.cut(open);
  }

  /** Closes the open connections. */
  cut(open: OpenConnections): void {
    for (const connection of [...this.#open]) {
      if (open === 'fin') connection.fin();
      else if (open === 'reset') connection.reset();
    }
  }
}
