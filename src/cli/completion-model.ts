import type { Command, Option } from 'commander';

/** What may follow a flag or stand as an argument: nothing, one of some words, a file, or free text. */
export type Completes = 'nothing' | 'file' | 'text' | readonly string[];

/** A flag in all its spellings. */
export interface CompletedFlag {
  readonly short?: string;
  readonly long: string;
  readonly description: string;
  readonly value: Completes;
}

/** A command with everything that may follow it. */
export interface CompletedCommand {
  readonly name: string;
  /** Command that it belongs to, such as `events` for `tail`. */
  readonly parent?: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  readonly argument: Completes;
}

/** All that a shell can complete, read from the program itself. */
export interface CompletionModel {
  readonly name: string;
  readonly flags: readonly CompletedFlag[];
  readonly commands: readonly CompletedCommand[];
  /** Commands of commands. */
  readonly subcommands: readonly CompletedCommand[];
}

/** Placeholders that stand for something on the disk, as in `--output <folder>`. */
const FILE_PLACEHOLDER = /^(file|folder|paths?)$/;

/** Reads what can be completed from a program. */
export function completionModel(program: Command): CompletionModel {
  const names = program.commands.map((command) => command.name());
  const globalFlags = flagsOf(program);
  const completed = (command: Command): CompletedCommand => ({
    name: command.name(),
    description: command.description(),
    flags: [...flagsOf(command), ...globalFlags.filter((flag) => flag.long !== '--version')],
    argument: argumentOf(command),
  });
  const commands = program.commands.map(completed);
  const subcommands = program.commands.flatMap((command) =>
    command.commands.map((child) => ({ ...completed(child), parent: command.name() })),
  );
  const help = { name: 'help', description: 'print the help of a command', flags: [], argument: names };
  return { name: program.name(), flags: [...globalFlags, HELP], commands: [...commands, help], subcommands };
}

const HELP: CompletedFlag = { short: '-h', long: '--help', description: 'print the help', value: 'nothing' };

function flagsOf(command: Command): CompletedFlag[] {
  const flags = command.options
    .filter((option) => !option.hidden && option.long)
    .map((option) => ({
      short: option.short,
      long: option.long!,
      description: option.description,
      value: option.required || option.optional ? completionOf(option) : ('nothing' as const),
    }));
  return command.parent ? [...flags, HELP] : flags;
}

function completionOf(option: Option): Completes {
  return option.argChoices ?? (FILE_PLACEHOLDER.test(placeholder(option.flags)) ? 'file' : 'text');
}

const placeholder = (flags: string) => /[<[]([a-z-]+)/.exec(flags)?.[1] ?? '';

function argumentOf(command: Command): Completes {
  const [argument] = command.registeredArguments;
  if (command.commands.length > 0) return command.commands.map((child) => child.name());
  if (!argument) return 'nothing';
  return argument.argChoices ?? (FILE_PLACEHOLDER.test(argument.name()) ? 'file' : 'text');
}
