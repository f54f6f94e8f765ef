import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Milliseconds of the machine's steady clock, which is the same in all processes. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** What a child can be asked for; the answer may take its time. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The side of the child: answers what the parent asks for, and ends with it. */
export function serveControl(handlers: Handlers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      const value = await handlers[name]!(argument as never);
      process.send!({ id, value } satisfies Reply);
    } catch (error) {
      process.send!({ id, error: String(error) } satisfies Reply);
    }
  });
}

/** A helper process of a measurement: the API server, the sink. */
export class HelperProcess {
  #asked = 0;
  readonly #waiting = new Map<number, (reply: Reply) => void>();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.(reply));
    child.on('exit', () => {
      for (const answer of this.#waiting.values()) answer({ id: 0, error: 'a helper process ended' });
    });
  }

  /** @param script name of a file beside this one */
  static start(script: string, args: readonly string[] = []): HelperProcess {
    return new HelperProcess(fork(fileURLToPath(new URL(script, import.meta.url)), args));
  }

  /** @throws Error when the child fails or ends before it answers */
  async ask<T>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.#asked;
    const { value, error } = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.child.send({ id, name, argument } satisfies Question);
    });
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return value as T;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
