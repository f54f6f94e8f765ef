import { setTimeout as delay } from 'node:timers/promises';
import type { Forwarder } from '../../../src/events/forwarder.js';
import type { SeenRequest } from './api-request.js';
import { Chance } from './chance.js';
import type { ShownState } from './event-ledger.js';
import { EventStore } from './event-store.js';
import { EventWorld } from './event-world.js';
import {
  API_DEEDS,
  CLUSTER_DEEDS,
  type Deed,
  type DeedContext,
  HISTORY_DEEDS,
  INTAKE_DEEDS,
} from './fault-deeds.js';
import { until } from './until.js';

const SPEED = 80;
const BATCH = 20;
const IN_FLIGHT = 3;
/** How long faults happen, in milliseconds of the fast clock. */
const FAULTS_MS = 10_000;
const nowMs = () => performance.timeOrigin + performance.now();

/** One run of random faults: the same for a seed, as far as the network is. */
export class FaultRun {
  /** What was done, and when. */
  readonly schedule: string[] = [];
  readonly #chance: Chance;
  readonly #later = new Set<{ readonly timer: NodeJS.Timeout; readonly work: () => void | Promise<void> }>();
  readonly #forwarders: Forwarder[] = [];
  readonly #stopped = new Set<Forwarder>();
  /** When all events were read anew because what happened since a mark was no longer known. */
  readonly #rereads: { readonly atMs: number; readonly mark: bigint }[] = [];
  #compactedTo = 0n;
  readonly #lasting = new Set<string>();
  #pending: Promise<unknown>[] = [];
  #isLeaseGone = false;
  /** Documents that may have come again. */
  #maxDuplicates = 0;
  #world!: EventWorld;

  constructor(
    readonly seed: number,
    private readonly spoolFolder: string | undefined,
  ) {
    this.#chance = new Chance(seed);
  }

  /** @throws Error with seed and schedule when something is missing, made up, or came too often */
  async run(): Promise<void> {
    const store = new EventStore({ nowMs });
    const onLog = (line: string) => this.#onLog(line);
    const settings = {
      shipper: { requestTimeoutMs: 100, maxBatchDocuments: BATCH, inFlight: IN_FLIGHT },
      standby: { leaseSeconds: 5 },
      ...(this.spoolFolder && { spool: { folder: this.spoolFolder, maxBytes: 16 * 1024 ** 2 } }),
    };
    const onRequest = (request: SeenRequest) => this.#world && this.#onRequest(request);
    this.#world = await EventWorld.start({ store, settings, speed: SPEED, onLog, api: { onRequest } });
    try {
      await this.#begin();
      await this.#faults();
      await this.#heal();
      await this.#check();
    } catch (error) {
      const text = this.schedule.join('\n  ');
      throw new Error(`EVENTS_RANDOM_SEED=${this.seed}\n  ${text}\n${String(error)}`, { cause: error });
    } finally {
      for (const { timer } of this.#later) clearTimeout(timer);
      await this.#world.close();
    }
  }

  /** The first mark is saved: from here on nothing may be missing that can still be read. */
  async #begin(): Promise<void> {
    const world = this.#world;
    world.create(this.#chance.between(0, 50));
    // Each has its own spool, so a second one would not know what the first one keeps.
    const count = this.spoolFolder ? 1 : this.#chance.between(1, 2);
    for (let made = 0; made < count; made += 1) this.#forwarders.push(await world.forwarder());
    for (const forwarder of this.#forwarders) await forwarder.start();
    await world.delivered();
    while (world.leaseMark === undefined) await delay(2);
  }

  async #faults(): Promise<void> {
    const { clock } = this.#world;
    const chance = this.#chance;
    const losesHistory = chance.is(0.5);
    const until = clock.now() + FAULTS_MS;
    const own: readonly Deed[] = [() => this.#restartOne(), () => this.#loseLease()];
    while (clock.now() < until) {
      const deeds = chance.is(0.5)
        ? CLUSTER_DEEDS
        : chance.of([
            API_DEEDS,
            INTAKE_DEEDS,
            API_DEEDS,
            INTAKE_DEEDS,
            own,
            losesHistory ? HISTORY_DEEDS : own,
          ]);
      const text = chance.of(deeds)(this.#context);
      this.schedule.push(`${Math.round(FAULTS_MS - until + clock.now())} ms: ${text}`);
      await clock.sleep(chance.between(0, 600));
    }
  }

  get #context(): DeedContext {
    return {
      world: this.#world,
      chance: this.#chance,
      during: (what, ms, begin, end) => {
        if (this.#lasting.has(what)) return;
        this.#lasting.add(what);
        const begun = begin();
        this.#pending.push(Promise.resolve(begun));
        this.#doLater(ms, async () => {
          await begun;
          await end();
          this.#lasting.delete(what);
        });
      },
      ambiguous: (requests) => {
        this.#maxDuplicates += requests * BATCH;
      },
      compacted: () => {
        this.#compactedTo = this.#world.store.revision;
      },
      leaseLost: () => {
        this.#isLeaseGone = true;
      },
    };
  }

  #doLater(ms: number, work: () => void | Promise<void>): void {
    const timer = setTimeout(() => {
      this.#later.delete(entry);
      this.#pending.push(Promise.resolve(work()));
    }, ms / SPEED);
    const entry = { timer, work };
    this.#later.add(entry);
  }

