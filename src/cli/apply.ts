import { type Command, Option } from 'commander';
import type { OwningTool } from '../apply/fields/gitops-marks.js';
import type { ConflictPolicy } from '../apply/plan/policy.js';
import type { ClusterConfig } from '../config/types.js';
import type { CommandSetup } from './command-setup.js';
import { durationOption } from './durations.js';
import { nameOfSet } from './set-name.js';
import { addTargetOptions, openTarget, type TargetFlags, targetHelp } from './set-target.js';
import { usageError } from './usage-error.js';

/** Flags on how to get along with others. */
export interface ConflictFlags {
  readonly takeFrom?: readonly OwningTool[];
  readonly winOver?: readonly string[];
}

interface ApplyFlags extends TargetFlags, ConflictFlags {
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
  readonly prune: boolean;
  readonly pruneShare: number;
  readonly recreate: boolean;
}

const EXAMPLES = `${targetHelp({ manifests: true })}

Objects that others own are left alone and reported. What left the set is removed, unless something failed. A run that
was interrupted is continued by the next one.

Examples:
  $ opni-logging apply
  $ opni-logging apply clusters/ --cluster prod --context prod
  $ opni-logging apply --dry-run
  $ opni-logging apply -f dist/prod --set opni/opni`;

/** `opni-logging apply`: brings a set into a cluster, and waits until it works. */
export function addApplyCommand(program: Command, { context, terminal, exit }: CommandSetup): void {
  const command = program
    .command('apply')
    .description('bring the objects of one cluster into it, and wait until they work');
  addConflictOptions(addTargetOptions(command, { manifests: true }))
    .option('--dry-run', 'ask the cluster what would happen, and change nothing')
    .option('--no-wait', 'do not wait until everything works')
    .addOption(
      durationOption('--timeout <duration>', 'how long to wait for one thing, as in 90s or 5m', '5m'),
    )
    .option('--no-prune', 'leave what left the set where it is')
    .option(
      '--prune-share <percent>',
      'largest part of the set that one run may remove, from 0 to 100',
      percent,
      50,
    )
    .option('--no-recreate', 'never delete an object to make it anew when a field cannot be changed')
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], flags: ApplyFlags) => {
      const screen = terminal();
      const target = await openTarget(given, flags, context, screen, { withObjects: true });
      const [objects, { applySet }, { EngineOutput }, { missingObjects }] = await Promise.all([
        target.objects(),
        import('../apply/apply.js'),
        import('./engine-output.js'),
        import('./missing-objects.js'),
      ]);
      const output = new EngineOutput(screen);
      output.expect(objects.length);
      const { set, cluster, config } = target;
      const { signal } = context;
      screen.note(`set ${nameOfSet(set)} in context ${target.context}`);
      for (const text of config ? await notesOn(config) : []) output.note(text);
      try {
        for (const text of await missingObjects(target, objects, signal)) output.note(text);
        const result = await applySet(objects, {
          set,
          cluster,
          signal,
          onEvent: output.onEvent,
          dryRun: flags.dryRun,
          recreate: flags.recreate,
          conflicts: conflictPolicy(flags),
          prune: { enabled: flags.prune, maxShare: flags.pruneShare / 100 },
          waitMs: flags.timeout,
          health: flags.wait ? { timeoutMs: flags.timeout } : undefined,
        });
        const headline = flags.dryRun
          ? 'not everything would be applied'
          : 'not everything is as it should be';
        await output.finish(result, exit, {
          headline,
          more: { set, context: target.context },
          dryRun: flags.dryRun === true,
        });
      } catch (error) {
        if (signal.aborted) {
          screen.error(
            flags.dryRun
              ? 'interrupted; nothing was changed'
              : 'interrupted; the next apply goes on from here',
          );
        }
        throw error;
      } finally {
        cluster.client.close();
      }
    });
}

/** What somebody should know of a configuration; loaded only where there is one. */
async function notesOn(config: ClusterConfig): Promise<readonly string[]> {
  const { notesOf } = await import('../config/notes.js');
  return notesOf(config);
}

/** Adds the flags of {@link ConflictFlags}. */
export function addConflictOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--take-from <tools...>', 'take objects over that bear the marks of these tools').choices([
        'Argo CD',
        'Flux',
        'Helm',
      ]),
    )
    .option('--win-over <managers...>', 'take fields that these field managers own, as in helm or vpa-*');
}

/** The policy that the flags say. */
export function conflictPolicy({ takeFrom, winOver = [] }: ConflictFlags): ConflictPolicy {
  return { takeFrom, managers: Object.fromEntries(winOver.map((manager) => [manager, 'force' as const])) };
}

function percent(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/.test(text) && value <= 100) return value;
  throw usageError(`--prune-share ${text} is no percentage`, 'write a number from 0 to 100');
}
