import type { Command } from 'commander';
import { OpniLoggingError } from '../common/error.js';

/** `opni-logging agent`, which the manifests of an agent run: it says plainly that it is not there yet. */
export function addAgentCommand(program: Command): void {
  program
    .command('agent')
    .description('keep the logging of a cluster as its gateway says (not built yet)')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new OpniLoggingError('not-built', 'The agent is not built yet.');
    });
}
