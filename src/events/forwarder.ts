import type { Clock } from '../common/clock.js';
import { systemClock } from '../common/clock.js';
import { messageOf } from '../common/error.js';
import type { Logger } from '../common/log.js';
import { Turns } from '../common/turns.js';
import type { Cluster } from '../kube/cluster.js';
import type { LeaseLock } from '../kube/lease-lock.js';
import { newHolder } from '../kube/lease-lock-options.js';
import { takeActiveLease } from './active-lease.js';
import { type RunEnd, shipWhileActive } from './active-turn.js';
import { clusterIdOf } from './cluster-identity.js';
import type { ShippingSettings } from './config/events-settings.js';
import { ForwarderMetrics } from './forwarder-metrics.js';
import { Health } from './health.js';
import { disabledAnnotations, KeptMark, type StartingPoint, startingPoint } from './mark.js';
import { Session } from './session.js';
import type { SpoolFiles } from './spool/files.js';
import { Storage } from './storage.js';

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
  /** Where spool and dead letters are. @default the files of this machine */
  readonly files?: SpoolFiles;
}

/** What one run has open. */
interface Run {
  readonly stop: AbortController;
  how: RunEnd;
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
  /** One name for all its turns: it does not wait for itself when it lost the Lease because the server was away. */
  readonly #holder: string;
  #run: Run | undefined;
  #session: Session | undefined;
  readonly #storage: Storage;
  /** Starting, stopping and disabling, one after another. */
  readonly #operations = new Turns();
  /** It was disabled, and the Lease may not tell. */
  #startsNow = false;
  /** Up to where it has delivered before; the Lease may not tell, or be gone. */
  #lastMark: string | undefined;
  /** Another replica is active, or was until this one ships. */
  #standsBy = false;
  #onBroken: (error: unknown) => void = () => undefined;
  /** Rejects when it broke and does nothing any more: a spool of another cluster, or a fault in the program. */
  readonly broken: Promise<never>;

  constructor(private readonly options: ForwarderOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#holder = options.holder ?? newHolder();
    this.#storage = new Storage({ ...options, clock: this.#clock });
    this.health = new Health(this.#clock);
    this.metrics = new ForwarderMetrics({
      mark: () => this.#session?.mark,
      queueBytes: () => this.#session?.queueBytes ?? 0,
      queueDocuments: () => this.#session?.queueDocuments ?? 0,
      spoolBytes: () => this.#storage.spool?.bytes ?? 0,
      active: () => this.health.activity === 'active',
      degraded: () => this.health.problems.length > 0,
    });
    this.broken = new Promise<never>((_, reject) => {
      this.#onBroken = reject;
    });
    // Whoever wants to know awaits it.
    this.broken.catch(() => undefined);
  }

  /** Begins to ship, or to stand by. Does nothing when it has begun; one that is {@link broken} is stopped first. */
  start(): Promise<void> {
    return this.#operations.take(async () => {
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
    return this.#operations.take(() => this.#end({ drainMs }));
  }

  /**
   * Stops and forgets: the watch ends, requests on their way are awaited for a short time, queue and spool are emptied.
   * Resolves only then; nothing is sent any more. The next start begins with the events of then. What an earlier process
   * left in the spool is forgotten too, also when nothing was started.
   *
   * @throws OpniLoggingError `io` when the spool could not be emptied; it can be called again
   */
  disable(): Promise<void> {
    return this.#operations.take(async () => {
      await this.#end('disable');
      // What the other one keeps in the Lease is right when this one has to take over.
      this.#startsNow = !this.#standsBy;
      this.#lastMark = undefined;
      await this.#storage.purge();
    });
  }

  async #end(how: RunEnd): Promise<void> {
    const run = this.#run;
    if (!run) return;
    run.how = how;
    run.stop.abort();
    await run.ended;
    this.#run = undefined;
  }

  async #work(run: Run): Promise<void> {
    const { settings, log } = this.options;
    const { signal } = run.stop;
    this.health.set('starting');
    try {
      const clusterId = await clusterIdOf(settings.cluster.id, this.options.cluster, {
        clock: this.#clock,
        signal,
        onTrouble: (message) => {
          this.health.bad('source', message, true);
          log
            .limited('cluster id')
            .warn('the id of the cluster is not known yet; events wait', { reason: message });
        },
      });
      if (clusterId === undefined) return;
      try {
        await this.#storage.open(clusterId);
        await this.#takeTurns(run, clusterId);
      } finally {
        await this.#storage.close();
      }
    } finally {
      this.health.set('off');
    }
  }

  /** Stands by, ships, and stands by again when the Lease was lost. */
  async #takeTurns(run: Run, clusterId: string): Promise<void> {
    const { log } = this.options;
    const { signal } = run.stop;
    while (!signal.aborted) {
      this.health.set('standby');
      const kept = new KeptMark(clusterId);
      const lock = await takeActiveLease({
        ...this.options,
        clock: this.#clock,
        holder: this.#holder,
        health: this.health,
        signal,
        annotations: () =>
          run.how === 'disable' && signal.aborted
            ? disabledAnnotations(clusterId)
            : kept.annotations(this.#session?.mark),
        onStandby: () => {
          this.#standsBy = true;
        },
      });
      if (!lock) return;
      this.health.set('active');
      try {
        do {
          const start = this.#startingPoint(lock, clusterId);
          this.#standsBy = false;
          kept.begin(start);
          const session = this.#openSession(start, lock, clusterId);
          this.#session = session;
          log.info('shipping events', { mark: session.mark ?? 'none' });
          await shipWhileActive({
            session,
            lock,
            spool: this.#storage.spool,
            stop: signal,
            how: () => run.how,
            clock: this.#clock,
            log,
          });
          if (session.mark !== undefined) this.#startsNow = false;
          this.#lastMark = session.mark;
          // Another session begins with what this one left on disk.
          if (!signal.aborted) await this.#storage.openSpool(clusterId);
        } while (!signal.aborted && lock.held);
      } finally {
        await lock.release();
        this.#session = undefined;
      }
    }
  }

  #startingPoint({ acquired: { annotations } }: LeaseLock, clusterId: string): StartingPoint {
    if (this.#startsNow) return { mark: undefined, firstStart: 'now' };
    const { firstStart } = this.options.settings;
    const own = { own: this.#lastMark, stoodBy: this.#standsBy, spool: this.#storage.spool };
    return startingPoint({ annotations, clusterId, firstStart, ...own });
  }

  #openSession(start: StartingPoint, lock: LeaseLock, clusterId: string): Session {
    const { settings, cluster, log } = this.options;
    return new Session({
      settings,
      cluster,
      clusterId,
      deadLetters: this.#storage.deadLetters,
      log,
      start,
      spool: this.#storage.spool,
      maySend: () => lock.held,
      clock: this.#clock,
      metrics: this.metrics,
      health: this.health,
    });
  }
}
