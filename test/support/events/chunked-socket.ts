import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { RawConnection } from './raw-connection.js';

/** How a stream of lines is cut up on its way. */
export interface Chunking {
  /**
   * What makes a chunk of HTTP: each line, all lines that are ready, or a number of bytes, whatever they are part of.
   *
   * @default 'line', as an API server does
   */
  readonly chunk?: 'line' | 'burst' | number;
  /** Wait before each chunk, in milliseconds. @default none */
  readonly delayMs?: number;
  /** Most bytes of one write to the socket, frames included; so the heads of chunks are cut too. @default no limit */
  readonly segmentBytes?: number;
}

/** What happens to a stream after a number of bytes. */
export interface Break {
  /** Bytes of the body that still go out, from when the break is set. */
  readonly afterBytes: number;
  /** `stall`: nothing more is said until {@link ChunkedSocket.resume}. */
  readonly how: 'reset' | 'fin' | 'stall';
}

/** Most bytes of one write. */
const WRITE_BYTES = 64 * 1024;

/** Writes the body of an answer in chunks of HTTP, as fast as the client takes them. */
export class ChunkedSocket {
  #break: { left: number; how: Break['how'] } | undefined;
  #resumed: (() => void) | undefined;
  /** Bytes of the body that were written. */
  sentBytes = 0;

  /** @param chunking looked at again before each write */
  constructor(
    private readonly connection: RawConnection,
    private readonly chunking: () => Chunking,
  ) {}

  /** Whether a break has silenced it. */
  get stalled(): boolean {
    return this.#resumed !== undefined;
  }

  breakAfter({ afterBytes, how }: Break): void {
    this.#break = { left: afterBytes, how };
    if (afterBytes <= 0 && how !== 'stall') this.#close(how);
  }

  /** Goes on after a stall. */
  resume(): void {
    this.#break = undefined;
    this.#resumed?.();
    this.#resumed = undefined;
  }

  /**
   * Sends what belongs together as one line or more.
   *
   * @returns whether the connection is still there
   */
  async send(lines: readonly string[]): Promise<boolean> {
    const { chunk = 'line', delayMs, segmentBytes } = this.chunking();
    const careful = this.#break !== undefined || delayMs !== undefined || segmentBytes !== undefined;
    if (chunk === 'line' && !careful) return await this.#sendLines(lines);
    for (const payload of payloadsOf(lines, chunk)) {
      if (delayMs !== undefined) await delay(delayMs);
      if (!(await this.#sendChunk(payload, segmentBytes))) return false;
    }
    return true;
  }

  /** Ends the body; the connection can be used again. */
  async end(): Promise<boolean> {
    if (!(await this.#unbroken())) return false;
    return await this.connection.write('0\r\n\r\n');
  }

  async #sendLines(lines: readonly string[]): Promise<boolean> {
    let out = '';
    let bytes = 0;
    for (const line of lines) {
      const length = Buffer.byteLength(line);
      out += `${length.toString(16)}\r\n${line}\r\n`;
      bytes += length;
    }
    this.sentBytes += bytes;
    return await this.connection.write(out);
  }

  async #sendChunk(payload: Buffer, segmentBytes = Number.POSITIVE_INFINITY): Promise<boolean> {
    const head = Buffer.from(`${payload.length.toString(16)}\r\n`);
    const left = this.#break?.left;
    if (left === undefined || left > payload.length) {
      if (this.#break) this.#break.left -= payload.length;
      this.sentBytes += payload.length;
      return await this.#write(Buffer.concat([head, payload, CRLF]), segmentBytes);
    }
    this.sentBytes += left;
    await this.#write(Buffer.concat([head, payload.subarray(0, left)]), segmentBytes);
    this.#break!.left = 0;
    if (!(await this.#unbroken())) return false;
    this.sentBytes += payload.length - left;
    return await this.#write(Buffer.concat([payload.subarray(left), CRLF]), segmentBytes);
  }

  async #write(bytes: Buffer, segmentBytes: number): Promise<boolean> {
    const most = Math.min(segmentBytes, WRITE_BYTES);
    for (let start = 0; start < bytes.length; start += most) {
      if (!(await this.connection.write(bytes.subarray(start, start + most)))) return false;
      if (most < WRITE_BYTES) await nextTurn();
    }
    return true;
  }

  /** Waits while a stall lasts; closes where a break asks for it. */
  async #unbroken(): Promise<boolean> {
    if (!this.#break || this.#break.left > 0) return !this.connection.closed;
    if (this.#break.how === 'stall') {
      await new Promise<void>((resolve) => {
        this.#resumed = resolve;
        this.connection.onClosed(resolve);
      });
      return !this.connection.closed;
    }
    // What was written has to reach the client first: a reset throws away what is on its way.
    await delay(10);
    this.#close(this.#break.how);
    return false;
  }

  #close(how: 'reset' | 'fin'): void {
    if (how === 'reset') this.connection.reset();
    else this.connection.fin();
  }
}

const CRLF = Buffer.from('\r\n');

function* payloadsOf(lines: readonly string[], chunk: 'line' | 'burst' | number): Generator<Buffer> {
  if (chunk === 'line') {
    for (const line of lines) yield Buffer.from(line);
    return;
  }
  const all = Buffer.from(lines.join(''));
  const size = chunk === 'burst' ? all.length : chunk;
  for (let start = 0; start < all.length; start += size) yield all.subarray(start, start + size);
}
