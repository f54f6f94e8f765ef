import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { LoadedCluster, LoadedFleet } from '../config/fleet.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { OutputLayout } from '../synth/layout.js';
import type { OutputFormat } from '../synth/manifest-writer.js';
import type { OutputSummary } from '../synth/write-output.js';
import type { CommandSetup } from './command-setup.js';
import type { CliContext } from './context.js';
import { inputPaths } from './input-paths.js';
import { applySteps, requiredLines, type WrittenCluster } from './next-steps.js';
import { counted, numberText } from './report.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

interface SynthFlags {
  readonly format: OutputFormat;
  readonly layout: OutputLayout;
  readonly output: string;
  readonly prune?: boolean;
  readonly stdout?: boolean;
}

const EXAMPLES = `
Without paths it reads opni-logging.yaml, or the folder clusters/. When any cluster is refused, nothing is written.
In the output folder, files that it did not write stay, and so do clusters that this run does not name, unless
--prune is given.

Examples:
  $ opni-logging synth prod.yaml -o manifests
  $ opni-logging synth clusters/ --layout objects
  $ opni-logging synth clusters/ --prune
  $ opni-logging synth prod.yaml --stdout | kubectl apply --server-side -f -`;

/** `opni-logging synth`: configuration in, manifests out. */
export function addSynthCommand(program: Command, { context, terminal }: CommandSetup): void {
  program
    .command('synth')
    .description('write the manifests of every cluster, one folder a cluster')
    .argument('[paths...]', 'configuration files, or folders of them')
    .option('-o, --output <folder>', 'where to write', 'dist')
    .addOption(choice('--format <format>', 'format of the manifests', ['yaml', 'json']))
    .addOption(
      choice('--layout <layout>', 'one file for each stage, or for each object', ['stages', 'objects']),
    )
    .option('--prune', 'remove clusters that earlier runs wrote and this one does not name')
    .option('--stdout', 'print the manifests instead of writing files')
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], flags: SynthFlags) => {
      const screen = terminal();
      if (flags.output === '')
        throw usageError('--output needs a folder', 'for the working directory write -o .');
      if (flags.stdout && screen.json) {
        throw usageError('--json and --stdout exclude each other', 'JSON manifests are --format json');
      }
      const { loadClusters } = await import('./clusters.js');
      const fleet = await loadClusters(inputPaths(given, context.cwd), context);
      if (flags.stdout) await printManifests(screen, fleet, flags, context.signal);
      else await writeManifests(screen, fleet, flags, context);
    });
}

/** The first value is the default. */
const choice = (flags: string, description: string, values: readonly string[]) =>
  new Option(flags, description).choices(values).default(values[0]);

async function writeManifests(
  screen: Terminal,
  fleet: LoadedFleet,
  flags: SynthFlags,
  { cwd, signal }: CliContext,
): Promise<void> {
  const [
    { renderFleet },
    { NoteList },
    { layOut },
    { ManifestWriter },
    { requiredObjects },
    { writeOutput },
  ] = await Promise.all([
    import('./clusters.js'),
    import('./note-list.js'),
    import('../synth/layout.js'),
    import('../synth/manifest-writer.js'),
    import('../synth/required-objects.js'),
    import('../synth/write-output.js'),
  ]);
  const { layout, output, prune } = flags;
  const writer = new ManifestWriter(flags.format);
  const notes = new NoteList();
  let only: Only | undefined;
  const make = ({ name, config }: LoadedCluster, objects: readonly KubernetesObject[]) => {
    const files = layOut(name, objects, { layout, writer });
    notes.add(config);
    if (fleet.size === 1) only = { name, files, required: requiredObjects(objects, config.namespace) };
    return { cluster: name, objects, files };
  };
  const onProgress = (done: number, name: string) => screen.progress(`${done}/${fleet.size} ${name}`);
  const clusters = renderFleet(fleet, make, { signal, onProgress });
  const summary = await writeOutput(resolve(cwd, output), clusters, { prune, signal });
  notes.print(screen);
  const lines = [...summaryLines(summary, output), ...(only ? nextLines(only, flags) : [])];
  const required = only && { required: only.required };
  await screen.result(lines, { ok: true, folder: output, ...summary, ...required, notes: notes.texts });
}

/** What is told of a cluster that is written alone. */
type Only = Pick<WrittenCluster, 'name' | 'files' | 'required'>;

function summaryLines(summary: OutputSummary, output: string): string[] {
  const { clusters, objects, files, unchanged, removed, kept } = summary;
  const written = counted(files - unchanged, 'file');
  const pronoun = kept === 1 ? 'it' : 'them';
  return [
    `${counted(clusters, 'cluster')}, ${counted(objects, 'object')}`,
    `${output}: ${written} written, ${numberText(unchanged)} unchanged, ${numberText(removed)} removed`,
    ...(kept > 0
      ? [`kept ${counted(kept, 'cluster')} that this run does not name; --prune removes ${pronoun}`]
      : []),
  ];
}

function nextLines(only: Only, { output, layout }: SynthFlags): string[] {
  const required = requiredLines(only.required);
  const steps = applySteps({ ...only, output, layout });
  return ['', ...(required.length > 0 ? [...required, ''] : []), ...steps];
}

/** Checks all clusters before it prints any, since whoever reads the output cannot give it back. */
async function printManifests(
  screen: Terminal,
  fleet: LoadedFleet,
  { format }: SynthFlags,
  signal: AbortSignal,
): Promise<void> {
  const [{ renderFleet }, { NoteList }, { ManifestWriter }] = await Promise.all([
    import('./clusters.js'),
    import('./note-list.js'),
    import('../synth/manifest-writer.js'),
  ]);
  const many = fleet.size > 1;
  if (many) for await (const _ of renderFleet(fleet, () => undefined, { signal }));
  const writer = new ManifestWriter(format);
  const notes = new NoteList();
  const textOf = ({ name, config }: LoadedCluster, objects: readonly KubernetesObject[]) => {
    notes.add(config);
    const heading = many && format === 'yaml' ? `---\n# cluster ${name}\n` : '';
    return heading + writer.all(objects);
  };
  for await (const text of renderFleet(fleet, textOf, { signal })) await screen.print(text);
  notes.print(screen);
}
