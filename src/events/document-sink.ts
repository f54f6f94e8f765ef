import type { Clock } from '../common/clock.js';
import { messageOf } from '../common/error.js';
import type { EventsSettings } from './config/events-settings.js';
import { DocumentWriter } from './document/document.js';
import { EventClock } from './document/event-clock.js';
import type { EventFields } from './document/event-fields.js';
import { EventTransform, type Transformed } from './document/event-transform.js';
import type { ForwarderMetrics } from './forwarder-metrics.js';
import type { EventQueue } from './queue/event-queue.js';
import type { DeadDocument } from './shipper/delivery.js';
import type { EventSink } from './source/source-types.js';

/** Options of {@link DocumentSink}. */
export interface DocumentSinkOptions {
  readonly settings: EventsSettings;
  readonly clusterId: string;
  readonly queue: EventQueue;
  readonly metrics: ForwarderMetrics;
  readonly clock: Clock;
  /** Told of an event of which there is no document that can be sent. Resolves once it is kept elsewhere, or counted. */
  readonly onDead: (dead: DeadDocument) => Promise<void>;
}

/** Puts the documents of events into the queue, and leaves out what is not wanted. */
export class DocumentSink implements EventSink {
  readonly #transform: EventTransform;
  readonly #times = new EventClock();
  readonly #queue: EventQueue;

  constructor(private readonly options: DocumentSinkOptions) {
    const { settings, clusterId, clock, queue } = options;
    this.#transform = new EventTransform(settings, clusterId, clock);
    this.#queue = queue;
  }

  event(event: EventFields): void {
    const result = this.#transformed(event);
    if (typeof result === 'object') {
      if (result.cut) this.options.metrics.cut.inc({});
      this.#queue.add(result, this.#times.msOf(event.time));
    } else if (result === 'too-large') {
      this.#dead(event, 413, 'it is larger than a request');
    } else if (result !== undefined) {
      this.options.metrics.skipped.inc({ reason: result });
    }
  }

  upTo(resourceVersion: string): void {
    this.#queue.upTo(resourceVersion);
  }

  versionsBeganAnew(): void {
    this.#queue.forgetMark();
  }

  get hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  untilRoom(): Promise<void> {
    return this.#queue.untilRoom();
  }

  /** One event that this program cannot deal with must not hold up all others. */
  #transformed(event: EventFields): Transformed | undefined {
    try {
      return this.#transform.apply(event);
    } catch (error) {
      this.#dead(event, 0, `no document could be made of it: ${messageOf(error)}`);
      return undefined;
    }
  }

  #dead(event: EventFields, status: number, reason: string): void {
    const { clusterId, onDead } = this.options;
    const release = this.#queue.holdMark();
    const document = Buffer.from(DocumentWriter.short(event, clusterId));
    void onDead({ document, status, reason }).finally(release);
  }
}
