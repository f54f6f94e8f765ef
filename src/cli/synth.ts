import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { LoadedFleet } from '../config/fleet.js';
import type { OutputLayout } from '../synth/layout.js';
import type { OutputFormat } from '../synth/manifest-writer.js';
import type { OutputSummary } from '../synth/write-output.js';
import type { CommandSetup } from './command-setup.js';
import { inputPaths } from './input-paths.js';
import { counted } from './report.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

interface SynthFlags {
  readonly format: OutputFormat;
  readonly layout: OutputLayout;
  readonly output: string;
  readonly stdout?: boolean;
}

const EXAMPLES = `
Without paths it reads opni-logging.yaml, or the folder clusters/. When any cluster is refused, nothing is written.
Files in the output folder that it did not write stay there.

Examples:
  $ opni-logging synth prod.yaml -o manifests
  $ opni-logging synth clusters/ --layout objects
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
    .option('--stdout', 'print the manifests instead of writing files')
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], flags: SynthFlags) => {
      const screen = terminal();
      if (flags.stdout && screen.json) {
        throw usageError('--json and --stdout exclude each other', 'JSON manifests are --format json');
      }
      const paths = inputPaths(given, context.cwd);
      const [{ buildCluster, configsOf, loadClusters }, { synthesizeToFolder }, { checkCluster }] =
        await Promise.all([
          import('./clusters.js'),
          import('../synth/synthesize.js'),
          import('../lint/check-cluster.js'),
        ]);
      const fleet = await loadClusters(paths, context);
      if (flags.stdout) return printManifests(screen, fleet, flags, context.signal);
      const folder = resolve(context.cwd, flags.output);
      const summary = await synthesizeToFolder(folder, configsOf(fleet), buildCluster, {
        ...flags,
        check: checkCluster,
        signal: context.signal,
        onProgress: ({ cluster, clusters }) => screen.progress(`${clusters}/${fleet.size} ${cluster}`),
      });
      const lines = summaryLines(summary, flags, fleet.names[0]!);
      await screen.result(lines, { ok: true, folder: flags.output, ...summary });
    });
}

/** The first value is the default. */
const choice = (flags: string, description: string, values: readonly string[]) =>
  new Option(flags, description).choices(values).default(values[0]);

/** Checks all clusters before it prints any, since whoever reads the output cannot give it back. */
async function printManifests(
  screen: Terminal,
  fleet: LoadedFleet,
  { format }: SynthFlags,
  signal: AbortSignal,
): Promise<void> {
  const [{ buildCluster, checkClusters }, { renderCluster }, { checkCluster }, { ManifestWriter }] =
    await Promise.all([
      import('./clusters.js'),
      import('../synth/synthesize.js'),
      import('../lint/check-cluster.js'),
      import('../synth/manifest-writer.js'),
    ]);
  const many = fleet.size > 1;
  if (many) await checkClusters(fleet, { signal });
  const writer = new ManifestWriter(format);
  for (const { name, config } of fleet) {
    const objects = renderCluster(config, buildCluster, { check: checkCluster });
    const heading = many && format === 'yaml' ? `---\n# cluster ${name}\n` : '';
    await screen.print(heading + writer.all(objects));
  }
}

function summaryLines(summary: OutputSummary, flags: SynthFlags, firstCluster: string): string[] {
  const { clusters, objects, files, unchanged, removed } = summary;
  const lines = [
    `${counted(clusters, 'cluster')}, ${counted(objects, 'object')}`,
    `${flags.output}: ${counted(files - unchanged, 'file')} written, ${unchanged} unchanged, ${removed} removed`,
  ];
  if (clusters !== 1) return lines;
  const recursive = flags.layout === 'objects' ? ' --recursive' : '';
  return [
    ...lines,
    '',
    `next: kubectl apply --server-side${recursive} -f ${flags.output}/${firstCluster}`,
    '      The first time, run it again if kinds are not found: their definitions take a moment to arrive.',
  ];
}
