import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { alignedTable, markdownTable } from '../table.js';
import { verdict } from '../verdict.js';
import {
  APP_SYNTH,
  CDK8S_SYNTH,
  COMMAND,
  type Contender,
  type Cost,
  leastCpu,
  measure,
  median,
  OURS,
  WORK_ROOT,
} from './measure.js';
import { fitQuadratic } from './quadratic.js';

/**
 * Compares this project's synthesis with `cdk8s synth` and with a plain `App.synth()`: the same objects, one machine,
 * one run, each measurement in processes of its own.
 *
 * cdk8s takes hours for large fleets, so beyond the sizes that are measured its cost comes from the quadratic fitted
 * to these, and is marked as extrapolated.
 */
const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1,100,1000,5000' },
    full: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const sizes = (flags.quick ? '1,100' : flags.sizes).split(',').map(Number);
if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
  console.error('--sizes takes numbers of clusters divided by commas, as in --sizes=1,100,1000');
  process.exit(2);
}
const cdk8sSizes = flags.quick ? [1, 40, 100] : flags.full ? [1, 100, 300, 1000] : [1, 100, 300];

/** Costs of one size; the cost of cdk8s may come from the fit. */
interface Row {
  readonly contender: Contender;
  readonly size: number;
  readonly wallSeconds: number;
  readonly cost?: Cost;
}

function measureAll(contender: Contender, measured: readonly number[]): Row[] {
  return measured.map((size) => {
    process.stderr.write(`measuring ${contender.name} with ${size} ${size === 1 ? 'cluster' : 'clusters'}\n`);
    const cost = size === 1 ? median(contender, size, 5) : measure(contender, size);
    return { contender, size, wallSeconds: cost.wallSeconds, cost };
  });
}

/** The lesser of wall and CPU time is fitted, so that other work on the machine does not make cdk8s look slow. */
function extrapolated(contender: Contender, measured: readonly Row[]): Row[] {
  const points = measured.map(({ size, cost }) => ({
    size,
    cost: Math.min(cost!.wallSeconds, cost!.cpuSeconds),
  }));
  const predict = fitQuadratic(points);
  return sizes
    .filter((size) => !measured.some((row) => row.size === size))
    .map((size) => ({ contender, size, wallSeconds: predict(size) }));
}

const ours = measureAll(OURS, sizes);
const command = COMMAND ? measureAll(COMMAND, [1]) : [];
const others = [CDK8S_SYNTH, APP_SYNTH].flatMap((contender) => {
  const measured = measureAll(contender, cdk8sSizes);
  return [...measured, ...extrapolated(contender, measured)];
});
const all = [...ours, ...command, ...others].sort((a, b) => a.size - b.size);
const ourTime = (size: number) => ours.find((row) => row.size === size)?.wallSeconds;

const head = ['contender', 'clusters', 'wall s', 'CPU s', 'peak MB', 'times ours', 'objects', ''];
const rows = all.map(({ contender, size, wallSeconds, cost }) => {
  const base = ourTime(size);
  return [
    contender.name,
    String(size),
    wallSeconds.toFixed(2),
    cost?.cpuSeconds.toFixed(2) ?? '',
    cost?.peakMegabytes.toFixed(0) ?? '',
    base === undefined ? '' : (wallSeconds / base).toFixed(1),
    String(cost?.objects ?? ''),
    cost === undefined ? 'extrapolated' : 'measured',
  ];
});
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, files in ${WORK_ROOT}\n`,
);
console.log(`${alignedTable([head, ...rows])}\n\n${markdownTable([head, ...rows])}\n`);

/** Time that each further cluster takes: the start of the process does not count. */
function secondsPerCluster(size: number): number | undefined {
  const [one, many] = [ourTime(1), ourTime(size)];
  return one === undefined || many === undefined ? undefined : (many - one) / (size - 1);
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

const largest = Math.max(...sizes);
const cdk8sLargest = others.find((row) => row.contender === CDK8S_SYNTH && row.size === largest);
if (largest === 5000)
  verdict('times faster than cdk8s synth at 5000', ratio(cdk8sLargest?.wallSeconds, ourTime(5000)), 50, true);
verdict(
  'time per cluster at 5000 over that at 100',
  ratio(secondsPerCluster(5000), secondsPerCluster(100)),
  1.3,
);
if (COMMAND) {
  verdict(
    'CPU of one cluster in ms, process start to files, least of 9',
    leastCpu(COMMAND, 1, 9) * 1000,
    300,
  );
}
const peaks = ours
  .filter(({ size }) => size === 5000 || size === 1000)
  .map(({ cost }) => cost?.peakMegabytes);
verdict('peak memory at 5000 over that at 1000', ratio(peaks[1], peaks[0]), 2);
