import type { Clock } from '../../common/clock.js';
import { OpniLoggingError } from '../../common/error.js';
import type { Cluster } from '../../kube/cluster.js';
import type { EventsSettings } from '../config/events-settings.js';
import { EventSource } from '../source/event-source.js';
import type { PrintedEvents } from './printed-events.js';

/** Options of {@link readFor}. */
export interface ReadForOptions {
  readonly cluster: Cluster;
  readonly source: EventsSettings['source'];
  readonly firstStart: 'retained' | 'now';
  readonly clock: Clock;
  /** Ends after the events that there are. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly onTrouble: (message: string) => void;
}

/**
 * Reads events for a person who waits: what needs somebody to mend it ends it at once.
 *
 * @throws OpniLoggingError `cluster` when the events may not be read; the signal's reason once it is aborted; what printing
 * failed with
 */
export async function readFor(sink: PrintedEvents, options: ReadForOptions): Promise<void> {
  const { cluster, source, firstStart, clock, once, signal, onTrouble } = options;
  const refused = new AbortController();
  // Said once for each outage, however often it is tried again.
  let told: string | undefined;
  const events = new EventSource({
    cluster,
    clock,
    firstStart,
    // Nothing is flooded by what is printed.
    settings: { ...source, replayPerSecond: 0 },
    sink,
    listener: {
      onState: (state) => {
        if (state === 'watching') told = undefined;
      },
      onLine: () => undefined,
      onEnd: () => undefined,
      onRelist: () => undefined,
      onNotice: onTrouble,
      onTrouble: (message, isRefusal) => {
        if (isRefusal) {
          const fix =
            'give the account the right to list and watch events, or log in with another one; --context chooses it';
          refused.abort(new OpniLoggingError('cluster', message, { problems: [{ message, fix }] }));
        } else if (message !== told) {
          told = message;
          onTrouble(message);
        }
      },
    },
  });
  const ended = AbortSignal.any([signal, refused.signal, sink.failed]);
  if (once) await events.runOnce(ended);
  else await events.run(ended);
  await sink.done();
  ended.throwIfAborted();
}
