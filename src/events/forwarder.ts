import type { Clock } from '../common/clock.js';
import { systemClock } from '../common/clock.js';
import { messageOf, OpniLoggingError } from '../common/error.js';
import type { Logger } from '../common/log.js';
import type { Cluster } from '../kube/cluster.js';
import { LeaseLock } from '../kube/lease-lock.js';
import { backOffMs, retryPolicy } from '../kube/retry.js';
import { clusterIdOf } from './cluster-identity.js';
import type { ShippingSettings } from './config/events-settings.js';
import { ForwarderMetrics } from './forwarder-metrics.js';
import { Health } from './health.js';
import { disabledAnnotations, markAnnotations, startingPoint } from './mark.js';
import { Session } from './session.js';
import { DeadLetters } from './shipper/dead-letters.js';
import { Spool } from './spool/spool.js';

/** Options of {@link Forwarder}. */
export interface ForwarderOptions {
  readonly settings: ShippingSettings;
  readonly cluster: Cluster;
  /** Namespace of the Lease. */
  readonly namespace: string;
  readonly log: Logger;
  /** @default the clock of this machine */
  readonly clock?: Clock;
  /** Name of this replica, new for each run. @default host name, process and a random part */
  readonly holder?: string;
}

/** How requests that are on their way are dealt with when forwarding is disabled, in milliseconds. */
const FINISH_MS = 5000;
/** How often it is tried to note that a hole in the spool is healing, in milliseconds. */
const HEAL_AGAIN_MS = 1000;
const LEASE_BACK_OFF = retryPolicy({ firstDelayMs: 1000, maxDelayMs: 15_000 });

/** What one run has open. */
interface Run {
  readonly stop: AbortController;
  how: { readonly drainMs: number } | 'disable';
  readonly ended: Promise<void>;
}

/**
 * Ships the events of a cluster: one replica at a time, each event at least once, from the mark of the one before. It
 * tries on until it is stopped, whatever happens to the API server, the shipper and the network.
 */
export class Forwarder {
  readonly health: Health;
  readonly metrics: ForwarderMetrics;
  readonly #clock: Clock;
  #run: Run | undefined;
  #session: Session | undefined;
  #spool: Spool | undefined;
  #lastOperation: Promise<void> = Promise.resolve();
  #onBroken: (error: unknown) => void = () => undefined;
  /** Rejects when it broke and does nothing any more: a spool of another cluster, or a fault in the program. */
  readonly broken: Promise<never>;

  constructor(private readonly options: ForwarderOptions) {
    this.#clock = options.clock ?? systemClock;
    this.health = new Health(this.#clock);
    this.metrics = new ForwarderMetrics({
      mark: () => this.#session?.mark,
      queueBytes: () => this.#session?.queueBytes ?? 0,
      queueDocuments: () => this.#session?.queueDocuments ?? 0,
      spoolBytes: () => this.#spool?.bytes ?? 0,
      active: () => this.health.activity === 'active',
      degraded: () => this.health.problems.length > 0,
    });
    this.broken = new Promise<never>((_, reject) => {
      this.#onBroken = reject;
    });
    // Whoever wants to know awaits it.
    this.broken.catch(() => undefined);
  }

  /** Begins to ship, or to stand by. Does nothing when it has begun. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#run) return;
      const stop = new AbortController();
      const run: Run = { stop, how: { drainMs: 0 }, ended: Promise.resolve() };
      const ended = this.#work(run).catch((error: unknown) => {
        this.options.log.error('the events forwarder ended', { error });
        this.health.bad('source', messageOf(error), true);
        this.#onBroken(error);
      });
      this.#run = Object.assign(run, { ended });
    });
  }

  /**
   * Stops. What was read is delivered, as far as time allows; the rest goes to the spool, or is read again after the next
   * start.
   *
   * @param drainMs time for that, in milliseconds @default that of the settings
   */
  stop(drainMs = this.options.settings.drainSeconds * 1000): Promise<void> {
    return this.#inTurn(() => this.#end({ drainMs }));
  }

  /**
   * Stops and forgets: the watch ends, requests on their way are awaited for a short time, queue and spool are emptied.
   * Resolves only then; nothing is sent any more. The next start begins with the events of then.
   */
  disable(): Promise<void> {
    return this.#inTurn(() => this.#end('disable'));
  }

  async #end(how: Run['how']): Promise<void> {
    const run = this.#run;
    if (!run) return;
    run.how = how;
    run.stop.abort();
    await run.ended;
    this.#run = undefined;
  }

