import { readdirSync, readFileSync } from 'node:fs';

/** What a process uses at one time. */
export interface Sample {
  readonly atMs: number;
  readonly residentMegabytes: number;
  /** Open files and sockets. */
  readonly handles: number;
  /** States that were shown and did not arrive yet. */
  readonly behind: number;
}

/** Reads what a process uses from `/proc`, so this needs Linux. */
export function sampleOf(pid: number, atMs: number, behind: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const residentMegabytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  return { atMs, residentMegabytes, handles: readdirSync(`/proc/${pid}/fd`).length, behind };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Means of the middle and the last third of a run. */
export function thirdsOf(samples: readonly Sample[], key: 'residentMegabytes' | 'handles') {
  const third = Math.floor(samples.length / 3);
  const of = (part: readonly Sample[]) => mean(part.map((sample) => sample[key]));
  return { middle: of(samples.slice(third, 2 * third)), last: of(samples.slice(2 * third)) };
}

/** What grew from the middle to the last third by more than noise. */
export function growthIn(samples: readonly Sample[]): string[] {
  const memory = thirdsOf(samples, 'residentMegabytes');
  const handles = thirdsOf(samples, 'handles');
  const faults: string[] = [];
  if (memory.last > memory.middle * 1.1 + 5) faults.push('the memory grew');
  if (handles.last > handles.middle + 2) faults.push('the open files and sockets grew');
  return faults;
}
