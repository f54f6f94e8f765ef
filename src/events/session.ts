import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/log.js';
import { Wake } from '../common/wake.js';
import type { Cluster } from '../kube/cluster.js';
import type { ShippingSettings } from './config/events-settings.js';
import { EventClock } from './document/event-clock.js';
import type { EventFields } from './document/event-fields.js';
import { fromBytes } from './document/event-object.js';
import { EventTransform } from './document/event-transform.js';
import type { ForwarderMetrics } from './forwarder-metrics.js';
import type { Health } from './health.js';
import type { StartingPoint } from './mark.js';
import type { Block, DocumentRange } from './queue/block.js';
import { EventQueue } from './queue/event-queue.js';
import { Spill } from './queue/spill.js';
import { BatchLimits } from './shipper/batch-limits.js';
import type { DeadLetters } from './shipper/dead-letters.js';
import { type DeadDocument, Delivery, type Refusal } from './shipper/delivery.js';
import { Gate } from './shipper/gate.js';
import { Sender } from './shipper/sender.js';
import { ShipperClient } from './shipper/shipper-client.js';
import { EventSource } from './source/event-source.js';
import type { EventSink, SourceListener } from './source/source-types.js';
import type { Spool } from './spool/spool.js';

/** Options of {@link Session}. */
export interface SessionOptions {
  readonly settings: ShippingSettings;
  readonly cluster: Cluster;
  readonly clusterId: string;
  readonly start: StartingPoint;
  /** @default no disk: the API server keeps what there is no memory for */
  readonly spool?: Spool;
  /** @default documents that are given up are counted and logged */
  readonly deadLetters?: DeadLetters;
  /** Whether anything may be sent now. @default always */
  readonly maySend?: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ForwarderMetrics;
  readonly health: Health;
}

/** How a session ends. */
export interface SessionEnd {
  /** Time to deliver what was read, in milliseconds. @default 0 */
  readonly drainMs?: number;
  /** Time for requests that are on their way, in milliseconds; then they are cut off. @default 0 */
  readonly finishMs?: number;
}

/** Reads events from a mark on and ships them, as long as this replica is the active one. */
export class Session {
  readonly #queue: EventQueue;
  readonly #sender: Sender;
  readonly #spill: Spill | undefined;
  readonly #source: EventSource;
  readonly #client: ShipperClient;
  readonly #drained: Wake;
  readonly #reading = new AbortController();
  readonly #spilling = new AbortController();
  readonly #sending = new AbortController();
  readonly #hard = new AbortController();
  readonly #holed = new AbortController();
  #runs:
    | { readonly source: Promise<void>; readonly spill: Promise<void>; readonly sender: Promise<void> }
    | undefined;

  constructor(private readonly options: SessionOptions) {
    const { settings, clock, spool, start, cluster, maySend } = options;
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
    const limits = new BatchLimits(
      { maxBytes: shipper.maxBatchBytes, maxDocuments: shipper.maxBatchDocuments },
      () => clock.now(),
    );
    const delivery = new Delivery({
      client: this.#client,
      limits,
      gzip: shipper.gzip,
      listener: this.#deliveries(),
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
        options.health.good('shipper');
      },
      onRefused: (refusal) => this.#refused(refusal),
    });
    this.#spill = spool && this.#spillTo(spool);
    this.#source = new EventSource({
      cluster,
      clock,
      settings: settings.source,
      ...start,
      sink: this.#sink(),
      listener: this.#sourceListener(),
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
   * @throws OpniLoggingError `cluster` when they cannot be read; the signal's reason once it is aborted
   */
  async runOnce(signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, this.#reading.signal]);
    const all = this.#begin(this.#source.runOnce(ended));
    const drained = this.#runs!.source.then(() => this.#untilEmpty(ended)).then(() => this.end());
    await Promise.all([all, drained]);
    signal.throwIfAborted();
  }

