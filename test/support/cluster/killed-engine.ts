import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ApplySet } from '../../../src/apply/set/apply-set.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { type ApiCall, isWrite } from './front.js';
import { type TestCluster, TOKENS } from './test-cluster.js';

/** What a process of its own does. */
export interface EngineJob {
  readonly operation: 'apply' | 'delete';
  readonly set: ApplySet;
  /** Wanted by an apply. */
  readonly objects: readonly KubernetesObject[];
  /** Options of the operation that can be written as JSON. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A moment at which a process is killed. */
export interface Death {
  /** The write at which it is, counted from 1, or a test for it. */
  readonly write: number | ((call: ApiCall) => boolean);
  /** Before the write reached the API server, or when it was carried out and before the answer arrived. */
  readonly when: 'before' | 'after';
}

const PROGRAM = fileURLToPath(new URL('engine-process.js', import.meta.url));

/**
 * Runs a job in a process of its own, with one request at a time, and kills it by SIGKILL at one of its writes.
 *
 * @returns the write at which it was killed; undefined when there were fewer, and it came to its end
 * @throws Error when it ended in another way, with what it printed
 */
export async function killedAt(
  { front }: TestCluster,
  job: EngineJob,
  { write, when }: Death,
): Promise<string | undefined> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end(JSON.stringify({ ...job, url: front.url, token: TOKENS.admin }));
  front.clear();
  let writes = 0;
  let last: string | undefined;
  const kill = async (call: ApiCall) => {
    last = `${when} ${call.method} ${call.path}`;
    await killed(child, ended);
    return when === 'before' ? ('reset' as const) : ('lose-answer' as const);
  };
  const [code, signal] = await front.during(
    (call) => {
      // What a dead process had sent as well does not arrive.
      if (last !== undefined) return 'reset';
      if (!isWrite(call)) return undefined;
      writes += 1;
      return (typeof write === 'number' ? writes === write : write(call)) ? kill(call) : undefined;
    },
    async () => {
      const end = await ended;
      // The write that was under way is carried out after the death.
      while (last !== undefined && !front.calls.some(({ status }) => status === undefined)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return end;
    },
  );
  const [stdout, stderr] = await printed;
  if (last !== undefined && signal === 'SIGKILL') return last;
  if (code === 0) return undefined;
  throw new Error(`the engine ended with ${signal ?? code}: ${stdout}${stderr}`);
}

async function killed(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
