import type { Clock } from '../../../src/common/clock.js';
import type { EventFields } from '../../../src/events/document/event-fields.js';
import { EventSource } from '../../../src/events/source/event-source.js';
import type { EventSourceOptions } from '../../../src/events/source/event-source-options.js';
import type { EventSink, SourceListener, SourceState } from '../../../src/events/source/source-types.js';
import { fixedCredentials } from '../../../src/kube/api-server.js';
import { Cluster } from '../../../src/kube/cluster.js';
import { fastClock } from '../cluster/test-cluster.js';
import type { RequestKind } from './api-faults.js';
import { EventCorpus } from './event-corpus.js';
import { EventStore } from './event-store.js';
import { type FakeEventsApi, startFakeEventsApi } from './fake-events-api.js';

/** A sink that remembers what it is told. */
export class RecordingSink implements EventSink {
  /** `<uid>-<resourceVersion>` of each event, as often as it came. */
  readonly ids: string[] = [];
  /** Versions of which it was told that everything up to them is told. */
  readonly marks: string[] = [];
  timesBegunAnew = 0;
  #hasRoom = true;
  #waiting: (() => void)[] = [];

  event({ uid, resourceVersion }: EventFields): void {
    this.ids.push(`${uid}-${resourceVersion}`);
  }

  upTo(resourceVersion: string): void {
    this.marks.push(resourceVersion);
  }

  versionsBeganAnew(): void {
    this.timesBegunAnew += 1;
  }

  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  set hasRoom(hasRoom: boolean) {
    this.#hasRoom = hasRoom;
    if (!hasRoom) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async untilRoom(): Promise<void> {
    while (!this.#hasRoom) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** How often events came again. */
  get duplicates(): number {
    return this.ids.length - new Set(this.ids).size;
  }
}

/** A listener that remembers what it is told. */
export class RecordingListener implements SourceListener {
  readonly states: SourceState[] = [];
  readonly lines: string[] = [];
  readonly ends: string[] = [];
  readonly relists: string[] = [];
  readonly notices: string[] = [];
  readonly troubles: { readonly message: string; readonly isRefusal: boolean }[] = [];

  onState(state: SourceState): void {
    this.states.push(state);
  }
  onLine(type: string): void {
    this.lines.push(type);
  }
  onEnd(reason: string): void {
    this.ends.push(reason);
  }
  onRelist(reason: string): void {
    this.relists.push(reason);
  }
  onNotice(message: string): void {
    this.notices.push(message);
  }
  onTrouble(message: string, isRefusal: boolean): void {
    this.troubles.push({ message, isRefusal });
  }
}

/** Options of {@link SourceBench.start}. */
export interface SourceBenchOptions {
  readonly store?: EventStore;
  readonly api?: Omit<Parameters<typeof startFakeEventsApi>[0], 'store'>;
  /** @default waits pass 20 times faster than real time */
  readonly clock?: Clock;
}

/** An API server and a source that reads it, without the rest of the forwarder. */
export class SourceBench {
  readonly sink = new RecordingSink();
  readonly listener = new RecordingListener();
  readonly corpus = new EventCorpus();
  readonly #stop = new AbortController();
  readonly #cluster: Cluster;
  #run: Promise<void> | undefined;

  private constructor(
    readonly store: EventStore,
    readonly api: FakeEventsApi,
    readonly clock: Clock,
  ) {
    const server = { context: 'test', trust: {}, credentials: fixedCredentials({ headers: {} }) };
    this.#cluster = Cluster.connect({ ...server, url: new URL(api.url) }, { clock });
  }

  static async start(options: SourceBenchOptions = {}): Promise<SourceBench> {
    const { store = new EventStore(), clock = fastClock(20) } = options;
    return new SourceBench(store, await startFakeEventsApi({ store, ...options.api }), clock);
  }

  /** A source that does not run yet. */
  source(
    options: Partial<Omit<EventSourceOptions, 'settings'>> & Partial<EventSourceOptions['settings']> = {},
  ) {
    const { namespaces = { include: [], exclude: [] }, replayPerSecond = 0, ...rest } = options;
    const { fieldSelector, labelSelector } = options;
    const { sink, listener, clock } = this;
    return new EventSource({
      cluster: this.#cluster,
      settings: { namespaces, replayPerSecond, fieldSelector, labelSelector },
      firstStart: 'retained',
      sink,
      listener,
      clock,
      ...rest,
    });
  }

  /** Runs a source up to {@link close}. */
  run(...options: Parameters<SourceBench['source']>): void {
    this.#run = this.source(...options).run(this.#stop.signal);
  }

  /** Makes some events. */
  create(count = 1): void {
    for (let made = 0; made < count; made++) this.store.create(this.corpus.next());
  }

  /** Requests of a kind so far, without those for a single event: they ask at which version the server is. */
  asked(kind: RequestKind): number {
    return this.api.requests.filter((one) => one.kind === kind && one.query.get('limit') !== '1').length;
  }

  /** Ids of all states that the API server showed and the sink was not told. */
  get missing(): readonly string[] {
    const told = new Set(this.sink.ids);
    return this.store
      .states()
      .map(({ id }) => id)
      .filter((id) => !told.has(id));
  }

  /** Ends the source. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  async close(): Promise<void> {
    await this.stop();
    this.#cluster.client.close();
    this.api.close();
  }
}
