import type { Clock } from '../../../src/common/clock.js';
import { createLogger } from '../../../src/common/log.js';
import type { EventsForwarderFile } from '../../../src/constructs/events-forwarder-config.js';
import type { ShippingSettings } from '../../../src/events/config/events-settings.js';
import { readEventsConfig } from '../../../src/events/config/read-events-config.js';
import { Forwarder } from '../../../src/events/forwarder.js';
import { MARK_ANNOTATION } from '../../../src/events/mark.js';
import type { SpoolFiles } from '../../../src/events/spool/files.js';
import { type ApiServer, fixedCredentials } from '../../../src/kube/api-server.js';
import { Cluster } from '../../../src/kube/cluster.js';
import { fastClock } from '../cluster/test-cluster.js';
import { EventCorpus } from './event-corpus.js';
import type { ShownState } from './event-ledger.js';
import { EventStore } from './event-store.js';
import { FakeDataPrepper } from './fake-data-prepper.js';
import { type FakeEventsApi, startFakeEventsApi } from './fake-events-api.js';
import type { FakeDataPrepperOptions } from './intake-behaviour.js';
import { checkDelivered } from './invariant.js';

/** Parts of `events.yaml`, at any depth. */
export type SomeSettings = {
  readonly [Key in keyof EventsForwarderFile]?: Partial<EventsForwarderFile[Key]>;
};

/** Options of {@link EventWorld.start}. */
export interface EventWorldOptions {
  readonly store?: EventStore;
  readonly api?: Omit<Parameters<typeof startFakeEventsApi>[0], 'store'>;
  readonly intake?: FakeDataPrepperOptions;
  readonly settings?: SomeSettings;
  /** How much faster than real time waits pass. @default 20 */
  readonly speed?: number;
  /** How forwarders reach the API server, other than at its address without credentials. */
  readonly server?: (api: FakeEventsApi) => Partial<ApiServer>;
  /** `standby.leaseSeconds`, also beyond what the file may say: for tests in which hours pass. */
  readonly leaseSeconds?: number;
  /** Where spool and dead letters are. @default the files of this machine */
  readonly files?: SpoolFiles;
  /** Told each line that a forwarder logs. @default nobody */
  readonly onLog?: (line: string) => void;
}

/** An API server, an intake, and forwarders between them, all in this process. */
export class EventWorld {
  readonly clock: Clock;
  /** Lines that forwarders logged. */
  readonly log: string[] = [];
  readonly corpus = new EventCorpus();
  readonly #forwarders: Forwarder[] = [];
  readonly #clusters: Cluster[] = [];
  #shownSince: number;

  private constructor(
    private readonly options: EventWorldOptions,
    readonly store: EventStore,
    readonly api: FakeEventsApi,
    readonly intake: FakeDataPrepper,
  ) {
    this.clock = fastClock(options.speed ?? 20);
    this.#shownSince = store.mark();
  }

  static async start(options: EventWorldOptions = {}): Promise<EventWorld> {
    const store = options.store ?? new EventStore();
    const api = await startFakeEventsApi({ store, ...options.api });
    const intake = await FakeDataPrepper.start(options.intake);
    return new EventWorld(options, store, api, intake);
  }

  /** A connection of its own to the API server. */
  connect(): Cluster {
    const cluster = Cluster.connect(
      {
        context: 'test',
        namespace: 'opni',
        url: new URL(this.api.url),
        trust: { insecure: true },
        credentials: fixedCredentials({ headers: {} }),
        ...this.options.server?.(this.api),
      },
      { clock: this.clock },
    );
    this.#clusters.push(cluster);
    return cluster;
  }

  /** The settings of the world with some on top. */
  async settings(more: SomeSettings = {}): Promise<ShippingSettings> {
    const parts = [{ cluster: { id: 'test-cluster' }, shipper: { url: this.intake.url } }];
    const merged: Record<string, object> = {};
    for (const part of [...parts, this.options.settings ?? {}, more]) {
      for (const [key, value] of Object.entries(part)) {
        merged[key] =
          typeof value === 'object' ? { ...merged[key], ...(value as object) } : (value as unknown as object);
      }
    }
    const text = JSON.stringify(merged);
    const files = {
      info: async () => ({ kind: 'file' as const, bytes: text.length }),
      read: async () => new TextEncoder().encode(text),
      list: async () => [],
    };
    const settings = await readEventsConfig({ file: 'events.yaml', flags: {}, cwd: '/', files });
    const { leaseSeconds = settings.standby.leaseSeconds } = this.options;
    return { ...settings, standby: { ...settings.standby, leaseSeconds } };
  }

  /** A forwarder that has not been started. */
  async forwarder(more: SomeSettings = {}, clock = this.clock): Promise<Forwarder> {
    const forwarder = new Forwarder({
      settings: await this.settings(more),
      cluster: this.connect(),
      namespace: 'opni',
      clock,
      log: createLogger({ level: 'debug', clock, write: (line) => this.#logged(line) }),
      files: this.options.files,
    });
    this.#forwarders.push(forwarder);
    return forwarder;
  }

  #logged(line: string): void {
    this.log.push(line);
    this.options.onLog?.(line);
  }

  /** Makes some events, each of another name. */
  create(count = 1): void {
    for (let made = 0; made < count; made++) this.store.create(this.corpus.next());
  }

  /** The mark that the Lease keeps. */
  get leaseMark(): string | undefined {
    const annotations = this.api.leases.get('opni', 'opni-events')?.metadata['annotations'];
    return (annotations as Record<string, string> | undefined)?.[MARK_ANNOTATION];
  }

  /** What is shown from now on counts in {@link check}. */
  countFromNow(): void {
    this.#shownSince = this.store.mark();
  }

  /** All states that the API server showed. */
  get states(): readonly ShownState[] {
    return this.store.states(this.#shownSince);
  }

  /** Their ids. */
  get shown(): readonly string[] {
    return this.states.map(({ id }) => id);
  }

  /** Waits until everything that was shown has arrived. */
  async delivered(timeoutMs = 15_000): Promise<void> {
    const { ledger } = this.intake;
    await ledger.waitUntil(
      () => this.shown.every((id) => ledger.times(id) > 0),
      timeoutMs,
      () => 'all events arrive',
    );
  }

  /** Fails when something is missing, or came more often than it may. */
  check(more: Partial<Parameters<typeof checkDelivered>[0]> = {}): void {
    checkDelivered({ shown: this.shown, ledger: this.intake.ledger, ...more });
  }

  async close(): Promise<void> {
    await Promise.all(this.#forwarders.map((forwarder) => forwarder.stop(0)));
    for (const cluster of this.#clusters) cluster.client.close();
    this.api.close();
    await this.intake.close();
  }
}
