import type { CliContext } from './context.js';
import type { Terminal } from './terminal.js';

/** What a command is built with. */
export interface CommandSetup {
  readonly context: CliContext;
  /** The terminal as the global flags ask for it; to be called once they are parsed. */
  readonly terminal: () => Terminal;
  /** The exit codes of this run; a command may change them. */
  readonly exit: ExitCodes;
}

/** What a run ends with. */
export interface ExitCodes {
  /** When the command returns. @default 0 */
  done: number;
  /** When it throws, but for a wrong command line and an interrupt. @default 1 */
  refused: number;
}
