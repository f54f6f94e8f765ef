import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { SelfSigned } from '../../kube/self-signed.js';
import { DeliveryLedger } from './delivery-ledger.js';
import type {
  FakeDataPrepperOptions,
  IntakeAnswer,
  IntakeBehaviour,
  StatusAnswer,
} from './intake-behaviour.js';
import { IntakeBuffer } from './intake-buffer.js';
import { type Call, entryOf, reset } from './intake-call.js';
import { judge, type ReadRequest } from './intake-rules.js';

/** Stands for the `http` source of Data Prepper on a loopback port, with a ledger of what it took. */
export class FakeDataPrepper {
  readonly ledger: DeliveryLedger;
  /** How it behaves from now on. */
  readonly behaviour: IntakeBehaviour;
  readonly #scheme: 'http' | 'https';
  readonly #server: Server | HttpsServer;
  readonly #sockets = new Map<number, Socket>();
  readonly #used = new WeakSet<Socket>();
  readonly #silent = new WeakSet<Socket>();
  readonly #script: IntakeAnswer[] = [];
  #port = 0;
  #connections = 0;
  #concurrent = 0;
  readonly #buffer = new IntakeBuffer();
  /** Ends with each stop: what waited is not taken. */
  #life = new AbortController();

  private constructor({ tls, keepDocuments, ...behaviour }: FakeDataPrepperOptions) {
    this.#scheme = tls ? 'https' : 'http';
    this.ledger = new DeliveryLedger(keepDocuments);
    this.behaviour = behaviour;
    this.#server = tls ? createHttps({ cert: tls.certificate, key: tls.key }) : createHttp();
    // Connections end when a test says so.
    Object.assign(this.#server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
    this.#server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      this.#connections++;
      this.#sockets.set(port, socket);
      socket.once('close', () => this.#sockets.delete(port)).on('error', () => undefined);
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** Starts on a free port. */
  static async start(options: FakeDataPrepperOptions = {}): Promise<FakeDataPrepper> {
    const fake = new FakeDataPrepper(options);
    await fake.resume();
    return fake;
  }

  get port(): number {
    return this.#port;
  }

  /** Address of the intake, as it stands in the forwarder's configuration. */
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}${this.behaviour.path ?? '/log/ingest'}`;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Connections that were opened so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Answers for the next requests, one each; after them `answer` counts again. */
  script(...answers: readonly IntakeAnswer[]): void {
    this.#script.push(...answers);
  }

  /** Scripted answers that no request has come for. */
  get scriptLeft(): number {
    return this.#script.length;
  }

  /** Changes the certificate for new connections. */
  useCertificate({ certificate, key }: SelfSigned): void {
    (this.#server as HttpsServer).setSecureContext({ cert: certificate, key });
  }

  /** Dies: all connections are reset, what waited is not taken, new connections are refused. */
  async stop(): Promise<void> {
    this.#life.abort();
    this.#buffer.clear();
    const isClosed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets.values()) reset(socket);
    await isClosed;
  }

  /** Comes back on the same port. */
  async resume(): Promise<void> {
    this.#life = new AbortController();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Resets all connections; new ones are taken. */
  resetConnections(): void {
    for (const socket of this.#sockets.values()) reset(socket);
  }

  /** Answers nothing more on the connections that are open, as if their peer was gone; new ones are served. */
  silenceConnections(): void {
    for (const socket of this.#sockets.values()) this.#silent.add(socket);
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = this.#sockets.get(request.socket.remotePort ?? 0);
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/health') return void response.writeHead(this.behaviour.health ?? 200).end();
    this.#concurrent++;
    this.ledger.maxConcurrent = Math.max(this.ledger.maxConcurrent, this.#concurrent);
    response.once('close', () => this.#concurrent--);
    const unread: Call = { request, response, socket, path, bytes: 0 };
    if (socket && this.#silent.has(socket)) return this.#log(unread, 'silent', 0);
    const isReused = socket !== undefined && this.#used.has(socket);
    if (socket) this.#used.add(socket);
    if (isReused && this.behaviour.keptConnections === 'reset-reused') return this.#reset(unread);
    const scripted = this.#script.shift();
    if (scripted === 'reset') return this.#reset(unread);
    let body: Buffer;
    try {
      body = await buffer(request);
    } catch {
      // The client went away while it sent.
      return this.#log(unread, 'aborted', 0);
    }
    const read: ReadRequest = { method: request.method ?? '', path, headers: request.headers, body };
    const call = { ...unread, bytes: body.length };
    try {
      await this.#answer(call, read, scripted ?? this.#standing(read));
    } catch (error) {
      if (!this.#life.signal.aborted) throw error;
      this.#log(call, 'stopped', 0);
    }
  }

  #standing(read: ReadRequest): IntakeAnswer {
    const { answer = 'take' } = this.behaviour;
    return typeof answer === 'function' ? answer(read) : answer;
  }

  async #answer(call: Call, read: ReadRequest, answer: IntakeAnswer): Promise<void> {
    if (answer === 'reset') return this.#reset(call);
    if (answer === 'hang' || answer === 'drop') {
      this.#log(call, answer, 0);
      if (answer === 'drop') call.socket?.destroy();
      return;
    }
    if (typeof answer === 'object' && answer.status >= 300) return this.#refuse(call, answer);
    const judged = judge(read, this.behaviour);
    if (!('documents' in judged)) {
      return this.#refuse(call, { status: judged.status, body: judged.message }, judged.count);
    }
    const { documents } = judged;
    const { waitMs, hasRoom } = this.#buffer.enter(documents.length, this.behaviour, performance.now());
    await this.#pause(waitMs);
    if (!hasRoom) return this.#refuse(call, { status: 408, body: 'Buffer is full' }, documents.length);
    await this.#pause(this.behaviour.delayMs);
    const isAnswered = typeof answer === 'object' || answer === 'take';
    this.#log(call, isAnswered ? 200 : answer, documents.length, true);
    this.ledger.take(documents);
    if (isAnswered) this.#send(call, { status: 200, ...(typeof answer === 'object' && answer) });
    else if (answer === 'take-and-drop') call.socket?.destroy();
    else if (answer !== 'take-and-hang') await this.#sendInPieces(call, answer === 'cut-body');
  }

  async #pause(ms = 0): Promise<void> {
    const { signal } = this.#life;
    if (ms > 0) await delay(ms, undefined, { signal });
  }

  async #refuse(call: Call, answer: StatusAnswer, count = 0): Promise<void> {
    await this.#pause(this.behaviour.delayMs);
    this.#log(call, answer.status, count);
    this.#send(call, answer);
  }

  #reset(call: Call): void {
    this.#log(call, 'reset', 0);
    reset(call.socket);
  }

  #send({ request, response, socket }: Call, { status, headers, body = '' }: StatusAnswer): void {
    if (this.behaviour.keptConnections === 'fin') {
      // Without a word about it in the answer. Bytes that come after it are answered by a reset.
      response.once('finish', () => (this.#scheme === 'https' ? request.socket : socket)?.destroySoon());
    }
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.end(body);
  }

  async #sendInPieces({ response, socket }: Call, isCut: boolean): Promise<void> {
    const body = '0123456789';
    response.writeHead(200, { 'content-length': body.length });
    for (const [index, letter] of [...body].entries()) {
      response.write(letter);
      if (isCut && index === 4) return void socket?.destroySoon();
      await this.#pause((this.behaviour.slowBodyMs ?? 300) / body.length);
    }
    response.end();
  }

  #log(call: Call, status: number | string, count: number, isTaken = false): void {
    this.ledger.log(entryOf(call, { status, count, isTaken }));
  }
}
