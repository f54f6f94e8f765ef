import type { Command } from 'commander';
import { OpniLoggingError } from '../common/error.js';

/** Programs that the manifests run in the cluster, and that do not exist yet. */
const PROGRAMS = [
  { name: 'events', does: 'forward Kubernetes events', called: 'The events forwarder' },
  { name: 'agent', does: 'keep the logging of a cluster as its gateway says', called: 'The agent' },
] as const;

/** `opni-logging events` and `opni-logging agent`: they say plainly that they are not there yet. */
export function addProgramCommands(program: Command): void {
  for (const { name, does, called } of PROGRAMS) {
    program
      .command(name)
      .description(`${does} (not built yet)`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new OpniLoggingError('not-built', `${called} is not built yet.`);
      });
  }
}
