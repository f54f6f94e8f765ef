import { type Command, Option } from 'commander';
import { systemClock } from '../common/clock.js';
import type { CommandSetup } from './command-setup.js';
import { durationOption } from './durations.js';
import { addServerOptions, openServer, type ServerFlags } from './open-server.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

interface TailFlags extends ServerFlags {
  readonly namespace?: readonly string[];
  readonly type?: readonly string[];
  readonly kind?: readonly string[];
  readonly reason?: readonly string[];
  /** Milliseconds. */
  readonly since: number;
}

const EXAMPLES = `
What the events forwarder would read is shown as it comes, after the events of the last minutes. With --json, each line is
the document that it would send.

Examples:
  $ opni-logging events tail
  $ opni-logging events tail --namespace default --type Warning --since 1h`;

/** `opni-logging events tail`: follows a cluster's events. */
export function addEventsTailCommand(events: Command, { context, terminal }: CommandSetup): void {
  const command = events
    .command('tail')
    .description("follow a cluster's events")
    .option('-n, --namespace <names...>', 'only events about objects of these namespaces')
    .addOption(new Option('--type <types...>', 'only these types').choices(['Normal', 'Warning']))
    .option('--kind <kinds...>', 'only events about objects of these kinds, such as Pod')
    .option('--reason <reasons...>', 'only these reasons, such as BackOff')
    .addOption(durationOption('--since <duration>', 'how far back to begin', '10m'));
  // Those of `events` are no flags of `tail`.
  command.configureHelp({
    ...command.configureHelp(),
    visibleGlobalOptions: () => {
      const all = events.parent!.createHelp().visibleOptions(events.parent!);
      return all.filter(({ long }) => long !== '--help');
    },
  });
  addServerOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (own: TailFlags) => {
      // The parser gives flags that `events` has as well to it, also when they stand after `tail`.
      const { kubeconfig, context: named, ...others } = events.opts<ServerFlags>();
      const [other] = Object.keys(others).filter((name) => events.getOptionValueSource(name) === 'cli');
      if (other) {
        const long = events.options.find((option) => option.attributeName() === other)?.long;
        throw usageError(`events tail takes no ${long ?? other}`, 'see `opni-logging events tail --help`');
      }
      const flags: TailFlags = { kubeconfig, context: named, ...own };
      const screen = terminal();
      const { readEventsConfig } = await import('../events/config/read-events-config.js');
      const settings = await readEventsConfig({
        flags: {
          'source.namespaces.include': flags.namespace,
          'source.types.include': flags.type,
          'source.kinds.include': flags.kind,
          'source.reasons.include': flags.reason,
        },
        cwd: context.cwd,
        urlRequired: false,
      });
      const [{ Cluster }, server] = await Promise.all([
        import('../kube/cluster.js'),
        openServer(flags, context),
      ]);
      const { tailEvents } = await import('../events/print/tail-events.js');
      const cluster = Cluster.connect(server);
      try {
        await tailEvents({
          settings,
          cluster,
          sinceMs: systemClock.wallMs() - flags.since,
          documents: screen.json,
          lineOf: (text) => lineOf(text, screen),
          print: (line) => screen.print(`${line}\n`),
          onTrouble: (message) => screen.error(`trying again: ${message}`),
          signal: context.signal,
        });
      } finally {
        cluster.client.close();
      }
    });
}

type Text = import('../events/print/event-text.js').EventText;

/** Columns that line up for most events. */
function lineOf({ time, type, object, reason, message, count }: Text, screen: Terminal): string {
  const shownType = type.padEnd(7);
  const parts = [
    screen.style('dim', time),
    type === 'Normal' ? shownType : screen.style('yellow', shownType),
    screen.style('bold', object.padEnd(36)),
    reason.padEnd(18),
    count > 1 ? `${message} (${count} times)` : message,
  ];
  return parts.join('  ').trimEnd();
}
