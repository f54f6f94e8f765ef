import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EventWorld, SomeSettings } from './event-world.js';
import type { ForwarderJob } from './forwarder-process.js';
import type { PausePoint } from './paused-files.js';

const PROGRAM = fileURLToPath(new URL('forwarder-process.js', import.meta.url));

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How much faster than real time a forwarder in a process of its own waits. */
export const CHILD_SPEED = 20;

const MAX_LINES = 20_000;

/** A forwarder in a process of its own. */
export class ForwarderChild {
  /** The last that it wrote, line by line. */
  readonly lines: string[] = [];
  readonly ended: Promise<ProcessEnd>;
  #rest = '';
  #listeners = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data) => this.#hear(String(data)));
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        resolve({ code, signal });
        this.#hear(`ended by ${signal ?? code}\n`);
      }),
    );
  }

  /** Starts a forwarder of a world. @param pause where it stops for ever, and says so */
  static async start(
    world: EventWorld,
    settings: SomeSettings,
    pause?: PausePoint,
    speed = CHILD_SPEED,
  ): Promise<ForwarderChild> {
    const more = { ...settings, server: { port: 0 } };
    const job: ForwarderJob = {
      url: world.api.url,
      settings: await world.settings(more),
      speed,
      ...(pause && { pause }),
    };
    const child = spawn(process.execPath, [PROGRAM], { stdio: 'pipe' });
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(job)}\n`);
    return new ForwarderChild(child);
  }

  /** Runs any program, such as the built command. */
  static run(args: readonly string[], env: NodeJS.ProcessEnv): ForwarderChild {
    return new ForwarderChild(spawn(process.execPath, args, { stdio: 'pipe', env }));
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** All that it wrote. */
  get text(): string {
    return this.lines.join('\n');
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it without a word, and waits for its end. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Waits for a line. @throws Error with all lines when it does not come */
  async says(pattern: RegExp, timeoutMs = 10_000): Promise<void> {
    const said = () => this.lines.some((line) => pattern.test(line));
    if (said()) return;
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!said() && this.isRunning) return;
        clearTimeout(timer);
        this.#listeners.delete(check);
        if (said()) resolve();
        else reject(new Error(`it ended without ${pattern}:\n${this.text}`));
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(check);
        reject(new Error(`${pattern} did not come within ${timeoutMs} ms:\n${this.text}`));
      }, timeoutMs);
      this.#listeners.add(check);
    });
  }

  #hear(data: string): void {
    const parts = (this.#rest + data).split('\n');
    this.#rest = parts.pop() ?? '';
    this.lines.push(...parts);
    if (this.lines.length > MAX_LINES) this.lines.splice(0, this.lines.length - MAX_LINES);
    for (const check of [...this.#listeners]) check();
  }
}