  #restartOne(): string {
    const forwarder = this.#chance.of(this.#forwarders);
    const name = `forwarder ${this.#forwarders.indexOf(forwarder)}`;
    if (this.#stopped.has(forwarder)) return `${name}: is stopped`;
    const drainMs = this.#chance.of([0, 0, 1000]);
    const ms = this.#chance.between(0, 3000);
    this.#stopped.add(forwarder);
    this.#pending.push(forwarder.stop(drainMs));
    this.#doLater(ms, async () => {
      await forwarder.start();
      this.#stopped.delete(forwarder);
    });
    return `${name}: stops with ${drainMs} ms to drain, starts after ${ms} ms`;
  }

  #loseLease(): string {
    const renewTime = new Date(this.#world.clock.wallMs()).toISOString().replace('Z', '000Z');
    this.#world.api.leases.write('opni', 'opni-events', {
      holderIdentity: 'somebody',
      leaseDurationSeconds: 1,
      renewTime,
    });
    return 'somebody takes the Lease, and is gone';
  }

  #onRequest({ kind, query }: SeenRequest): void {
    if (kind !== 'list' && query.get('sendInitialEvents') !== 'true') return;
    const { leaseMark } = this.#world;
    if (leaseMark === undefined && !this.#isLeaseGone) return;
    const mark = BigInt(leaseMark ?? 0);
    if (leaseMark === undefined || mark < this.#compactedTo) this.#rereads.push({ atMs: nowMs(), mark });
  }

  /** What was delivered behind the mark that a session begins with comes again, and what is still on its way. */
  #onLog(line: string): void {
    if (!line.includes('"shipping events"')) return;
    const { mark } = JSON.parse(line) as { readonly mark: string };
    const after = mark === 'none' ? 0n : BigInt(mark);
    const ids = this.#world.intake.ledger.ids;
    this.#maxDuplicates += ids.filter((id) => BigInt(id.slice(id.lastIndexOf('-') + 1)) > after).length;
    this.#maxDuplicates += IN_FLIGHT * BATCH;
  }

  async #heal(): Promise<void> {
    const { api } = this.#world;
    this.schedule.push('all is healed');
    const rest = [...this.#later];
    this.#later.clear();
    for (const { timer, work } of rest) {
      clearTimeout(timer);
      this.#pending.push(Promise.resolve(work()));
    }
    api.faults.heal();
    // What hangs is let go.
    api.cut('reset');
    while (this.#pending.length > 0) await Promise.all(this.#pending.splice(0));
  }

  async #check(): Promise<void> {
    const { intake } = this.#world;
    const { ledger } = intake;
    const missing = () =>
      this.#world.states.filter((state) => ledger.times(state.id) === 0 && !this.#isExcused(state));
    await until('it happens', () => missing().length === 0).catch(() => {
      throw new Error(`${missing().length} are missing, such as ${JSON.stringify(missing()[0])}`);
    });
    const excused = this.#world.states.filter((state) => this.#isExcused(state)).map(({ id }) => id);
    this.#world.check({ excused, maxDuplicates: this.#maxDuplicates });
  }

  /**
   * The contract excuses a state that came after the mark and was over before all events were read anew, where they had to
   * be: what happened since the mark was compacted away, or the mark was lost.
   */
  #isExcused({ toMs, resourceVersion }: ShownState): boolean {
    const version = BigInt(resourceVersion);
    return toMs !== undefined && this.#rereads.some(({ atMs, mark }) => toMs <= atMs && version > mark);
  }
}
