import { OpniLoggingError } from '../common/error.js';
import { Wake } from '../common/wake.js';
import { DocumentSink } from './document-sink.js';
import { EventQueue } from './queue/event-queue.js';
import { Spill } from './queue/spill.js';
import type { SessionEnd, SessionOptions } from './session-options.js';
import { type DocumentCounts, SessionReports } from './session-reports.js';
import { BatchLimits } from './shipper/batch-limits.js';
import { Delivery, type Refusal } from './shipper/delivery.js';
import { Gate } from './shipper/gate.js';
import { Sender } from './shipper/sender.js';
import { ShipperClient } from './shipper/shipper-client.js';
import { EventSource } from './source/event-source.js';
import type { Spool } from './spool/spool.js';

/** Reads events from a mark on and ships them, as long as this replica is the active one. */
export class Session {
  readonly #queue: EventQueue;
  readonly #sender: Sender;
  readonly #spill: Spill | undefined;
  readonly #source: EventSource;
  readonly #client: ShipperClient;
  readonly #reports: SessionReports;
  readonly #drained: Wake;
  readonly #reading = new AbortController();
  readonly #spilling = new AbortController();
  readonly #sending = new AbortController();
  readonly #hard = new AbortController();
  readonly #holed = new AbortController();
  readonly #refusal = new AbortController();
  #runs:
    | { readonly source: Promise<void>; readonly spill: Promise<void>; readonly sender: Promise<void> }
    | undefined;

