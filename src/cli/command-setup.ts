import type { CliContext } from './context.js';
import type { Terminal } from './terminal.js';

/** What a command is built with. */
export interface CommandSetup {
  readonly context: CliContext;
  /** The terminal as the global flags ask for it; to be called once they are parsed. */
  readonly terminal: () => Terminal;
}
