import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { machineMs } from './control.js';

/** What a process has used so far. */
export interface Usage {
  /** In user and system mode, by all its threads. */
  readonly cpuMs: number;
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
}

/** The kernel counts processor time in hundredths of a second, whatever its own tick is. */
const TICK_MS = 10;

/** A contender while it runs. Its use is read from `/proc`, so this needs Linux; the process knows nothing of it. */
export class MeasuredProcess {
  readonly startedAtMs: number;
  #output = '';
  #errors = '';
  #ended: string | undefined;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();

  private constructor(
    readonly name: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    this.startedAtMs = machineMs();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    // Enough to see what went wrong, whatever it writes.
    child.stdout!.on('data', (data) =>
      this.#heard(() => (this.#output = `${this.#output}${data}`.slice(-8000))),
    );
    child.stderr!.on('data', (data) =>
      this.#heard(() => (this.#errors = `${this.#errors}${data}`.slice(-8000))),
    );
    child.on('exit', (code, signal) => this.#heard(() => (this.#ended = String(signal ?? code))));
  }

  static start(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): MeasuredProcess {
    return new MeasuredProcess(name, args, env);
  }

  usage(): Usage {
    if (this.#ended !== undefined) throw this.#failure();
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const megabytes = (key: string) =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // The name of the command stands in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      residentMegabytes: megabytes('VmRSS'),
      peakMegabytes: megabytes('VmHWM'),
    };
  }

  /**
   * Waits for something that this process brings about.
   *
   * @throws Error with what it wrote, when it ends before that or takes longer than `timeoutMs`
   */
  async bring<T>(what: Promise<T>, timeoutMs = 120_000): Promise<T> {
    let check: (() => void) | undefined;
    const end = new Promise<never>((_, reject) => {
      check = () => this.#ended !== undefined && reject(this.#failure());
      this.#listeners.add(check);
      check();
    });
    const timeout = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: timeout.signal }).then(() => {
      throw this.#failure(`did not get there within ${timeoutMs / 1000} s`);
    });
    // The loser of the race is left alone.
    for (const loser of [end, late]) loser.catch(() => undefined);
    try {
      return await Promise.race([what, end, late]);
    } finally {
      timeout.abort();
      this.#listeners.delete(check!);
    }
  }

  /** Waits for a line on its output; the number in it. */
  async said(pattern: RegExp): Promise<number> {
    let look: (() => void) | undefined;
    const found = new Promise<number>((resolve) => {
      look = () => {
        const match = pattern.exec(this.#output);
        if (match) resolve(Number(match[1]));
      };
      this.#listeners.add(look);
      look();
    });
    try {
      return await this.bring(found);
    } finally {
      this.#listeners.delete(look!);
    }
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #heard(note: () => void): void {
    note();
    for (const listener of [...this.#listeners]) listener();
  }

  #failure(what = `ended with ${this.#ended}`): Error {
    return new Error(`${this.name} ${what}\n${this.#errors}\n${this.#output}`);
  }
}
