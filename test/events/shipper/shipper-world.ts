import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Forwarder } from '../../../src/events/forwarder.js';
import { DEAD_LETTERS_NAME } from '../../../src/events/shipper/dead-letters.js';
import { EventWorld, type EventWorldOptions, type SomeSettings } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';

const MIB = 1024 ** 2;
const MINUTES = 60_000;

/** A document that was given up, as its file tells it. */
export interface KeptLetter {
  readonly status: number;
  readonly reason: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** A world for tests of the shipper's side: with a folder of its own, and a Lease that is not lost on a slow machine. */
export class ShipperWorld {
  private constructor(
    readonly world: EventWorld,
    readonly folder: string,
  ) {}

  static async start(options: EventWorldOptions = {}): Promise<ShipperWorld> {
    const speed = options.speed ?? 20;
    // Fifteen seconds of real time.
    const world = await EventWorld.start({ ...options, speed, leaseSeconds: 15 * speed });
    return new ShipperWorld(world, mkdtempSync(join(tmpdir(), 'events-')));
  }

  get spoolFolder(): string {
    return join(this.folder, 'spool');
  }

  /** Settings that spool in the folder of the world. */
  get spooled(): SomeSettings {
    return { spool: { folder: this.spoolFolder, maxBytes: 64 * MIB } };
  }

  /** Settings that keep dead letters in the folder of the world. */
  deadLetters(maxBytes = 16 * MIB): SomeSettings {
    return { deadLetters: { folder: join(this.folder, 'dead'), maxBytes } };
  }

  /** Segments of the spool. */
  get segments(): readonly string[] {
    return existsSync(this.spoolFolder)
      ? readdirSync(this.spoolFolder).filter((name) => !name.startsWith('cursor'))
      : [];
  }

  /** What is in the dead letters. */
  get letters(): readonly KeptLetter[] {
    const file = join(this.folder, 'dead', DEAD_LETTERS_NAME);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as KeptLetter);
  }

  /**
   * Starts a forwarder, and waits until it watches where there are no events yet: one that is cut off while it reads those
   * that there are, as a slow machine with a fast clock looks to it, reads them once more.
   */
  async forward(more: SomeSettings = {}): Promise<Forwarder> {
    const forwarder = await this.world.forwarder(more);
    const from = this.world.log.length;
    await forwarder.start();
    const watches = () => this.world.log.slice(from).some((line) => line.includes('"state":"watching"'));
    if (this.world.store.size === 0) await until('it watches', watches);
    return forwarder;
  }

  /** Whether all events that there were so far are delivered or on disk, by what the forwarder says of itself. */
  isAllKept(forwarder: Forwarder): boolean {
    const mark = /_rv_mark (\d+)\n/.exec(forwarder.metrics.registry.text())?.[1] ?? '0';
    const newest = this.world.shown.at(-1)?.split('-').at(-1) ?? '0';
    return BigInt(mark) >= BigInt(newest);
  }

  /** Lets minutes of the world's clock pass. */
  minutes(count: number): Promise<void> {
    return this.world.clock.sleep(count * MINUTES);
  }

  /** What was logged at these levels. */
  logged(...levels: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
    return this.world.log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ level }) => levels.includes(String(level)));
  }

  async close(): Promise<void> {
    await this.world.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The value of a metric with these labels, as in `posts_total{code="200"}`; 0 when there is none. */
export function metricOf({ metrics }: Forwarder, name: string): number {
  const line = metrics.registry
    .text()
    .split('\n')
    .find((text) => text.startsWith(`opni_logging_events_${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** What is wrong with a forwarder in one part. */
export const problemOf = ({ health }: Forwarder, part: string): string | undefined =>
  health.problems.find((problem) => problem.part === part)?.message;
