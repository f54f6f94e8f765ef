import type { Command } from 'commander';
import type { Origin } from '../config/place.js';
import type { CommandSetup } from './command-setup.js';
import { inputPaths } from './input-paths.js';
import { counted } from './report.js';

const EXAMPLES = `
Without paths it reads opni-logging.yaml, or the folder clusters/. Every problem of every file is told at once.

Examples:
  $ opni-logging validate clusters/
  $ opni-logging validate prod.yaml --show-origin | grep shipper`;

/** `opni-logging validate`: everything that `synth` does, but for writing. */
export function addValidateCommand(program: Command, { context, terminal }: CommandSetup): void {
  program
    .command('validate')
    .description('check configuration files and what comes of them, without writing')
    .argument('[paths...]', 'configuration files, or folders of them')
    .option('--show-origin', 'tell every effective value, and the file and line it came from')
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], { showOrigin }: { readonly showOrigin?: boolean }) => {
      const screen = terminal();
      const paths = inputPaths(given, context.cwd);
      const [{ loadClusters, renderFleet }, { NoteList }, { effectiveValues }] = await Promise.all([
        import('./clusters.js'),
        import('./note-list.js'),
        import('../config/origin.js'),
      ]);
      const fleet = await loadClusters(paths, context);
      const notes = new NoteList();
      const checked = renderFleet(fleet, ({ config }) => notes.add(config), {
        signal: context.signal,
        onProgress: (done, name) => screen.progress(`${done}/${fleet.size} ${name}`),
      });
      for await (const _ of checked);
      notes.print(screen);
      if (showOrigin && !screen.json) {
        for (const cluster of fleet) {
          const rows = effectiveValues(cluster).map(({ path, value, origin }) => [
            path,
            JSON.stringify(value),
            placeText(origin),
          ]);
          await screen.print(`${screen.style('bold', cluster.name)}\n${table(rows)}\n`);
        }
      }
      const clusters = showOrigin
        ? Array.from(fleet, (cluster) => ({ name: cluster.name, values: effectiveValues(cluster) }))
        : fleet.names.map((name) => ({ name }));
      await screen.result([`ok: ${counted(fleet.size, 'cluster')}`], {
        ok: true,
        clusters,
        notes: notes.texts,
      });
    });
}

const placeText = (origin: Origin) =>
  origin === 'default' ? origin : `${origin.file}:${origin.line}:${origin.column}`;

/** Columns beside each other; long values do not push the others away. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.min(60, Math.max(...rows.map((row) => row[column]!.length)));
  const widths = [width(0), width(1)];
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}\n`).join('');
}
