import { systemClock } from '../../common/clock.js';
import type { Cluster } from '../../kube/cluster.js';
import { clusterIdNow } from '../cluster-identity.js';
import type { EventsSettings } from '../config/events-settings.js';
import { documentText } from '../document/document.js';
import { eventFilter } from '../document/event-filter.js';
import { EventTransform } from '../document/event-transform.js';
import { type EventText, eventText } from './event-text.js';
import { PrintedEvents } from './printed-events.js';
import { readFor } from './read-for.js';

/** Options of {@link tailEvents}. */
export interface TailOptions {
  readonly settings: EventsSettings;
  readonly cluster: Cluster;
  /** Events from before are left out; milliseconds since 1970. */
  readonly sinceMs: number;
  /** Prints the documents instead of lines for people. */
  readonly documents: boolean;
  readonly lineOf: (text: EventText) => string;
  /** Writes a line without its end. */
  readonly print: (line: string) => Promise<void>;
  readonly onTrouble: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Shows the events of the last minutes in the order of their times, then every change as it comes, until the signal is
 * aborted.
 *
 * @throws OpniLoggingError `cluster` when the events may not be read; the signal's reason once it is aborted
 */
export async function tailEvents(options: TailOptions): Promise<void> {
  const { settings, cluster, sinceMs, lineOf, print, onTrouble, signal } = options;
  const takes = eventFilter(settings.source);
  const documents = options.documents ? await transformOf(options) : undefined;
  const sink = new PrintedEvents({
    sorted: true,
    lineOf: (event) => {
      if (!takes(event) || Date.parse(event.time) < sinceMs) return undefined;
      if (!documents) return lineOf(eventText(event));
      const document = documents.apply(event);
      return typeof document === 'object' ? documentText(document) : undefined;
    },
    print,
  });
  const { source } = settings;
  await readFor(sink, {
    cluster,
    source,
    firstStart: 'retained',
    clock: systemClock,
    once: false,
    signal,
    onTrouble,
  });
}

async function transformOf({ settings, cluster, signal }: TailOptions): Promise<EventTransform> {
  const clusterId = await clusterIdNow(settings.cluster.id, cluster, { clock: systemClock, signal });
  return new EventTransform(settings, clusterId, systemClock);
}