  constructor(private readonly options: SessionOptions) {
    const { settings, clock, spool, start, cluster, clusterId, maySend, metrics } = options;
    const { shipper, queue } = settings;
    this.#drained = new Wake(clock);
    this.#queue = new EventQueue({
      maxBytes: queue.maxBytes,
      maxBlockBytes: shipper.maxBatchBytes - 2,
      maxBlockDocuments: shipper.maxBatchDocuments,
      mark: start.mark,
      now: () => clock.now(),
      onChange: () => this.#changed(),
    });
    this.#client = new ShipperClient({ shipper, clock });
    this.#reports = new SessionReports({ ...options, address: this.#client.address });
    const limits = new BatchLimits(
      { maxBytes: shipper.maxBatchBytes, maxDocuments: shipper.maxBatchDocuments },
      () => clock.now(),
    );
    const delivery = new Delivery({
      client: this.#client,
      limits,
      gzip: shipper.gzip,
      listener: this.#reports,
    });
    this.#sender = new Sender({
      queue: this.#queue,
      delivery,
      gate: new Gate(shipper.inFlight, clock),
      lingerMs: shipper.lingerMs,
      clock,
      maySend,
      onDelivered: (block) => {
        this.#spill?.delivered(block);
        this.#reports.delivered();
      },
      onRefused: (refusal) => this.#refused(refusal),
    });
    this.#spill = spool && this.#spillTo(spool);
    this.#source = new EventSource({
      cluster,
      clock,
      settings: settings.source,
      ...start,
      sink: new DocumentSink({
        settings,
        clusterId,
        clock,
        metrics,
        queue: this.#queue,
        onDead: (dead) => this.#reports.onDead(dead),
      }),
      listener: this.#reports,
    });
  }

  /** Up to where everything is delivered, or safe in the spool. */
  get mark(): string | undefined {
    return this.#queue.mark;
  }

  /** Aborted once records in the spool turn out to be damaged: only another session reads their events again. */
  get holed(): AbortSignal {
    return this.#holed.signal;
  }

  get queueBytes(): number {
    return this.#queue.bytes;
  }

  get queueDocuments(): number {
    return this.#queue.documents;
  }

  /** Reads and ships until {@link end}. Rejects when something broke that must not. */
  async run(): Promise<void> {
    await this.#begin(this.#source.run(this.#reading.signal));
  }

  /**
   * Ships the events that there are, once.
   *
   * @returns what became of the documents
   * @throws OpniLoggingError `cluster` when they cannot be read, `io` when the shipper refuses them; the signal's reason once
   * it is aborted
   */
  async runOnce(signal: AbortSignal): Promise<DocumentCounts> {
    const ended = AbortSignal.any([signal, this.#refusal.signal, this.#reading.signal]);
    const source = this.#source.runOnce(ended);
    const all = this.#begin(source);
    // When reading failed, what was read before is let go of as well.
    const drained = source
      .then(
        () => this.#untilEmpty(ended),
        () => undefined,
      )
      .then(() => this.end());
    await Promise.all([all, drained]);
    signal.throwIfAborted();
    this.#refusal.signal.throwIfAborted();
    return this.#reports.counts;
  }

  /** Ends reading at once, then sending. Resolves when nothing of it runs any more. */
  async end({ drainMs = 0, finishMs = 0 }: SessionEnd = {}): Promise<void> {
    const { clock } = this.options;
    const until = clock.now() + drainMs;
    this.#reading.abort();
    this.#spilling.abort();
    await Promise.allSettled([this.#runs?.source, this.#runs?.spill]);
    if (drainMs > 0) await this.#untilEmpty(this.#sending.signal, drainMs);
    this.#sending.abort();
    const patience = new AbortController();
    const cut = clock
      .sleep(Math.max(finishMs, until - clock.now(), 0), patience.signal)
      .then(() => this.#hard.abort())
      .catch(() => undefined);
    await Promise.allSettled([this.#runs?.sender]);
    patience.abort();
    await cut;
    await this.#reports.settled();
    this.#client.reconnect();
  }

  /** Writes what was not delivered to the spool, after {@link end}. */
  async keepRest(): Promise<void> {
    await this.#spill?.writeAll();
    await this.options.spool?.saveCursor();
  }

  /** Forgets what was not delivered, after {@link end}. */
  purge(): void {
    this.#queue.purge();
  }

  async #begin(source: Promise<void>): Promise<void> {
    const spill = this.#spill?.run(this.#spilling.signal) ?? Promise.resolve();
    const sender = this.#sender.run(this.#sending.signal, this.#hard.signal);
    this.#runs = { source, spill, sender };
    try {
      await Promise.all([source, spill, sender]);
    } catch (error) {
      this.#hard.abort();
      await this.end();
      throw error;
    }
  }

  async #untilEmpty(signal: AbortSignal, ms = Number.POSITIVE_INFINITY): Promise<void> {
    const until = this.options.clock.now() + ms;
    for (
      let left = ms;
      !this.#queue.isEmpty && left > 0 && !signal.aborted;
      left = until - this.options.clock.now()
    ) {
      await this.#drained.wait(left, signal);
    }
  }

  #changed(): void {
    this.#sender.wake();
    this.#spill?.wake();
    this.#drained.wake();
  }

  /** After a refusal that somebody has to mend, a single run would wait for ever. */
  #refused(refusal: Refusal): void {
    this.#reports.refused(refusal);
    this.#client.reconnect();
    if (refusal.kind !== 'refused') return;
    const message = `the shipper refuses what is sent: ${refusal.reason}`;
    const fix = 'correct shipper.url or shipper.basicAuth, or the pipeline that it leads to';
    this.#refusal.abort(new OpniLoggingError('io', message, { problems: [{ message, fix }] }));
  }

  #spillTo(spool: Spool): Spill {
    const { queue, shipper } = this.options.settings;
    // What comes back from disk takes a quarter of the memory at most, or one request.
    const readAhead = Math.max(1, Math.floor(queue.maxBytes / 4 / shipper.maxBatchBytes));
    return new Spill({
      queue: this.#queue,
      spool,
      clock: this.options.clock,
      spillBytes: queue.maxBytes / 2,
      readAhead: Math.min(shipper.inFlight, readAhead),
      onHole: () => this.#holed.abort(),
      onTrouble: (reason) => this.#reports.spoolTrouble(reason),
      onFull: (isFull) => this.#reports.spoolFull(isFull),
    });
  }
}
