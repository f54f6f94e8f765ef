import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryPath } from '../repository.js';

/** Options of {@link ForwarderProcess}. */
export interface ForwarderProcessOptions {
  readonly url: string;
  /** Certificate of the API server, as PEM. */
  readonly authority: string;
  readonly token: string;
  /** Namespace of the Lease. @default 'default' */
  readonly namespace?: string;
  /** The `events.yaml`, as an object or as text. */
  readonly settings: object | string;
  /** Further flags. @default none */
  readonly flags?: readonly string[];
}

const COMMAND = repositoryPath('lib', 'bundle', 'cli', 'main.js');
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The built command `opni-logging events` as a process that may be killed and started again. */
export class ForwarderProcess {
  readonly #folder = mkdtempSync(join(tmpdir(), 'opni-forwarder-'));
  #child: ChildProcess | undefined;
  #log = '';
  #changed = () => {};

  constructor(private readonly options: ForwarderProcessOptions) {
    const { url, authority, token, namespace = 'default', settings } = options;
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [
        {
          name: 'test',
          cluster: {
            server: url,
            'certificate-authority-data': Buffer.from(authority).toString('base64'),
          },
        },
      ],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    };
    this.#write('kubeconfig', JSON.stringify(kubeconfig));
    this.#write('events.yaml', typeof settings === 'string' ? settings : JSON.stringify(settings));
  }

  /** All that it logged, over all its runs. */
  get log(): string {
    return this.#log;
  }

  start(): void {
    const { flags = [] } = this.options;
    const args = [COMMAND, 'events', '--config', 'events.yaml', '--server.port', '0', ...flags];
    const child = spawn(process.execPath, args, {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], KUBECONFIG: join(this.#folder, 'kubeconfig') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
        this.#changed();
      });
    }
    child.once('exit', () => {
      running.delete(child);
      this.#changed();
    });
    this.#child = child;
  }

  /** Sends a signal and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /**
   * Waits until it has logged something.
   *
   * @param times how often, over all its runs
   * @throws Error with its log when it ends, or the time is over
   */
  async logged(text: string, times = 1, timeoutMs = 30_000): Promise<void> {
    const isOver = AbortSignal.timeout(timeoutMs);
    while (this.#log.split(text).length - 1 < times) {
      if (isOver.aborted || this.#child?.exitCode !== null) {
        throw new Error(`the forwarder did not log "${text}" ${times} times:\n${this.#log}`);
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        isOver.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Value of a line of its metrics, such as `opni_logging_events_posts_total{code="200"}`; 0 without that line. */
  async metric(line: string): Promise<number> {
    const port = [...this.#log.matchAll(/"message":"listening","port":(\d+)/g)].at(-1)?.[1];
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const found = text.split('\n').find((one) => one.startsWith(`${line} `));
    return Number(found?.slice(line.length + 1) ?? 0);
  }

  /** Ends it and removes its files. */
  async close(): Promise<void> {
    await this.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text, { mode: 0o600 });
  }
}
