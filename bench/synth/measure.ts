import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fleet } from './clusters.js';

/** What one run of a command cost. */
export interface Cost {
  readonly wallSeconds: number;
  /** Of all its Node processes together. */
  readonly cpuSeconds: number;
  /** Of its largest Node process. */
  readonly peakMegabytes: number;
  /** Kubernetes objects in the YAML files that it wrote. */
  readonly objects: number;
}

/** A way to turn a fleet into files. */
export interface Contender {
  readonly name: string;
  /** The arguments of Node for a fleet of a size, and the environment beside its own. */
  command(folder: string, clusters: number): { args: readonly string[]; env?: Record<string, string> };
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const CDK8S = join(dirname(createRequire(import.meta.url).resolve('cdk8s-cli/package.json')), 'bin', 'cdk8s');

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 3 * 1024 ** 3;

/** Where all contenders write: memory where there is enough of it, so that programs are compared and not disks. */
export const WORK_ROOT = existsSync(MEMORY) && freeBytes(MEMORY) > NEEDED_BYTES ? MEMORY : tmpdir();

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** (a) this project. */
export const OURS: Contender = {
  name: 'opni-logging',
  command: (folder, clusters) => ({ args: [here('ours.js'), folder, String(clusters)] }),
};

/** The command itself, as a user runs it for one cluster; `undefined` where it is not built. */
export const COMMAND: Contender | undefined = existsSync(here('../../bundle/cli/main.js'))
  ? { name: 'opni-logging synth', command: commandOfOne }
  : undefined;

function commandOfOne(folder: string): ReturnType<Contender['command']> {
  const [config] = fleet(1);
  const file = join(dirname(folder), 'cluster.json');
  const { apiVersion, cluster, opensearch } = config!;
  writeFileSync(file, JSON.stringify({ apiVersion, cluster, opensearch }));
  return { args: [here('../../bundle/cli/main.js'), 'synth', file, '--output', folder] };
}

/** (b) what a cdk8s user runs. */
export const CDK8S_SYNTH: Contender = {
  name: 'cdk8s synth',
  command: (folder, clusters) => {
    // The command takes quotes apart, so a path with spaces can only come from the environment.
    const app = 'node "$OPNI_BENCH_APP"';
    return {
      args: [CDK8S, 'synth', '--app', app, '--output', folder, '--check-upgrade=false'],
      env: { OPNI_BENCH_APP: here('cdk8s-app.js'), OPNI_BENCH_CLUSTERS: String(clusters) },
    };
  },
};

/** (c) the least that cdk8s itself needs: one app in one process. */
export const APP_SYNTH: Contender = {
  name: 'App.synth()',
  command: (folder, clusters) => ({
    args: [here('cdk8s-app.js')],
    env: { OPNI_BENCH_CLUSTERS: String(clusters), CDK8S_OUTDIR: folder },
  }),
};

/** Runs a contender once, in processes and folders of its own. */
export function measure(contender: Contender, clusters: number): Cost {
  const work = mkdtempSync(join(WORK_ROOT, 'opni-logging-bench-'));
  try {
    const folder = join(work, 'dist');
    mkdirSync(folder);
    const usage = join(work, 'usage');
    const { args, env } = contender.command(folder, clusters);
    const start = performance.now();
    const child = spawnSync(process.execPath, [...args], {
      cwd: work,
      env: {
        ...process.env,
        ...env,
        OPNI_BENCH_USAGE: usage,
        NODE_OPTIONS: `--import=${new URL('../usage-reporter.js', import.meta.url).href}`,
      },
      maxBuffer: 256 * 1024 * 1024,
    });
    const wallSeconds = (performance.now() - start) / 1000;
    if (child.status !== 0) throw new Error(`${contender.name} failed:\n${child.stderr}${child.stdout}`);
    return { wallSeconds, ...totals(usage), objects: countObjects(folder) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The run of several whose wall time is in the middle. */
export function median(contender: Contender, clusters: number, runs: number): Cost {
  const costs = Array.from({ length: runs }, () => measure(contender, clusters));
  return costs.sort((a, b) => a.wallSeconds - b.wallSeconds)[Math.floor(runs / 2)]!;
}

/** CPU seconds of the cheapest of several runs: what else the machine does only ever adds. */
export function leastCpu(contender: Contender, clusters: number, runs: number): number {
  return Math.min(...Array.from({ length: runs }, () => measure(contender, clusters).cpuSeconds));
}

function totals(usage: string): Pick<Cost, 'cpuSeconds' | 'peakMegabytes'> {
  const lines = readFileSync(usage, 'utf8').trim().split('\n');
  const processes = lines.map((line) => JSON.parse(line) as { cpuSeconds: number; peakMegabytes: number });
  return {
    cpuSeconds: processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    peakMegabytes: Math.max(...processes.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

function countObjects(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );
  return files.reduce(
    (sum, name) => sum + (readFileSync(join(folder, name), 'utf8').match(/^kind: /gm)?.length ?? 0),
    0,
  );
}
