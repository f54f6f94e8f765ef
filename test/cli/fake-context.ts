import { PassThrough, Writable } from 'node:stream';
import type { CliContext } from '../../src/cli/context.js';
import { run } from '../../src/cli/program.js';

/** Options of {@link runCli}. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** All three streams are terminals. @default false */
  readonly terminal?: boolean;
  /** What is typed, one entry a question. @default nothing; the input ends at once */
  readonly input?: readonly string[];
  readonly signal?: AbortSignal;
  readonly packageFolder?: string;
  /** Told what is printed on standard output. */
  readonly onStdout?: (text: string) => void;
}

/** What a run printed, and its exit code. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, with streams of its own. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const isTTY = options.terminal ?? false;
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const answers = [...(options.input ?? [])];
  const onPrompt = (text: string) => {
    if (!/: $/.test(text)) return;
    const answer = answers.shift();
    setImmediate(() => (answer === undefined ? stdin.end() : stdin.write(`${answer}\n`)));
  };
  const stdout = collector(isTTY, options.onStdout);
  const stderr = collector(isTTY, onPrompt);
  const controller = new AbortController();
  let clock = 0;
  const context: CliContext = {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    signal: options.signal ?? controller.signal,
    allowToStop: () => undefined,
    interrupt: () => controller.abort(),
    now: () => {
      clock += 1000;
      return clock;
    },
    packageFolder: options.packageFolder ?? '/nowhere',
  };
  const code = await run(args, context);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(isTTY: boolean, onText: (text: string) => void = () => {}) {
  let collected = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      collected += chunk;
      onText(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 80 }), text: () => collected };
}
