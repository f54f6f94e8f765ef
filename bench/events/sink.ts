import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { machineMs, serveControl } from './control.js';

/** Stands for Data Prepper: counts documents without parsing them, and takes only so many per second when asked. */
let settings: SinkSettings = { expected: 0 };
let seen = fresh();

/** How the sink behaves in a run. */
export interface SinkSettings {
  /** Documents that end the run. */
  readonly expected: number;
  /** Documents that leave the buffer per second. @default no limit */
  readonly documentsPerSecond?: number;
  /** Whether messages hold the time when they were sent. @default false */
  readonly timed?: boolean;
}

/** What a run brought. */
export interface SinkReport {
  readonly documents: number;
  readonly requests: number;
  readonly bytes: number;
  readonly refused: number;
  /** From sending a line to the arrival of its document, in milliseconds, in the order of arrival. */
  readonly latenciesMs: readonly number[];
}

function fresh() {
  return {
    documents: 0,
    requests: 0,
    bytes: 0,
    refused: 0,
    latenciesMs: [] as number[],
    /** When the buffer is empty again. */
    emptyAtMs: 0,
    doneAtMs: undefined as number | undefined,
    firstAtMs: undefined as number | undefined,
    onDone: [] as ((atMs: number) => void)[],
    onFirst: [] as ((atMs: number) => void)[],
  };
}

const MARK = Buffer.from('"event_id"');

function countIn(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + MARK.length)) count++;
  return count;
}

/** As Data Prepper's buffer: a request waits for room for 8 s, and nothing of it is taken without. */
const [BUFFER_DOCUMENTS, LONGEST_WAIT_MS] = [2000, 8000];

async function hasRoom(count: number): Promise<boolean> {
  const { documentsPerSecond } = settings;
  if (documentsPerSecond === undefined) return true;
  const now = machineMs();
  const emptyAtMs = Math.max(now, seen.emptyAtMs) + (count / documentsPerSecond) * 1000;
  const waitMs = Math.max(0, emptyAtMs - now - (BUFFER_DOCUMENTS / documentsPerSecond) * 1000);
  if (waitMs <= LONGEST_WAIT_MS) seen.emptyAtMs = emptyAtMs;
  await delay(Math.min(waitMs, LONGEST_WAIT_MS));
  return waitMs <= LONGEST_WAIT_MS;
}

function note(body: Buffer, count: number, atMs: number): void {
  seen.documents += count;
  seen.bytes += body.length;
  if (settings.timed) {
    for (const [, sentAt] of body.toString('latin1').matchAll(/"sent at (\d+\.\d+) ms"/g)) {
      seen.latenciesMs.push(atMs - Number(sentAt));
    }
  }
  if (count > 0 && seen.firstAtMs === undefined) {
    seen.firstAtMs = atMs;
    for (const tell of seen.onFirst) tell(atMs);
  }
  if (seen.documents >= settings.expected && seen.doneAtMs === undefined) {
    seen.doneAtMs = atMs;
    for (const tell of seen.onDone) tell(atMs);
  }
}

const server = createServer(async (request, response) => {
  const run = seen;
  try {
    const body = await buffer(request);
    const atMs = machineMs();
    const count = countIn(body);
    const isTaken = await hasRoom(count);
    // What is left of the run before counts no more.
    if (run !== seen) return void response.writeHead(503).end();
    run.requests++;
    if (isTaken) note(body, count, atMs);
    else run.refused++;
    response.writeHead(isTaken ? 200 : 408, { 'content-length': 0 }).end();
  } catch {
    // A contender that was ended while it sent.
  }
});
server.keepAliveTimeout = 0;
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});

serveControl({
  port: () => (server.address() as AddressInfo).port,
  reset: (next: SinkSettings) => {
    settings = next;
    seen = fresh();
  },
  /** When all expected documents were there, once they are. */
  done: () => seen.doneAtMs ?? new Promise<number>((resolve) => seen.onDone.push(resolve)),
  /** When the first document was there, once it is. */
  first: () => seen.firstAtMs ?? new Promise<number>((resolve) => seen.onFirst.push(resolve)),
  report: (): SinkReport => {
    const { documents, requests, bytes, refused, latenciesMs } = seen;
    return { documents, requests, bytes, refused, latenciesMs };
  },
});
