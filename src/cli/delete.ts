import type { Command } from 'commander';
import { OpniLoggingError } from '../common/error.js';
import type { CommandSetup } from './command-setup.js';
import { confirm } from './confirm.js';
import { durationOption } from './durations.js';
import { nameOfSet } from './set-name.js';
import { addTargetOptions, openTarget, type TargetFlags, targetHelp } from './set-target.js';

interface DeleteFlags extends TargetFlags {
  readonly crds?: boolean;
  readonly deleteNamespace?: boolean;
  readonly deleteVolumes?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly stripFinalizer?: readonly string[];
  readonly drainTimeout: number;
  readonly timeout: number;
}

const EXAMPLES = `${targetHelp({ manifests: false })}

What takes records in goes first; then the buffers are left the time to empty; then the rest goes, custom resources
before their operator. Definitions, namespaces and volumes stay unless asked for, and in any case when others use them.
A run that was interrupted is continued by the next one.

Examples:
  $ opni-logging delete --dry-run
  $ opni-logging delete --set opni/opni --yes
  $ opni-logging delete --set opni/opni --crds --delete-namespace --yes`;

/** `opni-logging delete`: takes a set out of a cluster. */
export function addDeleteCommand(program: Command, { context, terminal, exit }: CommandSetup): void {
  const command = program
    .command('delete')
    .description('take the objects out of the cluster, in an order that loses nothing');
  addTargetOptions(command, { manifests: false })
    .option('--crds', 'also delete definitions that nobody has objects of')
    .option('--delete-namespace', 'also delete namespaces that the set made and that hold nothing else')
    .option('--delete-volumes', 'also delete volume claims of the set, with the data on them')
    .option('--dry-run', 'ask the cluster what would happen, and change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--strip-finalizer <names...>', 'take these finalizers away from objects that are stuck for good')
    .addOption(
      durationOption(
        '--drain-timeout <duration>',
        'how long the buffers may take to empty; 0s does not wait',
        '2m',
      ),
    )
    .addOption(durationOption('--timeout <duration>', 'how long to wait for each step', '5m'))
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], flags: DeleteFlags) => {
      const screen = terminal();
      const target = await openTarget(given, flags, context, screen);
      const { set, cluster } = target;
      const { signal } = context;
      const name = nameOfSet(set);
      let begun = false;
      try {
        if (
          !flags.yes &&
          !flags.dryRun &&
          !(await confirm(context, questionOf(name, target.context, flags)))
        ) {
          throw new OpniLoggingError('cluster', 'the answer was not yes, and nothing was changed');
        }
        begun = !flags.dryRun;
        const [{ deleteSet }, { EngineOutput }, { aggregatorDrain }] = await Promise.all([
          import('../apply/delete.js'),
          import('./engine-output.js'),
          import('../apply/removal/aggregator-drain.js'),
        ]);
        const output = new EngineOutput(screen);
        if (flags.yes || flags.dryRun) screen.note(`set ${name} in context ${target.context}`);
        const kept = new Set<string>();
        const result = await deleteSet({
          set,
          cluster,
          signal,
          onEvent: (event) => {
            if (event.type === 'object' && event.action === 'kept') kept.add(event.object.kind);
            output.onEvent(event);
          },
          dryRun: flags.dryRun,
          definitions: flags.crds,
          namespaces: flags.deleteNamespace,
          volumes: flags.deleteVolumes,
          waitMs: flags.timeout,
          stripFinalizers: flags.stripFinalizer,
          drain: flags.drainTimeout > 0 ? aggregatorDrain(flags.drainTimeout) : undefined,
        });
        if (result.outcome === 'nothing') {
          const more = result.counts.kept ? 'nothing but what is kept' : 'nothing';
          output.note(`there is ${more} of the set ${name} in the cluster`);
        }
        const unasked = unaskedFlags(kept, flags);
        if (unasked.length > 0)
          output.note(`what is kept and used by nobody else goes with ${unasked.join(' ')}`);
        await output.finish(result, exit, {
          headline: flags.dryRun ? 'not everything would be gone' : 'not everything is gone',
          more: { set, context: target.context },
          dryRun: flags.dryRun === true,
        });
      } catch (error) {
        if (signal.aborted) {
          screen.error(
            begun ? 'interrupted; the next delete goes on from here' : 'interrupted; nothing was changed',
          );
        }
        throw error;
      } finally {
        cluster.client.close();
      }
    });
}

/** What is asked, with all that goes beside what always does. */
function questionOf(
  name: string,
  context: string,
  { crds, deleteNamespace, deleteVolumes }: DeleteFlags,
): string {
  const more = [
    ...(crds ? ['definitions'] : []),
    ...(deleteNamespace ? ['namespaces'] : []),
    ...(deleteVolumes ? ['volume claims'] : []),
  ];
  const list = more.join(', ').replace(/, (?=[^,]*$)/, ' and ');
  return `Delete the set ${name} in context ${context}${list ? `, with its ${list}` : ''}`;
}

/** The flags that were not given, and without which objects of these kinds were kept. */
function unaskedFlags(kept: ReadonlySet<string>, flags: DeleteFlags): string[] {
  const askers = [
    ['CustomResourceDefinition', '--crds', flags.crds],
    ['Namespace', '--delete-namespace', flags.deleteNamespace],
    ['PersistentVolumeClaim', '--delete-volumes', flags.deleteVolumes],
  ] as const;
  return askers.filter(([kind, , given]) => kept.has(kind) && !given).map(([, flag]) => flag);
}
