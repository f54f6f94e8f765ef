import { type Clock, systemClock } from '../common/clock.js';
import { OpniLoggingError } from '../common/error.js';
import type { Logger } from '../common/log.js';
import type { Cluster } from '../kube/cluster.js';
import { clusterIdNow } from './cluster-identity.js';
import type { ShippingSettings } from './config/events-settings.js';
import { ForwarderMetrics } from './forwarder-metrics.js';
import { Health } from './health.js';
import { Session } from './session.js';
import { DeadLetters } from './shipper/dead-letters.js';

/** Options of {@link shipOnce}. */
export interface ShipOnceOptions {
  readonly settings: ShippingSettings;
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

/**
 * Ships the events that there are and ends: for a cluster that is new to the shipper, or after a loss. No Lease is taken and
 * no mark is moved; a forwarder that runs beside it is not disturbed, and what both send is one document in OpenSearch.
 *
 * @throws OpniLoggingError `cluster` when the events cannot be read, `io` when the shipper refuses some of them or all; the signal's reason
 * once it is aborted
 */
export async function shipOnce(options: ShipOnceOptions): Promise<void> {
  const { settings, cluster, log, signal, clock = systemClock } = options;
  const onTrouble = (message: string) => log.limited('once').warn(message);
  const clusterId = await clusterIdNow(settings.cluster.id, cluster, { clock, signal });
  const health = new Health(clock);
  const deadLetters =
    settings.deadLetters && (await DeadLetters.open({ ...settings.deadLetters, onTrouble, clock }));
  const session = new Session({
    settings,
    cluster,
    clusterId,
    start: { firstStart: 'retained' },
    deadLetters,
    clock,
    log,
    health,
    metrics: new ForwarderMetrics({
      mark: () => undefined,
      queueBytes: () => undefined,
      queueDocuments: () => undefined,
      spoolBytes: () => undefined,
      active: () => true,
      degraded: () => health.problems.length > 0,
    }),
  });
  try {
    const { documents, deadLetters: kept, lost } = await session.runOnce(signal);
    log.info('all events that there were are dealt with', { documents, deadLetters: kept, lost });
    if (lost === 0) return;
    const message = `${lost} of the documents were given up and are not kept`;
    const fix = 'the log says why; set deadLetters.folder to keep them';
    throw new OpniLoggingError('io', message, { problems: [{ message, fix }] });
  } finally {
    await deadLetters?.close();
  }
}
