import { X509Certificate } from 'node:crypto';
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
import { closedMeanwhile, type Exchange, exchange, PROBE_AFTER_MS } from '../../kube/http-exchange.js';
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

interface ShipperRequest {
  readonly body: Buffer | readonly Buffer[];
  readonly bytes: number;
  readonly compressed: boolean;
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
    const access = await this.#readAccess();
    const request = { body, bytes: Array.isArray(body) ? documents.length + 2 : body.length, compressed };
    const answer = await this.#sendAs(access, request, signal);
    if (answer.status !== 401 && answer.status !== 403) return answer;
    // The account may just have been rotated.
    this.#access = undefined;
    const fresh = await this.#readAccess();
    if (fresh.authorization === access.authorization) return answer;
    return this.#sendAs(fresh, request, signal);
  }

  /** Closes what is idle: the next request connects anew, and so asks for the address anew. */
  reconnect(): void {
    if (this.#agent) retire(this.#agent.agent);
    this.#agent = undefined;
    this.#access = undefined;
  }

  async #sendAs(
    access: Access,
    { body, bytes, compressed }: ShipperRequest,
    signal: AbortSignal,
  ): Promise<ShipperAnswer> {
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
    return { status, retryAfterSeconds: retryAfterOf(response) };
  }

  /** Sends, and once more over a new connection when a kept one was closed meanwhile. */
  async #exchange(attempt: Exchange) {
    try {
      return await exchange(attempt, MAX_ANSWER_BYTES);
    } catch (error) {
      if (!closedMeanwhile(error) || attempt.signal?.aborted) throw error;
      return await exchange(attempt, MAX_ANSWER_BYTES);
    }
  }

  #agentFor({ ca }: Access): HttpAgent {
    const now = this.options.clock.now();
    const known = this.#agent;
    if (known && known.ca === ca && now - known.bornAt < CONNECTION_MS) return known.agent;
    if (known) retire(known.agent);
    const pool = {
      keepAlive: true,
      keepAliveMsecs: PROBE_AFTER_MS,
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
    if (caFile !== undefined) checkAuthority(caFile, ca ?? '');
    const account = `${withoutLineEnd(user ?? '')}:${withoutLineEnd(password ?? '')}`;
    const authorization = basicAuth && `Basic ${Buffer.from(account).toString('base64')}`;
    this.#access = { authorization, ca, readAt: clock.now() };
    return this.#access;
  }
}

/** Connections that are in use end after their answer. */
function retire(agent: HttpAgent): void {
  Object.assign(agent, { keepAlive: false });
  closeIdle(agent);
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

/** Without a certificate in it, the public authorities would count, and the error would name neither file nor fix. */
function checkAuthority(file: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    const fix = 'put the certificate of the authority there, as PEM';
    const message = `the shipper's access cannot be read: ${file}: holds no certificate`;
    throw new OpniLoggingError('io', `${message}; ${fix}`, {
      problems: [{ file, message, fix }],
      cause: error,
    });
  }
}

const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

async function readOptional(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const fix = 'see whether the Secret is there and mounted, and has this key';
    const reason = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    const message = `the shipper's access cannot be read: ${file}: ${reason}`;
    throw new OpniLoggingError('io', `${message}; ${fix}`, {
      problems: [{ file, message, fix }],
      cause: error,
    });
  }
}
