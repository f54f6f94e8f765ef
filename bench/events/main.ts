import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alignedTable, markdownTable } from '../table.js';
import { verdict } from '../verdict.js';
import { BARE, BUILT_COMMAND, CLIENT_NODE, type Contender, OURS } from './contenders.js';
import { HelperProcess } from './control.js';
import {
  type Bench,
  type BurstCost,
  measureBurst,
  measureIdle,
  measureLatency,
  measureSlowSink,
  measureStart,
} from './measure.js';

/**
 * Compares this project's events forwarder with what one would write with the usual client, and with the bound of reading
 * lines only: the same watch lines, one run on one machine, each contender a process of its own. They take turns; the
 * middle of several rounds counts. Needs Linux.
 */
const MEASUREMENTS = ['burst', 'slow-sink', 'idle', 'latency', 'start'] as const;
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    lines: { type: 'string', default: '100000' },
    only: { type: 'string', default: MEASUREMENTS.join() },
    command: { type: 'string', default: BUILT_COMMAND },
  },
});
const [rounds, lines] = [Number(flags.rounds), Number(flags.lines)];
const chosen = new Set(flags.only.split(','));
if (
  ![rounds, lines].every((value) => Number.isInteger(value) && value > 0) ||
  ![...chosen].every((name) => MEASUREMENTS.some((known) => known === name))
) {
  console.error(`--rounds and --lines take numbers, --only some of ${MEASUREMENTS.join()}`);
  process.exit(2);
}

const api = HelperProcess.start('api-server.js', [String(lines)]);
const sink = HelperProcess.start('sink.js');
const folder = mkdtempSync(join(tmpdir(), 'opni-logging-bench-'));
try {
  const bench: Bench = {
    api,
    sink,
    documents: await api.ask('documents'),
    place: {
      server: `http://127.0.0.1:${await api.ask<number>('port')}`,
      intake: `http://127.0.0.1:${await sink.ask<number>('port')}/log/ingest`,
      folder,
      lines,
      command: flags.command,
    },
  };
  const megabytes = (await api.ask<number>('bytes')) / 1e6;
  console.log(
    `${lines} lines (${megabytes.toFixed(0)} MB, ${bench.documents} documents), Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`,
  );
  if (chosen.has('burst')) await compareBursts(bench);
  if (chosen.has('slow-sink')) await slowSink(bench);
  if (chosen.has('idle')) await idle(bench);
  if (chosen.has('latency')) await latency(bench);
  if (chosen.has('start')) await start(bench);
} finally {
  api.stop();
  sink.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function compareBursts(bench: Bench): Promise<void> {
  const costs = new Map<Contender, BurstCost[]>([OURS, CLIENT_NODE, BARE].map((one) => [one, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [contender, results] of costs) {
      const cost = await measureBurst(bench, contender);
      console.error(
        `burst, round ${round} of ${rounds}: ${contender.name} ${cost.linesPerSecond.toFixed(0)} lines/s`,
      );
      results.push(cost);
    }
  }
  const middle = (contender: Contender, key: keyof BurstCost) =>
    median(costs.get(contender)!.map((cost) => cost[key]));
  const ratio = (other: Contender) => middle(OURS, 'linesPerSecond') / middle(other, 'linesPerSecond');
  const rows = [...costs.keys()].map((contender) => [
    contender.name,
    middle(contender, 'linesPerSecond').toFixed(0),
    contender === OURS ? '' : ratio(contender).toFixed(2),
    middle(contender, 'cpuMicrosPerLine').toFixed(1),
    middle(contender, 'peakMegabytes').toFixed(0),
  ]);
  const head = ['a burst, up to the last document', 'lines/s', 'ours / this', 'CPU µs/line', 'peak MB'];
  console.log(`${alignedTable([head, ...rows])}\n\n${markdownTable([head, ...rows])}\n`);
  verdict('burst, lines/s over @kubernetes/client-node', ratio(CLIENT_NODE), 2, true);
  verdict('burst, lines/s over bare lines', ratio(BARE), 0.5, true);
}

async function slowSink(bench: Bench): Promise<void> {
  const seconds = 30;
  console.error(`a burst with an intake of 50 documents/s, for ${seconds} s`);
  const { peakMegabytes, report } = await measureSlowSink(bench, seconds);
  console.log(
    `intake of 50 documents/s: ${report.documents} documents in ${report.requests} requests, ${report.refused} refused`,
  );
  verdict('burst with an intake of 50 documents/s, peak MB', peakMegabytes, 128);
}

async function idle(bench: Bench): Promise<void> {
  console.error('idle for 10 s');
  verdict('idle for 10 s, MB', await measureIdle(bench, 10), 75);
}

async function latency(bench: Bench): Promise<void> {
  const perSecond = 200;
  console.error(`${perSecond} events/s for 10 s`);
  const { medianMs, p99Ms, cpuPercent } = await measureLatency(bench, { perSecond, seconds: 10 });
  console.log(
    `${perSecond} events/s: p99 ${p99Ms.toFixed(1)} ms, ${cpuPercent.toFixed(1)} % of one processor`,
  );
  verdict(`${perSecond} events/s, line to intake, median ms`, medianMs, 20);
}

async function start(bench: Bench): Promise<void> {
  const times: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`start, round ${round} of ${rounds}`);
    times.push(await measureStart(bench));
  }
  verdict('start of the process to the first document, ms', median(times), 400);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
