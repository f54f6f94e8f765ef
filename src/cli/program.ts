import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { VERSION } from '../common/version.js';
import { addAgentCommand } from './agent.js';
import { addApplyCommand } from './apply.js';
import type { CommandSetup, ExitCodes } from './command-setup.js';
import { addCompletionCommand } from './completion.js';
import type { CliContext, GlobalFlags } from './context.js';
import { addDeleteCommand } from './delete.js';
import { addDiffCommand } from './diff.js';
import { addEventsCommand } from './events.js';
import { addInitCommand } from './init.js';
import { EXIT, reportError } from './report.js';
import { addSchemaCommand } from './schema.js';
import { addStatusCommand } from './status.js';
import { addSynthCommand } from './synth.js';
import { Terminal, wantsColor } from './terminal.js';
import { usageError } from './usage-error.js';
import { addValidateCommand } from './validate.js';

const EXIT_CODES = `
Exit codes:
  0    done
  1    refused or failed; what is wrong and how to mend it is on standard error
       (diff: there are differences; status: not healthy)
  2    the command line is wrong (diff: or it failed)
  130  interrupted`;

const EXAMPLES = `
Examples:
  $ opni-logging init                          write opni-logging.yaml, asking what is needed
  $ opni-logging synth                         write its manifests to dist/
  $ opni-logging synth clusters/ -o manifests  the same for a fleet
  $ opni-logging validate clusters/ --json     check only, for machines
  $ opni-logging diff                          what an apply would change in the cluster
  $ opni-logging apply                         bring it into the cluster, and wait until it works
  $ opni-logging status                        the state of the data path, hop by hop
  $ opni-logging delete --dry-run              what would go when the set is deleted`;

/**
 * Builds the command `opni-logging`. Nothing is read or written until it parses.
 *
 * @param open gives the terminal that commands print on @default a new one
 */
export function buildProgram(
  context: CliContext,
  exit: ExitCodes = { done: EXIT.ok, refused: EXIT.refused },
  open: (flags: GlobalFlags) => Terminal = (flags) => new Terminal(context, flags),
): Command {
  const program = new Command('opni-logging');
  const flags = () => program.opts<GlobalFlags>();
  const setup: CommandSetup = { context, exit, terminal: () => open(flags()) };
  program
    .description('Logs and events of many Kubernetes clusters into one OpenSearch.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('-q, --quiet', 'print errors only')
    .option('--json', 'print one JSON document, errors too, for machines')
    .option('--no-color', 'do not colour, also on a terminal')
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => `\u001b[1m${title}\u001b[22m` })
    .configureOutput(outputOf(context, flags))
    .addHelpText('after', EXAMPLES)
    .addHelpText('afterAll', EXIT_CODES);
  const adders = [
    addInitCommand,
    addSynthCommand,
    addValidateCommand,
    addDiffCommand,
    addApplyCommand,
    addStatusCommand,
    addDeleteCommand,
    addSchemaCommand,
    addCompletionCommand,
    addEventsCommand,
    addAgentCommand,
  ];
  for (const add of adders) add(program, setup);
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    command.exitOverride((error) => {
      throw asUsageError(error, command);
    });
  }
  return program;
}

/**
 * Runs the command and prints what comes of it.
 *
 * @param args the arguments without the program's own name
 * @returns the exit code
 */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  const exit: ExitCodes = { done: EXIT.ok, refused: EXIT.refused };
  // The one that showed a progress line must take it away before an error is told.
  let screen: Terminal | undefined;
  const open = (flags: GlobalFlags) => {
    screen ??= new Terminal(context, flags);
    return screen;
  };
  const program = buildProgram(context, exit, open);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (context.signal.aborted) return EXIT.interrupted;
    const code = await reportError(open(program.opts()), error);
    return code === EXIT.refused ? exit.refused : code;
  } finally {
    screen?.clearProgress();
  }
}

/** Help goes where it belongs; errors are left to the report, so that they all look alike. */
function outputOf({ stdout, stderr, env }: CliContext, flags: () => GlobalFlags): OutputConfiguration {
  return {
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => flags().json || stderr.write(text),
    outputError: () => {},
    getOutHelpWidth: () => stdout.columns ?? 100,
    getErrHelpWidth: () => stderr.columns ?? 100,
    getOutHasColors: () => wantsColor(stdout, env, flags()),
    getErrHasColors: () => wantsColor(stderr, env, flags()),
  };
}

/** commander's errors end a message with the nearest name in parentheses; help and version are no errors. */
function asUsageError(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0) return error;
  const path = command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
  const [, text, nearest] = /^(?:error: )?(.*?)(?:\s*\(Did you mean (.*)\?\))?$/s.exec(error.message) ?? [];
  const message = error.code === 'commander.help' ? 'no command given' : (text ?? error.message);
  const fix = nearest ? `did you mean ${nearest}?` : `see \`${path} --help\``;
  return usageError(message, fix);
}
