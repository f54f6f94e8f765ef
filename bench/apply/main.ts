import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Front, isWrite } from '../../test/support/cluster/front.js';
import { TOKENS } from '../../test/support/cluster/test-cluster.js';
import { controlPlaneBinaries, kubernetesVersion } from '../../test/support/control-plane/binaries.js';
import { ControlPlane } from '../../test/support/control-plane/control-plane.js';
import { alignedTable, markdownTable } from '../table.js';
import { verdict } from '../verdict.js';
import { APPLYSET, BARE, type Contender, type Cost, KUBECTL, OURS, type Place } from './contenders.js';
import { type BenchSet, manySet, stackSet } from './sets.js';

/**
 * Compares this project's apply with kubectl's on one real API server: the same objects, one run, whole processes as a
 * user starts them. The contenders take turns, each with names of its own; the middle of several rounds counts.
 */
const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, objects: { type: 'string', default: '1000' } },
});
const [rounds, many] = [Number(flags.rounds), Number(flags.objects)];
if (![rounds, many].every((value) => Number.isInteger(value) && value > 0)) {
  console.error('--rounds and --objects take numbers, as in --rounds=5 --objects=1000');
  process.exit(2);
}

const STEPS = ['first', 'unchanged', 'one change'] as const;
type Step = (typeof STEPS)[number];

/** What a contender cost in all rounds. */
type Costs = Readonly<Record<Step, Cost[]>>;

const binaries = controlPlaneBinaries((line) => console.error(line));
if ('missing' in binaries) {
  console.error(`SKIPPED: ${binaries.missing}`);
  process.exit(0);
}
const plane = await ControlPlane.start(binaries);
const folder = mkdtempSync(join(tmpdir(), 'opni-logging-bench-'));
try {
  // Custom resources cannot be sent all at once.
  await compare('the rke2 stack', [OURS, KUBECTL, APPLYSET], (run) => stackSet(`s${run}`), rounds);
  const half = Math.max(1, Math.ceil(rounds / 2));
  await compare(`${many} objects`, [OURS, BARE, KUBECTL, APPLYSET], (run) => manySet(`m${run}`, many), half);
  await compareMemory(many * 4);
} finally {
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(
  title: string,
  contenders: readonly Contender[],
  setFor: (run: string) => BenchSet,
  times: number,
): Promise<void> {
  const costs = new Map(
    contenders.map((one): [Contender, Costs] => [one, { first: [], unchanged: [], 'one change': [] }]),
  );
  for (let round = 0; round < times; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      console.error(`${title}, round ${round + 1} of ${times}: ${contender.name}`);
      const set = setFor(`${round}${'abcd'[index]}`);
      await measure(contender, placeOf(contender), set, costs.get(contender)!);
      // What controllers still do for this one must not slow the next one down.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
  const requests = new Map<Contender, Readonly<Record<Step, string>>>();
  for (const [index, contender] of contenders.entries()) {
    requests.set(contender, await countRequests(contender, setFor(`r${'abcd'[index]}`)));
  }
  print(title, setFor('x').objects.length, costs, requests);
}

/**
 * What this project holds in memory, which is the set and what the cluster has of it, beside what a program holds that
 * has read the set and nothing else.
 */
async function compareMemory(count: number): Promise<void> {
  const peaks = new Map<Contender, number>();
  for (const contender of [OURS, BARE]) {
    const set = manySet(contender === OURS ? 'xa' : 'xb', count);
    const costs = [
      await contender.first(placeOf(contender), set),
      await contender.again(placeOf(contender), set, set.objects),
    ];
    peaks.set(contender, Math.max(...costs.map(({ peakMegabytes = 0 }) => peakMegabytes)));
  }
  const [ours, bare] = [peaks.get(OURS)!, peaks.get(BARE)!];
  console.log(
    `peak memory with ${count} objects: ours ${ours.toFixed(0)} MB, bare requests ${bare.toFixed(0)} MB`,
  );
  verdict(`${count} objects, peak memory over that of bare requests`, ours / bare, 2);
}

function placeOf({ name }: Contender, kubeconfig = plane.kubeconfig()): Place {
  return {
    kubeconfig,
    kubectl: plane.binary('kubectl'),
    folder: join(folder, name.replaceAll(' ', '-')),
  };
}

async function measure(contender: Contender, place: Place, set: BenchSet, costs: Costs): Promise<void> {
  costs.first.push(await contender.first(place, set));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  costs.unchanged.push(await contender.again(place, set, set.objects));
  costs['one change'].push(await contender.again(place, set, set.changed));
}

/** A run that is not measured, through something that counts. */
async function countRequests(contender: Contender, set: BenchSet): Promise<Record<Step, string>> {
  // kubectl sends no token to an address without TLS.
  const authorization = `Bearer ${TOKENS.admin}`;
  const front = await Front.start((call) =>
    plane.backend({ ...call, headers: { ...call.headers, authorization } }),
  );
  const place = placeOf(contender, plane.kubeconfig(undefined, front.url));
  const counted = async (work: Promise<Cost>) => {
    await work;
    const text = `${front.calls.length} (${front.calls.filter(isWrite).length})`;
    front.clear();
    return text;
  };
  try {
    return {
      first: await counted(contender.first(place, set)),
      unchanged: await counted(contender.again(place, set, set.objects)),
      'one change': await counted(contender.again(place, set, set.changed)),
    };
  } finally {
    front.close();
  }
}

function print(
  title: string,
  count: number,
  costs: ReadonlyMap<Contender, Costs>,
  requests: ReadonlyMap<Contender, Readonly<Record<Step, string>>>,
): void {
  const seconds = (contender: Contender, step: Step) =>
    median(costs.get(contender)![step].map((cost) => cost.seconds));
  const ratio = (step: Step, other: Contender) => seconds(OURS, step) / seconds(other, step);
  const contenders = [...costs.keys()];
  const rows = contenders.flatMap((contender) =>
    STEPS.map((step) => [
      `${contender.name}, ${step}`,
      seconds(contender, step).toFixed(2),
      contender === OURS ? '' : ratio(step, contender).toFixed(2),
      requests.get(contender)![step],
      peakOf(costs.get(contender)![step]),
    ]),
  );
  const head = [`${title} (${count} objects)`, 'seconds', 'ours / this', 'requests (writes)', 'peak MB'];
  console.log(
    `Kubernetes ${kubernetesVersion()}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`,
  );
  console.log(`${alignedTable([head, ...rows])}\n\n${markdownTable([head, ...rows])}\n`);
  const [first, unchanged] = count < 100 ? [0.5, 0.25] : [0.35, 0.1];
  verdict(`${title}, first apply over kubectl apply --server-side`, ratio('first', KUBECTL), first);
  verdict(`${title}, unchanged over kubectl apply --server-side`, ratio('unchanged', KUBECTL), unchanged);
  const writes = Number(/\((\d+)\)/.exec(requests.get(OURS)!.unchanged)![1]);
  verdict(`${title}, writes of an unchanged run`, writes, 0);
  console.log('');
}

/** Kubectl's is not measured. */
function peakOf(costs: readonly Cost[]): string {
  const peaks = costs.flatMap(({ peakMegabytes }) => peakMegabytes ?? []);
  return peaks.length > 0 ? Math.max(...peaks).toFixed(0) : '';
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
