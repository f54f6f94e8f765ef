import type { Command } from 'commander';
import type { ObjectDiff } from '../apply/diff/diff-set.js';
import { describeRef } from '../apply/set/object-ref.js';
import { addConflictOptions, type ConflictFlags, conflictPolicy } from './apply.js';
import type { CommandSetup } from './command-setup.js';
import { counted, EXIT } from './report.js';
import { addTargetOptions, openTarget, type TargetFlags, targetHelp } from './set-target.js';
import type { Terminal } from './terminal.js';

const EXAMPLES = `${targetHelp({ manifests: true })}

The cluster itself says what would change, defaults and admission included. Values of Secrets are never shown. The exit
code is 0 when nothing would change, 1 when something would, 2 when it cannot be told.

Examples:
  $ opni-logging diff
  $ opni-logging diff -f dist/prod --set opni/opni`;

/** `opni-logging diff`: what an apply would change. */
export function addDiffCommand(program: Command, { context, terminal, exit }: CommandSetup): void {
  const command = program.command('diff').description('show what an apply would change in the cluster');
  addConflictOptions(addTargetOptions(command, { manifests: true }))
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], flags: TargetFlags & ConflictFlags) => {
      exit.refused = EXIT.usage;
      const screen = terminal();
      const target = await openTarget(given, flags, context, screen, { withObjects: true });
      const [objects, { diffSet }] = await Promise.all([
        target.objects(),
        import('../apply/diff/diff-set.js'),
      ]);
      const { set, cluster } = target;
      screen.progress(`comparing ${counted(objects.length, 'object')} with the cluster …`);
      try {
        const conflicts = conflictPolicy(flags);
        const differences = await diffSet(objects, { set, cluster, conflicts, signal: context.signal });
        if (differences.length > 0) exit.done = EXIT.refused;
        await screen.result(linesOf(differences, screen), {
          ok: true,
          set,
          context: target.context,
          differences: differences.map(({ object, ...rest }) => ({ ...object, ...rest })),
        });
      } finally {
        cluster.client.close();
      }
    });
}

const WORDS: Readonly<Record<ObjectDiff['change'], string>> = {
  create: 'would be created',
  update: 'would be changed',
  recreate: 'would be deleted and made anew',
  remove: 'left the set and would be removed',
  refused: 'would be left as it is',
};

function linesOf(differences: readonly ObjectDiff[], screen: Terminal): string[] {
  if (differences.length === 0) return ['no differences'];
  const blocks = differences.flatMap(({ lines, fix, ...difference }) => [
    screen.style('bold', headlineOf(difference)),
    ...(fix ? [`    fix: ${fix}`] : []),
    ...lines.map((line) => coloured(line, screen)),
    '',
  ]);
  return [...blocks, `${counted(differences.length, 'object')} differ${differences.length === 1 ? 's' : ''}`];
}

function headlineOf({ object, change, message, fields }: Omit<ObjectDiff, 'lines' | 'fix'>): string {
  const why = message && change !== 'remove' ? `: ${message}` : '';
  // Where no diff shows them.
  const where = change === 'refused' && fields.length > 0 ? ` (${fields.join(', ')})` : '';
  return `${describeRef(object)} ${WORDS[change]}${why}${where}`;
}

function coloured(line: string, screen: Terminal): string {
  if (line.startsWith('+')) return screen.style('green', line);
  if (line.startsWith('-')) return screen.style('red', line);
  return line.startsWith('@@') ? screen.style('dim', line) : line;
}
