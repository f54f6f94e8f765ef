import type { Command } from 'commander';
import type { SetStatus } from '../apply/status/status.js';
import { systemClock } from '../common/clock.js';
import { messageOf } from '../common/error.js';
import { isPassingError } from '../kube/retry.js';
import type { CommandSetup } from './command-setup.js';
import { EXIT } from './report.js';
import { addTargetOptions, openTarget, type SetTarget, type TargetFlags, targetHelp } from './set-target.js';
import { statusLines } from './status-tree.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

interface StatusFlags extends TargetFlags {
  readonly watch?: boolean;
}

const WATCH_MS = 2000;

const EXAMPLES = `${targetHelp({ manifests: false })}

Below each hop stand those that send to it. What is not as it should be is told with what to do next. The exit code is
0 when everything works, 1 when not. With --watch it is told anew whenever it changes, until it is interrupted.

Examples:
  $ opni-logging status
  $ opni-logging status --set opni/opni --watch`;

/** `opni-logging status`: the state of the data path. */
export function addStatusCommand(program: Command, { context, terminal, exit }: CommandSetup): void {
  const command = program.command('status').description('show the state of the data path, hop by hop');
  addTargetOptions(command, { manifests: false })
    .option('-w, --watch', 'go on, and tell every change')
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], flags: StatusFlags) => {
      const screen = terminal();
      if (flags.watch && screen.json)
        throw usageError('--watch and --json exclude each other', 'leave out one of them');
      const target = await openTarget(given, flags, context, screen);
      const { readStatus } = await import('../apply/status/status.js');
      const { set, cluster } = target;
      const { signal } = context;
      try {
        for (let told = ''; ; ) {
          const status = await readStatus({ set, cluster, signal }).catch((error: unknown) => {
            // What passes by itself is no reason to stop watching.
            if (signal.aborted || told === '' || !isPassingError(error)) throw error;
            return messageOf(error);
          });
          if (typeof status === 'string') {
            screen.note(`${status}; trying again`);
            await systemClock.sleep(WATCH_MS, signal);
            continue;
          }
          exit.done = status.healthy ? EXIT.ok : EXIT.refused;
          const text = JSON.stringify(status);
          if (text !== told) await print(screen, target, status, flags.watch === true && told !== '');
          told = text;
          if (!flags.watch) break;
          await systemClock.sleep(WATCH_MS, signal);
        }
      } finally {
        cluster.client.close();
      }
    });
}

async function print(
  screen: Terminal,
  { set, context }: SetTarget,
  status: SetStatus,
  again: boolean,
): Promise<void> {
  const lines = [...(again ? [''] : []), ...statusLines(status, set, context, screen)];
  await screen.result(lines, { ok: status.healthy, set, context, ...documentOf(status) });
}

function documentOf({ parts, ...status }: SetStatus): object {
  return {
    ...status,
    parts: parts.map(({ objects, ...part }) => ({
      ...part,
      objects: objects.map(({ object, health, next }) => ({
        ...object,
        ...health,
        ...(next ? { next } : {}),
      })),
    })),
  };
}
