import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import type { BenchSet } from './sets.js';

/** Where a contender works. */
export interface Place {
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Folder for manifests, and for kubectl's cache of what the server has. */
  readonly folder: string;
}

/** What processes cost together. */
export interface Cost {
  readonly seconds: number;
  /** Of a process of Node. */
  readonly peakMegabytes?: number;
}

/** A way to bring a set into a cluster. */
export interface Contender {
  readonly name: string;
  /** All that a user has to run on a cluster that has nothing of the set. */
  first(place: Place, set: BenchSet): Promise<Cost>;
  /** What a user runs after that. */
  again(place: Place, set: BenchSet, objects: readonly KubernetesObject[]): Promise<Cost>;
}

const MAIN = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url));
const REPORTER = new URL('../usage-reporter.js', import.meta.url).href;

/** This project's command. It waits for definitions and for the operator; not for the health of the rest. */
export const OURS: Contender = {
  name: 'opni-logging apply',
  first: (place, set) => ours(place, set, set.objects),
  again: ours,
};

function ours(place: Place, { namespace }: BenchSet, objects: readonly KubernetesObject[]): Promise<Cost> {
  const file = write(place, 'all', objects);
  const set = `${namespace}/${namespace}`;
  return runNode(place, [MAIN, 'apply', '-f', file, '--set', set, '--no-wait', '--quiet']);
}

/** The bound: all objects are sent, eight at a time, and nothing else is done. */
export const BARE: Contender = { name: 'bare requests, 8 at a time', first: bare, again: bare };

function bare(place: Place, set: BenchSet, objects = set.objects): Promise<Cost> {
  const script = fileURLToPath(new URL('bare.js', import.meta.url));
  return runNode(place, [script, write(place, 'all', objects)]);
}

async function runNode(place: Place, args: readonly string[]): Promise<Cost> {
  const usage = join(place.folder, 'usage');
  rmSync(usage, { force: true });
  const seconds = await run(place, process.execPath, args, {
    OPNI_BENCH_USAGE: usage,
    NODE_OPTIONS: `--import=${REPORTER}`,
  });
  const { peakMegabytes } = JSON.parse(readFileSync(usage, 'utf8')) as { readonly peakMegabytes: number };
  return { seconds, peakMegabytes };
}

/** What a user runs without this project. */
export const KUBECTL: Contender = kubectlContender('kubectl apply --server-side', () => []);

/** The same with pruning. */
export const APPLYSET: Contender = kubectlContender('kubectl apply --prune --applyset', ({ namespace }) => [
  '--prune',
  `--applyset=configmaps/${namespace}-kubectl`,
  `--namespace=${namespace}`,
]);

function kubectlContender(name: string, more: (set: BenchSet) => readonly string[]): Contender {
  const all = async (place: Place, set: BenchSet, objects: readonly KubernetesObject[]) =>
    kubectl(place, 'apply', '--server-side', ...more(set), '-f', write(place, 'all', objects));
  return {
    name,
    async first(place, set) {
      // An API server refuses custom resources whose definition it does not have.
      const before = write(place, 'first', set.prerequisites);
      const definitions = set.prerequisites.filter(({ kind }) => kind === 'CustomResourceDefinition');
      let seconds = await kubectl(place, 'apply', '--server-side', '-f', before);
      if (definitions.length > 0) {
        const file = write(place, 'definitions', definitions);
        seconds += await kubectl(place, 'wait', '--for=condition=established', '--timeout=60s', '-f', file);
      }
      return { seconds: seconds + (await all(place, set, set.objects)) };
    },
    again: async (place, set, objects) => ({ seconds: await all(place, set, objects) }),
  };
}

const kubectl = (place: Place, ...args: readonly string[]) =>
  run(place, place.kubectl, args, { KUBECTL_APPLYSET: 'true' });

/** One file for all: what is measured is not how files are found. */
function write({ folder }: Place, name: string, objects: readonly KubernetesObject[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return file;
}

/** Runs a command; seconds from its start to its end. */
async function run(
  { kubeconfig, folder }: Place,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, HOME: folder, KUBECONFIG: kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const seconds = (performance.now() - startedAt) / 1000;
  if (child.exitCode !== 0)
    throw new Error(`${command} ${args.join(' ')} failed:\n${errors}${output.slice(-2000)}`);
  return seconds;
}
