import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Chance } from '../../support/events/chance.js';
import { EventWorld } from '../../support/events/event-world.js';
import { ForwarderChild } from '../../support/events/forwarder-child.js';
import { Books } from './books.js';
import { growthIn, type Sample, sampleOf, thirdsOf } from './samples.js';

/** `npm run soak -- --minutes N`: a forwarder under a steady load with faults now and then, and what becomes of it. */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } });
const durationMs = Number(values.minutes) * 60_000;
if (!(durationMs > 0)) throw new Error('--minutes takes a number above 0');

const PER_SECOND = 200;
const STEP_MS = 50;
const MAX_EVENTS = 5000;
const SAMPLE_MS = 1000;
const FAULT_MS = 15_000;
/** The history that the API server keeps, in milliseconds. */
const HISTORY_MS = 60_000;
/** Documents of a request, and requests at a time: what one fault may send twice. */
const BATCH = 500;
const IN_FLIGHT = 4;

const chance = new Chance(1);
const folder = mkdtempSync(join(tmpdir(), 'opni-logging-soak-'));
const world = await EventWorld.start({
  intake: { keepDocuments: 0 },
  settings: { shipper: { maxBatchDocuments: BATCH, inFlight: IN_FLIGHT, requestTimeoutMs: 2000 } },
});
const books = new Books(world);
const spool = { folder: join(folder, 'spool'), maxBytes: 64 * 1024 ** 2 };
const child = await ForwarderChild.start(world, { spool, logLevel: 'info' }, undefined, 1);
// What is over before the first list cannot be known.
while (world.api.openWatches === 0 && child.isRunning) await delay(50);
const revisions: { readonly atMs: number; readonly revision: bigint }[] = [];
const pending = new Set<Promise<void>>();
const uids: string[] = [];
let maxDuplicates = 0;
let faults = 0;

/** Begins something, and ends it later. */
function during(ms: number, end: () => void | Promise<void>): void {
  const work = delay(ms)
    .then(end)
    .finally(() => pending.delete(work));
  pending.add(work);
}

/** One step of the load: new events, some that repeat, some that go. */
function load(): void {
  const { store } = world;
  for (let made = 0; made < (PER_SECOND * STEP_MS) / 1000; made += 1) {
    const uid = uids.length > 100 && chance.is(0.3) ? chance.of(uids.slice(-100)) : undefined;
    if (uid !== undefined && store.find(uid)) store.update(uid, { count: chance.between(2, 999) });
    else uids.push(store.create(world.corpus.next()).uid);
  }
  if (chance.is(0.02) && store.find(uids.at(-1)!)) store.remove(uids.at(-1)!);
  if (store.size > MAX_EVENTS) store.expire(500);
  if (uids.length > 2 * MAX_EVENTS) uids.splice(0, MAX_EVENTS);
}

const FAULTS: readonly (() => string)[] = [
  () => {
    void world.intake.stop();
    during(3000, () => world.intake.resume());
    return 'the intake restarts';
  },
  () => {
    world.api.refuse('reset');
    during(3000, () => world.api.listen());
    return 'the API server restarts';
  },
  () => {
    world.intake.script({ status: 408 }, { status: 503 }, { status: 429 }, 'drop');
    return 'the intake is busy';
  },
  () => {
    world.intake.script('take-and-drop', 'take-and-hang');
    return 'answers of the intake get lost';
  },
  () => {
    world.api.cut('fin');
    return 'the watch ends';
  },
  () => {
    world.intake.behaviour.answer = 'hang';
    during(4000, () => {
      world.intake.behaviour.answer = 'take';
    });
    return 'the intake hangs';
  },
];

function compact(now: number): void {
  revisions.push({ atMs: now, revision: world.store.revision });
  while (revisions.length > 1 && revisions[1]!.atMs < now - HISTORY_MS) revisions.shift();
  if (revisions[0]!.atMs < now - HISTORY_MS) world.store.compact(revisions[0]!.revision);
}

const row = ({ atMs, residentMegabytes, handles, behind }: Sample) =>
  `${(atMs / 1000).toFixed(0).padStart(7)} s  ${residentMegabytes.toFixed(1).padStart(8)} MB  ` +
  `${String(handles).padStart(7)}  ${String(behind).padStart(6)}  ${world.store.revision}`;

const samples: Sample[] = [];
const startedAt = performance.now();
const now = () => performance.now() - startedAt;
let next = { fault: FAULT_MS, sample: SAMPLE_MS, row: 0 };
console.log('   time          RSS  handles  behind  revision');
for (let step = 1; now() < durationMs && child.isRunning; step += 1) {
  load();
  if (now() > next.fault && now() < durationMs - 10_000) {
    next.fault += FAULT_MS;
    faults += 1;
    maxDuplicates += IN_FLIGHT * BATCH;
    console.log(`${(now() / 1000).toFixed(0).padStart(7)} s  ${chance.of(FAULTS)()}`);
  }
  if (now() > next.sample) {
    next.sample += SAMPLE_MS;
    const sample = sampleOf(child.pid, now(), books.behind);
    samples.push(sample);
    if (now() > next.row) {
      console.log(row(sample));
      next = { ...next, row: next.row + durationMs / 30 };
    }
    compact(now());
    books.settle();
  }
  await delay(Math.max(0, step * STEP_MS - now()));
}

const problems: string[] = [];
if (!child.isRunning) problems.push('the forwarder ended by itself');
await Promise.all(pending);
await world.delivered(60_000).catch((error: unknown) => problems.push(String(error)));
child.send('SIGTERM');
const ended = await child.ended;
if (ended.code !== 0) problems.push(`the forwarder ended with ${ended.signal ?? ended.code}`);
books.settle(true);
const { settled, duplicates, missing, unknown } = books;
if (missing.length > 0) problems.push(`${missing.length} are missing: ${missing.slice(0, 5)}`);
if (unknown.length > 0) problems.push(`${unknown.length} were never shown: ${unknown.slice(0, 5)}`);
if (duplicates > maxDuplicates) problems.push(`${duplicates} came again, and ${maxDuplicates} may`);
problems.push(...growthIn(samples));
const memory = thirdsOf(samples, 'residentMegabytes');
const handles = thirdsOf(samples, 'handles');
const behind = samples.map((sample) => sample.behind).sort((a, b) => a - b);
console.log(`
events         ${settled} shown, ${missing.length} missing, ${duplicates} again (${faults} faults)
RSS            ${memory.middle.toFixed(1)} MB in the middle third, ${memory.last.toFixed(1)} MB in the last
handles        ${handles.middle.toFixed(1)} in the middle third, ${handles.last.toFixed(1)} in the last
behind         ${behind[Math.floor(behind.length / 2)]} in the median, ${behind.at(-1)} at most`);
for (const problem of problems) console.log(`PROBLEM        ${problem}`);
if (problems.length > 0) console.log(child.lines.slice(-20).join('\n'));
await world.close();
rmSync(folder, { recursive: true, force: true });
process.exit(problems.length > 0 ? 1 : 0);