  #inTurn(operation: () => Promise<void>): Promise<void> {
    this.#lastOperation = this.#lastOperation.then(operation);
    return this.#lastOperation;
  }

  async #work(run: Run): Promise<void> {
    const { settings, log } = this.options;
    const { signal } = run.stop;
    const clock = this.#clock;
    this.health.set('starting');
    try {
      const clusterId = await clusterIdOf(settings.cluster.id, this.options.cluster, {
        clock,
        signal,
        onTrouble: (message) => {
          this.health.bad('source', message, true);
          log
            .limited('cluster id')
            .warn('the id of the cluster is not known yet; events wait', { reason: message });
        },
      });
      if (clusterId === undefined) return;
      await this.#openSpool(clusterId);
      const deadLetters =
        settings.deadLetters &&
        (await DeadLetters.open({ ...settings.deadLetters, onTrouble: this.#diskTrouble, clock }));
      try {
        await this.#takeTurns(run, clusterId, deadLetters);
      } finally {
        if (run.how === 'disable') await this.#spool?.purge();
        await this.#spool?.close();
        await deadLetters?.close();
        this.#spool = undefined;
      }
    } finally {
      this.health.set('off');
    }
  }

  /** Stands by, ships, and stands by again when the Lease was lost. */
  async #takeTurns(run: Run, clusterId: string, deadLetters: DeadLetters | undefined): Promise<void> {
    const { log } = this.options;
    const { signal } = run.stop;
    for (let failures = 0; !signal.aborted; ) {
      this.health.set('standby');
      let lock: LeaseLock;
      let session: Session | undefined;
      const annotations = () =>
        run.how === 'disable' && signal.aborted
          ? disabledAnnotations(clusterId)
          : markAnnotations(session?.mark, clusterId);
      try {
        lock = await this.#takeLease(annotations, signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        this.health.bad('lease', messageOf(error), true);
        log.limited('lease').error('the Lease cannot be taken; trying again', { error });
        const random = () => this.#clock.random();
        await this.#clock.sleep(backOffMs(LEASE_BACK_OFF, failures, random), signal).catch(() => undefined);
        continue;
      }
      this.health.set('active');
      try {
        do {
          session = this.#openSession(lock, clusterId, deadLetters);
          this.#session = session;
          log.info('shipping events', { mark: session.mark ?? 'none' });
          await this.#ship(session, lock, run);
          // Another session begins with what this one left on disk.
          if (!signal.aborted) await this.#openSpool(clusterId);
        } while (!signal.aborted && lock.held);
      } finally {
        await lock.release();
        this.#session = undefined;
      }
    }
  }

  async #openSpool(clusterId: string): Promise<void> {
    const { spool } = this.options.settings;
    await this.#spool?.close();
    this.#spool = spool && (await Spool.open({ ...spool, clusterId, onTrouble: this.#diskTrouble }));
  }

  #diskTrouble = (message: string) => this.options.log.limited('disk').warn(message);

  #takeLease(annotations: () => Record<string, string | undefined>, signal: AbortSignal): Promise<LeaseLock> {
    const { cluster, namespace, settings, holder, log } = this.options;
    return LeaseLock.acquire({
      cluster,
      clock: this.#clock,
      place: { namespace, name: settings.standby.leaseName },
      durationMs: settings.standby.leaseSeconds * 1000,
      waitMs: Number.POSITIVE_INFINITY,
      holder,
      signal,
      annotations,
      onWait: (other) => log.info('standing by', { active: other }),
      onTrouble: (error) => {
        if (error instanceof OpniLoggingError) this.health.bad('lease', messageOf(error), false);
        log.limited('lease').warn('the Lease cannot be renewed or read now; trying again', { error });
      },
    });
  }

  #openSession(lock: LeaseLock, clusterId: string, deadLetters: DeadLetters | undefined): Session {
    const { settings, cluster, log } = this.options;
    return new Session({
      settings,
      cluster,
      clusterId,
      deadLetters,
      log,
      start: startingPoint(lock.acquired.annotations, clusterId, settings.firstStart, this.#spool),
      spool: this.#spool,
      maySend: () => lock.held,
      clock: this.#clock,
      metrics: this.metrics,
      health: this.health,
    });
  }

  /** One session, up to the end of the run or the loss of the Lease. */
  async #ship(session: Session, lock: LeaseLock, run: Run): Promise<void> {
    const { log } = this.options;
    const over = AbortSignal.any([run.stop.signal, lock.lost, session.holed]);
    const ended = new Promise<void>((resolve) => {
      if (over.aborted) resolve();
      over.addEventListener('abort', () => resolve(), { once: true });
    });
    const running = session.run();
    const broke = new AbortController();
    const healing = this.#heal(lock, AbortSignal.any([over, broke.signal]));
    try {
      await Promise.race([running, ended]);
    } finally {
      broke.abort();
      await healing;
    }
    if (lock.lost.aborted) {
      log.warn('the Lease was lost; standing by', { error: lock.lost.reason });
      await session.end();
    } else if (!run.stop.signal.aborted) {
      log.warn('records in the spool are damaged; their events are read again');
      await session.end({ finishMs: FINISH_MS });
    } else if (run.how === 'disable') {
      await session.end({ finishMs: FINISH_MS });
      session.purge();
    } else {
      await session.end({ drainMs: run.how.drainMs });
      await session.keepRest();
      log.info('stopped', { mark: session.mark ?? 'none', left: session.queueDocuments });
    }
    await running;
  }

  /** Events are read again that a hole in the spool lost. That is over only when the Lease tells how far it has come. */
  async #heal(lock: LeaseLock, signal: AbortSignal): Promise<void> {
    const spool = this.#spool;
    while (spool?.needsReading && !signal.aborted) {
      const isKept = await lock.save(signal).catch(() => false);
      if (isKept) await spool.healed();
      else await this.#clock.sleep(HEAL_AGAIN_MS, signal).catch(() => undefined);
    }
  }
}
