import { type Command, Option } from 'commander';
import { createLogger } from '../common/log.js';
import { eventsFlags, eventsFlagValues } from '../events/config/events-flags.js';
import type { EventsSettings, ShippingSettings } from '../events/config/events-settings.js';
import type { Cluster } from '../kube/cluster.js';
import type { CommandSetup } from './command-setup.js';
import { addEventsTailCommand } from './events-tail.js';
import { addServerOptions, openServer, type ServerFlags } from './open-server.js';
import { usageError } from './usage-error.js';

interface EventsCommandFlags extends ServerFlags {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly once?: boolean;
}

/** So much longer than the drain time the program may take to stop, in milliseconds. */
const STOP_MARGIN_MS = 4000;

const EXAMPLES = `
Settings stand in a file that --config names, as synth writes it, or in flags of the same names; a flag wins over the
file. Without cluster.id, the UID of the cluster's namespace kube-system is taken. The Lease that says which of several
replicas ships, and up to where everything was delivered, is in the pod's namespace, or in that of the kubeconfig's context.

SIGTERM and SIGINT deliver what was read, for at most drainSeconds; a second one ends at once, as the first one does with
--once and --dry-run.

Examples:
  $ opni-logging events tail                                          follow a cluster's events
  $ opni-logging events --dry-run --once                              the documents of the events that there are
  $ opni-logging events --shipper.url http://localhost:2021/log/ingest
  $ opni-logging events --config events.yaml --once                   ship what there is, and end`;

/** `opni-logging events`: the events forwarder. */
export function addEventsCommand(program: Command, setup: CommandSetup): void {
  const { context, terminal } = setup;
  const command = program
    .command('events')
    .description("forward a cluster's events to the shipper")
    .option('--config <file>', 'file with the settings, such as events.yaml')
    .option('--dry-run', 'print the documents, one a line, and send nothing')
    .option('--once', 'ship the events that there are, and end');
  addServerOptions(command);
  command.optionsGroup('Settings, by their place in the file:');
  for (const { flags, negated, description, default: byDefault, choices } of eventsFlags()) {
    // The parser must not fill defaults in: they would win over the file.
    const shown = byDefault === undefined ? '' : ` (default: ${JSON.stringify(byDefault)})`;
    const option = new Option(flags, description + shown);
    command.addOption(choices ? option.choices([...choices]) : option);
    if (negated) command.addOption(new Option(negated).hideHelp());
  }
  command
    .addHelpText('after', EXAMPLES)
    .action(async (flags: EventsCommandFlags, { args }: { readonly args: readonly string[] }) => {
      if (args.length > 0)
        throw usageError(`events takes no argument ${args[0]}`, 'give settings as flags or in a file');
      const { readEventsConfig } = await import('../events/config/read-events-config.js');
      const { eventsNotes } = await import('../events/config/events-format.js');
      const source = {
        file: flags.config,
        flags: eventsFlagValues(flags as object as Record<string, unknown>),
        cwd: context.cwd,
      };
      const settings = await readEventsConfig({ ...source, urlRequired: !flags.dryRun });
      const [{ Cluster }, server] = await Promise.all([
        import('../kube/cluster.js'),
        openServer(flags, context),
      ]);
      const cluster = Cluster.connect(server);
      try {
        const notes = eventsNotes(settings);
        if (flags.dryRun) {
          for (const note of notes) terminal().note(`note: ${note}`);
          await printDocuments(settings, cluster, flags, setup);
        } else {
          const namespace = server.namespace ?? 'default';
          await ship(settings as ShippingSettings, { cluster, namespace, notes }, flags, setup);
        }
      } finally {
        cluster.client.close();
      }
    });
  addEventsTailCommand(command, setup);
  // They are refused above, with the word itself. Not before, because `tail` would inherit it.
  command.allowExcessArguments();
}

/** Where events are read, and where the Lease is. */
interface ShipTarget {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly notes: readonly string[];
}

async function ship(
  settings: ShippingSettings,
  { cluster, namespace, notes }: ShipTarget,
  { once }: EventsCommandFlags,
  { context, terminal }: CommandSetup,
): Promise<void> {
  const { signal, stderr } = context;
  const log = createLogger({
    write: (text) => stderr.write(text),
    level: terminal().quiet ? 'error' : settings.logLevel,
    fields: { cluster: settings.cluster.name },
  });
  // With a log that machines read, a note is a line of it.
  for (const note of notes) log.warn(note);
  // Delivering may take long, and says nothing of itself.
  const stopping = () => log.info('stopping', { atMostSeconds: settings.drainSeconds });
  if (!once) signal.addEventListener('abort', stopping, { once: true });
  context.allowToStop(settings.drainSeconds * 1000 + STOP_MARGIN_MS);
  if (once) {
    const { shipOnce } = await import('../events/ship-once.js');
    await shipOnce({ settings, cluster, log, signal });
    return;
  }
  const { runForwarder } = await import('../events/forwarder-program.js');
  await runForwarder({ settings, cluster, namespace, log, signal });
}

async function printDocuments(
  settings: EventsSettings,
  cluster: Cluster,
  { once }: EventsCommandFlags,
  { context, terminal }: CommandSetup,
): Promise<void> {
  const screen = terminal();
  const { printDocuments: print } = await import('../events/print/print-documents.js');
  await print({
    settings,
    cluster,
    once: once === true,
    signal: context.signal,
    print: (line) => screen.print(`${line}\n`),
    onTrouble: (message) => screen.error(`trying again: ${message}`),
  });
}
