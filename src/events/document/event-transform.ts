import type { Clock } from '../../common/clock.js';
import type { EventsSettings } from '../config/events-settings.js';
import { DocumentWriter, type EventDocument } from './document.js';
import type { EventFields } from './event-fields.js';
import { type EventFilter, eventFilter } from './event-filter.js';
import { UpdateThrottle } from './update-throttle.js';

/** What becomes of an event: its document, or why there is none. */
export type Transformed = EventDocument | 'filtered' | 'throttled' | 'too-large';

/** Makes documents of the events that are wanted. */
export class EventTransform {
  readonly #takes: EventFilter;
  readonly #throttle: UpdateThrottle;
  readonly #writer: DocumentWriter;

  constructor({ source, shipper }: EventsSettings, clusterId: string, clock: Clock) {
    this.#takes = eventFilter(source);
    this.#throttle = new UpdateThrottle(source.updateIntervalSeconds * 1000, () => clock.now());
    // A document has to fit into a request of its own, with the brackets around it.
    this.#writer = new DocumentWriter({ clusterId, maxBytes: shipper.maxBatchBytes - 2 });
  }

  apply(event: EventFields): Transformed {
    if (!this.#takes(event)) return 'filtered';
    if (!this.#throttle.takes(event.uid)) return 'throttled';
    return this.#writer.write(event) ?? 'too-large';
  }
}
