import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/log.js';
import { fromBytes } from './document/event-object.js';
import type { ForwarderMetrics } from './forwarder-metrics.js';
import type { Health } from './health.js';
import type { Block, DocumentRange } from './queue/block.js';
import type { DeadLetters } from './shipper/dead-letters.js';
import type { DeadDocument, DeliveryListener, Refusal } from './shipper/delivery.js';
import type { EndReason, SourceListener, SourceState } from './source/source-types.js';

/** Options of {@link SessionReports}. */
export interface SessionReportsOptions {
  /** Address of the intake; holds no secret. */
  readonly address: string;
  /** @default documents that are given up are counted and logged */
  readonly deadLetters?: DeadLetters;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ForwarderMetrics;
  readonly health: Health;
}

/** What became of documents. */
export interface DocumentCounts {
  /** Those that the intake took. */
  readonly documents: number;
  /** Those that were given up, and are in the dead letters. */
  readonly deadLetters: number;
  /** Those that were given up, and are nowhere. */
  readonly lost: number;
}

/** Tells log, metrics and health what the parts of a session do. */
export class SessionReports implements SourceListener, DeliveryListener {
  /** Counters by the type of a line, which comes too often to look them up by their labels. */
  readonly #lines = new Map<string, () => void>();
  readonly #deaths = new Set<Promise<void>>();
  #taken = 0;
  #kept = 0;
  #lost = 0;
  #hasDelivered = false;
  #isSpoolFull = false;
  /** Why the spool cannot be read. */
  #unreadable: string | undefined;

  constructor(private readonly options: SessionReportsOptions) {}

  /** What became of documents so far. */
  get counts(): DocumentCounts {
    return { documents: this.#taken, deadLetters: this.#kept, lost: this.#lost };
  }

  onState(state: SourceState): void {
    this.options.health.source(state);
    this.options.log.debug('the source changed', { state });
  }

  onLine(type: string): void {
    const { metrics, clock } = this.options;
    const count = this.#lines.get(type) ?? metrics.watchLines.of({ type });
    this.#lines.set(type, count);
    count();
    metrics.lastLineAtMs = clock.wallMs();
  }

  onEnd(reason: EndReason): void {
    this.options.metrics.watchReconnects.inc({ reason });
  }

  onRelist(reason: EndReason | 'start'): void {
    this.options.metrics.relists.inc({ reason });
    this.options.log.limited('relist').info('reading all events', { reason });
  }

  onTrouble(message: string, isRefusal: boolean): void {
    const { health, log } = this.options;
    health.bad('source', message, isRefusal);
    const entry = log.limited(`source ${isRefusal}`);
    entry.warn('events cannot be read now; trying again', { reason: message });
  }

  onNotice(message: string): void {
    this.options.log.limited('source notice').warn(message);
  }

  onAnswer(code: number | 'error'): void {
    this.options.metrics.posts.inc({ code: String(code) });
  }

  onTaken(block: Block, { from, to }: DocumentRange): void {
    const { metrics, clock } = this.options;
    this.#taken += to - from;
    metrics.acked.inc({}, to - from);
    const now = clock.wallMs();
    for (const time of block.times.slice(from, to)) {
      metrics.age.observe({}, Math.max(0, now - time) / 1000);
    }
  }

  onAdvice(text: string): void {
    this.options.log.warn(text);
  }

  /** A document is given up. Resolves once it is kept or counted. */
  onDead(dead: DeadDocument): Promise<void> {
    const kept = this.#keep(dead).finally(() => this.#deaths.delete(kept));
    this.#deaths.add(kept);
    return kept;
  }

  /** A block was delivered as a whole. */
  delivered(): void {
    const { health, log, address } = this.options;
    const wasBad = health.good('shipper');
    if (wasBad) log.info('the shipper takes documents again', { address });
    else if (!this.#hasDelivered) log.info('the shipper takes documents', { address });
    this.#hasDelivered = true;
  }

  /** A block, or a part of it, was not taken. */
  refused({ kind, reason }: Refusal): void {
    const { health, log, address } = this.options;
    health.bad('shipper', reason, kind === 'refused');
    const entry = log.limited(`shipper ${kind}`);
    if (kind === 'refused') entry.error('the shipper refuses what is sent; it is kept', { address, reason });
    else entry.warn('the shipper does not take documents now; trying again', { address, reason });
  }

  /** The spool could not be read; undefined once it can. */
  spoolTrouble(reason: string | undefined): void {
    this.#unreadable = reason;
    this.#spoolHealth();
    if (reason !== undefined)
      this.options.log.limited('spool').warn('the spool cannot be read now', { reason });
  }

  /** The spool takes no more, or does again. */
  spoolFull(isFull: boolean): void {
    this.#isSpoolFull = isFull;
    this.#spoolHealth();
    if (isFull) {
      this.options.log.warn('the spool takes no more; the API server keeps the events for its own time');
    }
  }

  /** Resolves when all documents that were given up are kept or counted. */
  async settled(): Promise<void> {
    await Promise.all(this.#deaths);
  }

  /** A disk may be full and unreadable; that it is one of them no more says nothing about the other. */
  #spoolHealth(): void {
    const { health } = this.options;
    if (this.#isSpoolFull) health.bad('spool', 'the spool takes no more', true);
    else if (this.#unreadable !== undefined) health.bad('spool', this.#unreadable, false);
    else health.good('spool');
  }

  async #keep({ document, status, reason }: DeadDocument): Promise<void> {
    const { deadLetters, metrics, log, health } = this.options;
    const outcome = await deadLetters?.add({ document, status, reason });
    metrics.dead.inc({ stored: String(outcome === 'stored') });
    if (outcome === 'stored') this.#kept += 1;
    else this.#lost += 1;
    if (outcome === 'stored') health.good('dead-letters');
    if (outcome === 'full') health.bad('dead-letters', 'the folder of dead letters is full', true);
    const told = { event: idIn(document), status, reason };
    if (outcome === 'stored') log.limited('dead').warn('a document went to the dead letters', told);
    else log.error('a document was given up and is not kept', told);
  }
}

const idIn = (document: Buffer): string =>
  fromBytes(/"event_id":"([^"]*)"/.exec(document.toString('latin1', 0, 4096))?.[1] ?? '');
