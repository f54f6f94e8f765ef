import { systemClock } from '../../common/clock.js';
import type { Cluster } from '../../kube/cluster.js';
import { clusterIdNow } from '../cluster-identity.js';
import type { EventsSettings } from '../config/events-settings.js';
import { documentText } from '../document/document.js';
import { EventTransform } from '../document/event-transform.js';
import { PrintedEvents } from './printed-events.js';
import { readFor } from './read-for.js';

/** Options of {@link printDocuments}. */
export interface PrintDocumentsOptions {
  readonly settings: EventsSettings;
  readonly cluster: Cluster;
  /** Ends after the events that there are. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Writes a line without its end. */
  readonly print: (line: string) => Promise<void>;
  readonly onTrouble: (message: string) => void;
}

/**
 * Prints the documents that would be sent, one a line.
 *
 * @throws OpniLoggingError `cluster` when the events may not be read; the signal's reason once it is aborted
 */
export async function printDocuments(options: PrintDocumentsOptions): Promise<void> {
  const { settings, cluster, signal, print, onTrouble } = options;
  const clock = systemClock;
  const clusterId = await clusterIdNow(settings.cluster.id, cluster, { clock, signal });
  const transform = new EventTransform(settings, clusterId, clock);
  const sink = new PrintedEvents({
    lineOf: (event) => {
      const document = transform.apply(event);
      return typeof document === 'object' ? documentText(document) : undefined;
    },
    print,
  });
  const { firstStart, source } = settings;
  await readFor(sink, { cluster, source, firstStart, clock, once: options.once, signal, onTrouble });
}
