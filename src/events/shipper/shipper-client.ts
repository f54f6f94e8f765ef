import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../common/clock.js';
import { messageOf, OpniLoggingError } from '../../common/error.js';
import { VERSION } from '../../common/version.js';
import { retryAfterOf } from '../../kube/api-answer.js';
import { closeIdle } from '../../kube/connection-agent.js';
import { type Exchange, type ExchangeError, exchange } from '../../kube/http-exchange.js';
import type { ShippingSettings } from '../config/events-settings.js';

/** What the intake said. */
export interface ShipperAnswer {
  /** HTTP status code. */
  readonly status: number;
  /** How long it asks to wait, in seconds. */
  readonly retryAfterSeconds?: number;
}

/** Options of {@link ShipperClient}. */
export interface ShipperClientOptions {
  readonly shipper: Pick<
    ShippingSettings['shipper'],
    'url' | 'caFile' | 'basicAuth' | 'inFlight' | 'requestTimeoutMs'
  >;
  readonly clock: Clock;
}

/** Account and authority, as they are in their files. */
interface Access {
  readonly authorization?: string;
  readonly ca?: string;
  readonly readAt: number;
}

/** How long a connection is used, in milliseconds: new ones find new pods. */
const CONNECTION_MS = 60_000;
/** How often the files of account and authority are read anew, in milliseconds. */
const REREAD_MS = 30_000;
/** Kept connections are closed before servers do it, in milliseconds. */
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;
/** Nothing in the answer is of interest but its status. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const compress = promisify(gzip);

/** Sends documents to the intake of the shipper, over connections that are kept for a while. */
export class ShipperClient {
  readonly #url: URL;
  #agent: { readonly agent: HttpAgent; readonly ca: string | undefined; readonly bornAt: number } | undefined;
  #access: Access | undefined;

  constructor(private readonly options: ShipperClientOptions) {
    this.#url = new URL(options.shipper.url);
  }

  /** Address for messages; holds no secret. */
  get address(): string {
    return this.#url.origin + this.#url.pathname;
  }

  /**
   * Sends documents as one JSON array.
   *
   * @param documents JSON documents joined by commas
   * @throws ExchangeError when there is no answer; it may have been taken all the same. OpniLoggingError `io` when the files
   *   of account or authority cannot be read. The signal's reason once it is aborted
   */
  async send(
    documents: Buffer,
    { compressed, signal }: { readonly compressed: boolean; readonly signal: AbortSignal },
  ): Promise<ShipperAnswer> {
    const pieces = [OPEN, documents, CLOSE];
    const body = compressed ? await compress(Buffer.concat(pieces), { level: 1 }) : pieces;
    const bytes = Array.isArray(body) ? documents.length + 2 : body.length;
    const access = await this.#readAccess();
    const attempt: Exchange = {
      url: this.#url,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'content-length': String(bytes),
        'user-agent': `opni-logging/${VERSION}`,
        ...(compressed ? { 'content-encoding': 'gzip' } : {}),
        ...(access.authorization ? { authorization: access.authorization } : {}),
      },
      body,
      agent: this.#agentFor(access),
      timeoutMs: this.options.shipper.requestTimeoutMs,
      signal,
    };
    const { response } = await this.#exchange(attempt);
    const status = response.statusCode ?? 0;
    if (status === 401 || status === 403) this.#access = undefined;
    return { status, retryAfterSeconds: retryAfterOf(response, this.options.clock.wallMs()) };
  }

  /** Closes what is idle: the next request connects anew, and so asks for the address anew. */
  reconnect(): void {
    if (this.#agent) closeIdle(this.#agent.agent);
    this.#agent = undefined;
    this.#access = undefined;
  }

  /** A server that closes a kept connection just now has not looked at the request. */
  async #exchange(attempt: Exchange) {
    try {
      return await exchange(attempt, MAX_ANSWER_BYTES);
    } catch (error) {
      const { code, reusedSocket } = error as ExchangeError;
      const closed = reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
      if (!closed || attempt.signal?.aborted) throw error;
      return await exchange(attempt, MAX_ANSWER_BYTES);
    }
  }

  #agentFor({ ca }: Access): HttpAgent {
    const now = this.options.clock.now();
    const known = this.#agent;
    if (known && known.ca === ca && now - known.bornAt < CONNECTION_MS) return known.agent;
    if (known) closeIdle(known.agent);
    const pool = {
      keepAlive: true,
      keepAliveMsecs: KEEP_ALIVE_MS,
      maxSockets: this.options.shipper.inFlight,
      timeout: IDLE_MS,
    } as const;
    const agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ ...pool, ...(ca ? { ca } : {}) })
        : new HttpAgent(pool);
    this.#agent = { agent, ca, bornAt: now };
    return agent;
  }

  async #readAccess(): Promise<Access> {
    const { clock, shipper } = this.options;
    const { caFile, basicAuth } = shipper;
    const known = this.#access;
    if (known && clock.now() - known.readAt < REREAD_MS) return known;
    const [user, password, ca] = await Promise.all([
      readOptional(basicAuth?.usernameFile),
      readOptional(basicAuth?.passwordFile),
      readOptional(caFile),
    ]);
    const account = `${withoutLineEnd(user ?? '')}:${withoutLineEnd(password ?? '')}`;
    const authorization = basicAuth && `Basic ${Buffer.from(account).toString('base64')}`;
    this.#access = { authorization, ca, readAt: clock.now() };
    return this.#access;
  }
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

async function readOptional(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = `the shipper's access cannot be read: ${messageOf(error)}`;
    const fix = 'see whether the Secret is there and mounted, and has this key';
    throw new OpniLoggingError('io', message, { problems: [{ file, message, fix }], cause: error });
  }
}
