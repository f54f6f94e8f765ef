import type { Clock } from '../common/clock.js';
import { messageOf } from '../common/error.js';
import type { Logger } from '../common/log.js';
import { failureIn } from '../kube/api-failure.js';
import type { Cluster } from '../kube/cluster.js';
import type { Annotations } from '../kube/lease.js';
import { LeaseLock } from '../kube/lease-lock.js';
import { backOffMs, retryPolicy } from '../kube/retry.js';
import type { ShippingSettings } from './config/events-settings.js';
import type { Health } from './health.js';

/** Options of {@link takeActiveLease}. */
export interface ActiveLeaseOptions {
  readonly settings: Pick<ShippingSettings, 'standby'>;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  /** @default a name of its own for each run */
  readonly holder?: string;
  /** What the Lease shall keep. */
  readonly annotations: () => Annotations;
  /** Another replica is the active one. */
  readonly onStandby: () => void;
  readonly signal: AbortSignal;
}

const BACK_OFF = retryPolicy({ firstDelayMs: 1000, maxDelayMs: 15_000 });

/**
 * Waits until this replica is the active one, whatever the API server says meanwhile.
 *
 * @returns undefined when the signal was aborted before
 */
export async function takeActiveLease(options: ActiveLeaseOptions): Promise<LeaseLock | undefined> {
  const { clock, log, health, signal } = options;
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await takeOnce(options);
    } catch (error) {
      if (signal.aborted) return undefined;
      health.bad('lease', messageOf(error), true);
      log.limited('lease').error('the Lease cannot be taken; trying again', { error });
      const delayMs = backOffMs(BACK_OFF, failures, () => clock.random());
      await clock.sleep(delayMs, signal).catch(() => undefined);
    }
  }
  return undefined;
}

function takeOnce(options: ActiveLeaseOptions): Promise<LeaseLock> {
  const { settings, cluster, namespace, clock, log, health, holder, annotations, onStandby, signal } =
    options;
  return LeaseLock.acquire({
    cluster,
    clock,
    place: { namespace, name: settings.standby.leaseName },
    durationMs: settings.standby.leaseSeconds * 1000,
    waitMs: Number.POSITIVE_INFINITY,
    holder,
    signal,
    annotations,
    onWait: (other) => {
      onStandby();
      log.info('standing by', { active: other });
    },
    onWorking: () => health.good('lease'),
    onTrouble: (error) => {
      // Somebody has to give the right; anything else passes by itself.
      const isRefusal = [401, 403].includes(failureIn(error)?.status ?? 0);
      health.bad('lease', messageOf(error), isRefusal);
      log.limited('lease').warn('the Lease cannot be renewed or read now; trying again', { error });
    },
  });
}
