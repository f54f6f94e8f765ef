import { once } from 'node:events';
import type { CliContext, GlobalFlags, OutputStream } from './context.js';

/** Styles of text; each closes what it opens. */
const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Name of a style. */
export type Style = keyof typeof STYLES;

/** Shortest time between two drawings of the progress line, in milliseconds. */
const REDRAW_MS = 100;

/**
 * Whether text on a stream may be coloured: on terminals, unless `--no-color` or `NO_COLOR` says otherwise;
 * `FORCE_COLOR` colours pipes too (`0` and `false` switch it off). `NO_COLOR` wins over `FORCE_COLOR`.
 */
export function wantsColor(stream: OutputStream, env: NodeJS.ProcessEnv, flags: GlobalFlags): boolean {
  if (flags.color === false || env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Writes results, notes and the progress line, as the global flags ask. */
export class Terminal {
  readonly #context: CliContext;
  readonly #flags: GlobalFlags;
  #progressShown = false;
  #progressDrawnAt = Number.NEGATIVE_INFINITY;

  constructor(context: CliContext, flags: GlobalFlags) {
    this.#context = context;
    this.#flags = flags;
  }

  /** True when one JSON document is asked for. */
  get json(): boolean {
    return this.#flags.json === true;
  }

  /** True when only errors are to be told. */
  get quiet(): boolean {
    return this.#flags.quiet === true;
  }

  /** Writes to standard output, left out with `--quiet`; waits while its reader is slow. */
  async line(text: string): Promise<void> {
    if (!this.quiet) await this.print(`${text}\n`);
  }

  /** Writes to standard output, and waits while its reader is slow. */
  async print(text: string): Promise<void> {
    this.clearProgress();
    const { stdout, signal } = this.#context;
    if (!stdout.write(text)) await once(stdout, 'drain', { signal });
  }

  /** Writes the result: text for people, left out with `--quiet`, or one JSON document. */
  async result(lines: readonly string[], document: object): Promise<void> {
    if (this.json) await this.print(`${JSON.stringify(document, undefined, 2)}\n`);
    else if (!this.quiet) await this.print(lines.map((line) => `${line}\n`).join(''));
  }

  /** Writes a line to standard error that is no error; left out with `--quiet` and `--json`. */
  note(text: string): void {
    if (this.quiet || this.json) return;
    this.error(text);
  }

  /** Writes a line to standard error. */
  error(text: string): void {
    this.clearProgress();
    this.#context.stderr.write(`${text}\n`);
  }

  /** True where the progress line is shown. */
  get interactive(): boolean {
    return this.#context.stderr.isTTY === true && !this.quiet && !this.json;
  }

  /**
   * Shows how far long work is, in one line that is drawn over; on terminals only.
   *
   * @param options.now draws it even when the last one is very young, for texts that stay for long @default false
   */
  progress(text: string, options: { readonly now?: boolean } = {}): void {
    const { stderr, now } = this.#context;
    if (!this.interactive || (!options.now && now() - this.#progressDrawnAt < REDRAW_MS)) return;
    this.#progressDrawnAt = now();
    this.#progressShown = true;
    stderr.write(`\r\u001b[2K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
  }

  /** Takes the progress line away. */
  clearProgress(): void {
    if (!this.#progressShown) return;
    this.#progressShown = false;
    this.#context.stderr.write('\r\u001b[2K');
  }

  /** Text in a style, for standard output unless said otherwise. */
  style(style: Style, text: string, stream: 'stdout' | 'stderr' = 'stdout'): string {
    if (!wantsColor(this.#context[stream], this.#context.env, this.#flags)) return text;
    const [open, close] = STYLES[style];
    return `\u001b[${open}m${text}\u001b[${close}m`;
  }
}
