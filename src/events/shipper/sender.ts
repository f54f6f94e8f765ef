import type { Clock } from '../../common/clock.js';
import { Wake } from '../../common/wake.js';
import type { Block } from '../queue/block.js';
import type { EventQueue } from '../queue/event-queue.js';
import type { Delivery, Refusal } from './delivery.js';
import type { Gate } from './gate.js';

/** Options of {@link Sender}. */
export interface SenderOptions {
  readonly queue: EventQueue;
  readonly delivery: Pick<Delivery, 'deliver'>;
  readonly gate: Gate;
  /** Longest wait for a block to fill while another is on its way, in milliseconds. */
  readonly lingerMs: number;
  readonly clock: Clock;
  /** Whether anything may be sent now; false where another replica may be active. @default always */
  readonly maySend?: () => boolean;
  /** A block was delivered as a whole. */
  readonly onDelivered: (block: Block) => void;
  /** A block, or a part of it, was not taken. It is sent again. */
  readonly onRefused: (refusal: Refusal) => void;
}

/** How often it is looked whether sending is allowed again, in milliseconds. */
const NOT_ALLOWED_MS = 200;

/**
 * Sends what is in the queue, oldest first, some blocks at a time. When nothing is on its way, what is there goes at once;
 * else it gathers until a block is full or the linger is over. So a quiet cluster has no delay, and a busy one full
 * requests.
 */
export class Sender {
  readonly #wake: Wake;
  readonly #active = new Set<Promise<void>>();
  #broken: { readonly error: unknown } | undefined;

  constructor(private readonly options: SenderOptions) {
    this.#wake = new Wake(options.clock);
  }

  /** To be called when the queue has changed. */
  wake(): void {
    this.#wake.wake();
  }

  /**
   * Sends until the signal is aborted. What is on its way then is awaited. Rejects with what a listener threw.
   *
   * @param signal no further request is begun
   * @param hard ends requests that are on their way
   */
  async run(signal: AbortSignal, hard: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && !this.#broken) {
        const waitMs = this.#next(hard);
        if (waitMs !== undefined) await this.#wake.wait(waitMs, signal);
      }
    } finally {
      await Promise.allSettled(this.#active);
    }
    if (this.#broken) throw this.#broken.error;
  }

  /** @returns how long there is nothing to do, in milliseconds; undefined when something was begun */
  #next(hard: AbortSignal): number | undefined {
    const { queue, gate, maySend } = this.options;
    if (this.#active.size >= gate.limit) return Number.POSITIVE_INFINITY;
    if (gate.closedMs > 0) return gate.closedMs;
    if (queue.waitingSince === undefined) return Number.POSITIVE_INFINITY;
    if (maySend && !maySend()) return NOT_ALLOWED_MS;
    const lingerMs = this.#lingerMs(queue.waitingSince);
    if (lingerMs > 0) return lingerMs;
    const block = queue.take();
    if (!block) return Number.POSITIVE_INFINITY;
    const sending = this.#send(block, hard).finally(() => {
      this.#active.delete(sending);
      this.#wake.wake();
    });
    this.#active.add(sending);
    return undefined;
  }

  #lingerMs(since: number): number {
    if (this.#active.size === 0 || this.options.queue.hasWholeBlock) return 0;
    return since + this.options.lingerMs - this.options.clock.now();
  }

  async #send(block: Block, hard: AbortSignal): Promise<void> {
    const { queue, delivery, gate, onDelivered, onRefused } = this.options;
    try {
      const refusal = await delivery.deliver(block, hard);
      if (!refusal) {
        gate.taken();
        queue.taken(block);
        onDelivered(block);
        return;
      }
      gate.failed(refusal.kind, refusal.retryAfterSeconds);
      queue.giveBack(block);
      onRefused(refusal);
    } catch (error) {
      queue.giveBack(block);
      if (!hard.aborted || error !== hard.reason) this.#broken ??= { error };
    }
  }
}