  /** Ends reading at once, then sending. Resolves when nothing of it runs any more. */
  async end({ drainMs = 0, finishMs = 0 }: SessionEnd = {}): Promise<void> {
    const { clock } = this.options;
    const until = clock.now() + drainMs;
    this.#reading.abort();
    this.#spilling.abort();
    await Promise.allSettled([this.#runs?.source, this.#runs?.spill]);
    if (drainMs > 0) await this.#untilEmpty(AbortSignal.any([this.#sending.signal]), drainMs);
    this.#sending.abort();
    const patience = new AbortController();
    const cut = clock
      .sleep(Math.max(finishMs, until - clock.now(), 0), patience.signal)
      .then(() => this.#hard.abort())
      .catch(() => undefined);
    await Promise.allSettled([this.#runs?.sender]);
    patience.abort();
    await cut;
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

  #sink(): EventSink {
    const { settings, clusterId, clock, metrics } = this.options;
    const transform = new EventTransform(settings, clusterId, clock);
    const times = new EventClock();
    const queue = this.#queue;
    return {
      event: (event) => {
        const result = transform.apply(event);
        if (typeof result === 'object') {
          if (result.cut) metrics.cut.inc({});
          queue.add(result, times.msOf(event.time));
        } else if (result === 'too-large') {
          void this.#dead({
            document: Buffer.from(tooLarge(event)),
            status: 413,
            reason: 'it is larger than a request',
          });
        } else {
          metrics.skipped.inc({ reason: result });
        }
      },
      upTo: (version) => queue.upTo(version),
      versionsBeganAnew: () => queue.forgetMark(),
      get hasRoom() {
        return queue.hasRoom;
      },
      untilRoom: () => queue.untilRoom(),
    };
  }

  #sourceListener(): SourceListener {
    const { metrics, health, log, clock } = this.options;
    const lines = new Map<string, () => void>();
    return {
      onState: (state) => {
        health.source(state);
        log.debug('the source changed', { state });
      },
      onLine: (type) => {
        const count = lines.get(type) ?? metrics.watchLines.of({ type });
        lines.set(type, count);
        count();
        metrics.lastLineAtMs = clock.wallMs();
      },
      onEnd: (reason) => metrics.watchReconnects.inc({ reason }),
      onRelist: (reason) => {
        metrics.relists.inc({ reason });
        log.limited('relist').info('reading all events', { reason });
      },
      onTrouble: (message, isRefusal) => {
        health.bad('source', message, isRefusal);
        log
          .limited(`source ${isRefusal}`)
          .warn('events cannot be read now; trying again', { reason: message });
      },
      onNotice: (message) => log.limited('source notice').warn(message),
    };
  }

  #deliveries() {
    const { metrics, clock, log } = this.options;
    return {
      onAnswer: (code: number | 'error') => metrics.posts.inc({ code: String(code) }),
      onTaken: (block: Block, { from, to }: DocumentRange) => {
        metrics.acked.inc({}, to - from);
        const now = clock.wallMs();
        for (const time of block.times.slice(from, to))
          metrics.age.observe({}, Math.max(0, now - time) / 1000);
      },
      onDead: (dead: DeadDocument) => this.#dead(dead),
      onNotice: (text: string) => log.warn(text),
    };
  }

  async #dead({ document, status, reason }: DeadDocument): Promise<void> {
    const { deadLetters, metrics, log, health } = this.options;
    const outcome = await deadLetters?.add({ document, status, reason });
    metrics.dead.inc({ stored: String(outcome === 'stored') });
    if (outcome === 'stored') health.good('dead-letters');
    if (outcome === 'full') health.bad('dead-letters', 'the folder of dead letters is full', true);
    const event = idIn(document);
    if (outcome === 'stored')
      log.limited('dead').warn('a document went to the dead letters', { event, status, reason });
    else log.error('a document was given up and is not kept', { event, status, reason });
  }

  #refused({ kind, reason }: Refusal): void {
    const { health, log } = this.options;
    health.bad('shipper', reason, kind === 'refused');
    this.#client.reconnect();
    const address = this.#client.address;
    const entry = log.limited(`shipper ${kind}`);
    if (kind === 'refused') entry.error('the shipper refuses what is sent; it is kept', { address, reason });
    else entry.warn('the shipper does not take documents now; trying again', { address, reason });
  }

  #spillTo(spool: Spool): Spill {
    const { settings, clock, health, log } = this.options;
    return new Spill({
      queue: this.#queue,
      spool,
      clock,
      spillBytes: settings.queue.maxBytes / 2,
      readAhead: settings.shipper.inFlight,
      onHole: () => this.#holed.abort(),
      onTrouble: (message) => log.limited('spool').warn('the spool cannot be read now', { reason: message }),
      onFull: (isFull) => {
        if (!isFull) return health.good('spool');
        health.bad('spool', 'the spool takes no more', true);
        log.warn('the spool takes no more; the API server keeps the events for its own time');
      },
    });
  }
}

/** A short document for an event that is too large for a request even without its message. */
const tooLarge = ({ members: _, ...fields }: EventFields): string =>
  JSON.stringify({ event_id: `${fields.uid}-${fields.resourceVersion}`, ...fields });

const idIn = (document: Buffer): string =>
  fromBytes(/"event_id":"([^"]*)"/.exec(document.toString('latin1', 0, 4096))?.[1] ?? '');
