import { setTimeout as delay } from 'node:timers/promises';
import type { Step } from './api-faults.js';
import { answerHead, type SeenRequest } from './api-request.js';
import { type StatusAnswer, statusText } from './api-status.js';
import { ChunkedSocket, type Chunking } from './chunked-socket.js';
import type { RawConnection } from './raw-connection.js';

/** Writes the answer of one request. */
export class Answer {
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
