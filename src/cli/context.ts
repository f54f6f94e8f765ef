import type { Readable, Writable } from 'node:stream';

/** Where text goes. `isTTY` and `columns` are set when it is a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where answers come from. */
export type InputStream = Readable & { readonly isTTY?: boolean };

/** All that the command touches of its process; tests pass their own. */
export interface CliContext {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  /** Folder that paths on the command line start from. */
  readonly cwd: string;
  /** Aborted when the user interrupts, or the process is asked to end. */
  readonly signal: AbortSignal;
  /** Longest time that work may take to stop after that, in milliseconds; to be told before. @default 2000 */
  readonly allowToStop: (ms: number) => void;
  /** Tells that the user interrupts, where a prompt has the keyboard; aborts `signal`. */
  readonly interrupt: () => void;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Folder of the installed package. */
  readonly packageFolder: string;
}

/** Flags that every command takes. */
export interface GlobalFlags {
  /** Print errors only. */
  readonly quiet?: boolean;
  /** Print one JSON document instead of text. */
  readonly json?: boolean;
  /** False with `--no-color`. */
  readonly color?: boolean;
}
