import type { Command } from 'commander';
import { OpniLoggingError } from '../common/error.js';

/** `opni-logging events`: the program behind the events forwarder. */
export function addEventsCommand(program: Command): void {
  program
    .command('events')
    .description('forward Kubernetes events (not built yet)')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new OpniLoggingError('not-built', 'The events forwarder is not built yet.');
    });
}
