import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of the control plane. Ends with the test process at the latest. */
export class Child {
  readonly #child: ChildProcess;

  /** @param log file that takes all that it prints */
  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    private readonly log: string,
  ) {
    const file = openSync(log, 'a');
    this.#child = spawn(command, args, { stdio: ['ignore', file, file] });
    closeSync(file);
    running.add(this.#child);
    this.#child.once('exit', () => running.delete(this.#child));
    this.#child.once('error', () => running.delete(this.#child));
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }

  /**
   * Waits until a condition holds.
   *
   * @throws Error with the end of the log when the program ends first, or the time is over
   */
  async until(condition: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
    const endAt = Date.now() + timeoutMs;
    while (!(await condition().catch(() => false))) {
      if (this.ended || Date.now() > endAt) {
        const why = this.ended ? 'ended' : `was not ready within ${timeoutMs / 1000} s`;
        throw new Error(`${this.name} ${why}. The end of its log:\n${this.logTail()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The last lines that it printed. */
  logTail(): string {
    return readFileSync(this.log, 'utf8').split('\n').slice(-25).join('\n');
  }

  /** Ends it and waits until it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.ended) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }
}
