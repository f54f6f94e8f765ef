import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/log.js';
import type { Cluster } from '../kube/cluster.js';
import type { ShippingSettings } from './config/events-settings.js';
import type { ForwarderMetrics } from './forwarder-metrics.js';
import type { Health } from './health.js';
import type { StartingPoint } from './mark.js';
import type { DeadLetters } from './shipper/dead-letters.js';
import type { Spool } from './spool/spool.js';

/** Options of `Session`. */
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
