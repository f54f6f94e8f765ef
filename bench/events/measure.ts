import { setTimeout as delay } from 'node:timers/promises';
import type { EventsForwarderFile } from '../../src/constructs/events-forwarder-config.js';
import { type Contender, OURS, type Place } from './contenders.js';
import type { HelperProcess } from './control.js';
import type { MeasuredProcess } from './measured-process.js';
import type { SinkReport, SinkSettings } from './sink.js';

/** Both ends of a contender, and where it works. */
export interface Bench {
  readonly api: HelperProcess;
  readonly sink: HelperProcess;
  readonly place: Place;
  /** Documents that come of all lines. */
  readonly documents: number;
}

/** What a burst cost a contender. */
export interface BurstCost {
  readonly linesPerSecond: number;
  readonly cpuMicrosPerLine: number;
  readonly peakMegabytes: number;
}

/** How a run begins. */
interface RunSettings {
  readonly sink?: Partial<SinkSettings>;
  /** Events that are there from before. @default 0 */
  readonly retained?: number;
  readonly file?: Partial<EventsForwarderFile>;
}

/** Starts a contender on ends that have forgotten the run before, and ends it after the work. */
async function withContender<T>(
  { api, sink, place, documents }: Bench,
  contender: Contender,
  { sink: sinkSettings, retained = 0, file }: RunSettings,
  work: (running: MeasuredProcess) => Promise<T>,
): Promise<T> {
  await api.ask('reset', { retained });
  await sink.ask('reset', { expected: documents, ...sinkSettings } satisfies SinkSettings);
  const running = await contender.start(place, file);
  try {
    await running.bring(api.ask('watched'));
    return await work(running);
  } finally {
    await running.stop();
  }
}

/** How long a contender may settle once it watches, in milliseconds. */
const SETTLE_MS = 500;

/** All lines at once, up to the arrival of the last document. Start-up does not count. */
export function measureBurst(bench: Bench, contender: Contender): Promise<BurstCost> {
  const { api, sink, place } = bench;
  return withContender(bench, contender, {}, async (running) => {
    await delay(SETTLE_MS);
    const before = running.usage();
    const startedAtMs = await api.ask<number>('burst');
    const done = contender.isSending ? sink.ask<number>('done') : running.said(/^done (\d+\.?\d*)$/m);
    const doneAtMs = await running.bring(done);
    const after = running.usage();
    return {
      linesPerSecond: (place.lines / (doneAtMs - startedAtMs)) * 1000,
      cpuMicrosPerLine: ((after.cpuMs - before.cpuMs) / place.lines) * 1000,
      peakMegabytes: after.peakMegabytes,
    };
  });
}

/** What a burst does to memory while the intake takes 50 documents per second. */
export function measureSlowSink(
  bench: Bench,
  seconds: number,
): Promise<{ readonly peakMegabytes: number; readonly report: SinkReport }> {
  const sink = { documentsPerSecond: 50 };
  return withContender(bench, OURS, { sink }, async (running) => {
    await delay(SETTLE_MS);
    await bench.api.ask('burst');
    await running.bring(delay(seconds * 1000));
    return { peakMegabytes: running.usage().peakMegabytes, report: await bench.sink.ask('report') };
  });
}

/** Memory after some time of quiet, in megabytes. */
export function measureIdle(bench: Bench, seconds: number): Promise<number> {
  return withContender(bench, OURS, {}, async (running) => {
    await running.bring(delay(seconds * 1000));
    return running.usage().residentMegabytes;
  });
}

/** From the writing of a line to the arrival of its document, at a steady rate. */
export function measureLatency(
  bench: Bench,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<{ readonly medianMs: number; readonly p99Ms: number; readonly cpuPercent: number }> {
  const expected = perSecond * seconds;
  return withContender(bench, OURS, { sink: { expected, timed: true } }, async (running) => {
    await delay(SETTLE_MS);
    const before = running.usage();
    await running.bring(bench.api.ask('steady', { perSecond, seconds }));
    await running.bring(bench.sink.ask('done'), 10_000);
    const cpuMs = running.usage().cpuMs - before.cpuMs;
    const { latenciesMs } = await bench.sink.ask<SinkReport>('report');
    // The first second warms the program up.
    const sorted = latenciesMs.slice(perSecond).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
    return { medianMs: at(0.5), p99Ms: at(0.99), cpuPercent: cpuMs / seconds / 10 };
  });
}

/** From the start of the process to the arrival of an event from before, in milliseconds. */
export function measureStart(bench: Bench): Promise<number> {
  const settings: RunSettings = { sink: { expected: 1 }, retained: 1, file: { firstStart: 'retained' } };
  return withContender(bench, OURS, settings, async (running) => {
    return (await running.bring(bench.sink.ask<number>('first'), 20_000)) - running.startedAtMs;
  });
}
