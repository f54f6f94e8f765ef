import { messageOf, OpniLoggingError } from '../../common/error.js';
import { describeExchangeError } from '../../kube/http-exchange.js';
import type { Block, DocumentRange } from '../queue/block.js';
import { hintOf, type Verdict, verdictOf } from './answers.js';
import type { BatchLimits } from './batch-limits.js';
import type { ShipperClient } from './shipper-client.js';

/** Why documents were not taken. */
export interface Refusal {
  readonly kind: 'busy' | 'refused' | 'failed';
  /** In words, without secrets. */
  readonly reason: string;
  /** How long the intake asks to wait, in seconds. */
  readonly retryAfterSeconds?: number;
}

/** A document that the intake refuses for its content or size. */
export interface DeadDocument {
  readonly document: Buffer;
  readonly status: number;
  readonly reason: string;
}

/** Told of each step of a delivery. */
export interface DeliveryListener {
  /** One answer, or none (`error`). */
  onAnswer(code: number | 'error'): void;
  /** Documents of a block were taken. */
  onTaken(block: Block, range: DocumentRange): void;
  /** A document is given up. Resolves once it is kept elsewhere, or counted. */
  onDead(dead: DeadDocument): Promise<void>;
  /** Something that a person should change. */
  onAdvice(text: string): void;
}

/** Options of {@link Delivery}. */
export interface DeliveryOptions {
  readonly client: Pick<ShipperClient, 'send'>;
  readonly limits: BatchLimits;
  readonly gzip: boolean;
  readonly listener: DeliveryListener;
}

const NOTHING = Buffer.alloc(0);

/**
 * Brings the documents of a block to the intake: in one request where that does, in parts where it does not. What one
 * document is to blame for does not hold up the others.
 */
export class Delivery {
  #gzip: boolean;

  constructor(private readonly options: DeliveryOptions) {
    this.#gzip = options.gzip;
  }

  /**
   * Sends what is open of a block; what was taken is no longer open.
   *
   * @returns undefined when all of it was taken, else why not
   * @throws the signal's reason once it is aborted
   */
  async deliver(block: Block, signal: AbortSignal): Promise<Refusal | undefined> {
    let suspect: number | undefined;
    while (block.open.length > 0) {
      const whole = block.open[0]!;
      const range = this.options.limits.first(block, whole);
      const { verdict, status, retryAfterSeconds, reason } = await this.#send(block.bodyOf(range), signal);
      const count = range.to - range.from;
      if (verdict === 'taken') {
        close(block, range);
        this.options.listener.onTaken(block, range);
      } else if (verdict === 'too-large' && count > 1) {
        this.options.limits.met(block.bytesOf(range), count);
      } else if (verdict === 'unreadable' && count > 1) {
        halve(block, range);
      } else if (verdict === 'unreadable' || verdict === 'too-large') {
        if (suspect !== range.from) {
          // Where not even nothing is taken, the address is wrong rather than the document.
          if ((await this.#send(NOTHING, signal)).verdict !== 'taken') {
            return { kind: 'refused', reason: `${reason}, and an empty request as well` };
          }
          // The intake may have been mended just now: only a second refusal blames the document.
          suspect = range.from;
          continue;
        }
        await this.options.listener.onDead({ document: block.bodyOf(range), status, reason });
        close(block, range);
      } else {
        return { kind: verdict, reason, retryAfterSeconds };
      }
    }
    return undefined;
  }

  async #send(documents: Buffer, signal: AbortSignal): Promise<Answer> {
    const compressed = this.#gzip && documents.length > 0;
    const answer = await this.#sendOnce(documents, compressed, signal);
    if (!compressed || answer.verdict !== 'unreadable') return answer;
    const plain = await this.#sendOnce(documents, false, signal);
    // Requests that were sent together find out together.
    if (plain.verdict === 'taken' && this.#gzip) {
      this.#gzip = false;
      this.options.listener.onAdvice(
        'the intake does not take gzip: sending without it; set compression: gzip in its pipeline, or shipper.gzip to false',
      );
    }
    return plain;
  }

  async #sendOnce(documents: Buffer, compressed: boolean, signal: AbortSignal): Promise<Answer> {
    const { client, listener } = this.options;
    try {
      const { status, retryAfterSeconds } = await client.send(documents, { compressed, signal });
      listener.onAnswer(status);
      return {
        verdict: verdictOf(status),
        status,
        retryAfterSeconds,
        reason: `the intake answers ${status}${hintOf(status)}`,
      };
    } catch (error) {
      signal.throwIfAborted();
      listener.onAnswer('error');
      const isOwn = error instanceof OpniLoggingError;
      const reason = isOwn ? messageOf(error) : describeExchangeError(error);
      return { verdict: isOwn ? 'refused' : 'failed', status: 0, reason };
    }
  }
}

interface Answer {
  readonly verdict: Verdict;
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
}

/** Takes the first part of what is open away. */
function close(block: Block, { to }: DocumentRange): void {
  const [first, ...others] = block.open;
  block.open = to < first!.to ? [{ from: to, to: first!.to }, ...others] : others;
}

/** Divides the first part of what is open, so that the next request tells which half is to blame. */
function halve(block: Block, { from, to }: DocumentRange): void {
  const [first, ...others] = block.open;
  const middle = from + Math.ceil((to - from) / 2);
  const rest = to < first!.to ? [{ from: to, to: first!.to }] : [];
  block.open = [{ from, to: middle }, { from: middle, to }, ...rest, ...others];
}
