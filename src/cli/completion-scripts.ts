import type { Shell } from './completion.js';
import type { CompletedCommand, CompletedFlag, Completes, CompletionModel } from './completion-model.js';

/** The completion script of a shell. It stands alone: completing starts no process. */
export function completionScript(shell: Shell, model: CompletionModel): string {
  return SCRIPTS[shell](model);
}

const SCRIPTS: Readonly<Record<Shell, (model: CompletionModel) => string>> = { bash, zsh, fish };

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** A word as shells read one with a blank in it. */
const escaped = (word: string) => word.replaceAll(/[\\ ]/g, '\\$&');
const spellings = ({ short, long }: CompletedFlag) => (short ? [short, long] : [long]);
const takesValue = (flag: CompletedFlag) => flag.value !== 'nothing';
const isWords = (completes: Completes): completes is readonly string[] => Array.isArray(completes);

/** Empty replies fall back to file names (`-o default`), which also holds for bash 3.2 of macOS. */
function bash(model: CompletionModel): string {
  const id = model.name.replaceAll('-', '_');
  const reply = (words: readonly string[]) => {
    const fill = (list: string) => `COMPREPLY=($(compgen -W ${quote(list)} -- "$cur"))`;
    if (!words.some((word) => word.includes(' '))) return fill(words.join(' '));
    // compgen takes one level of escapes away, and readline puts in what is left; a line is a word then.
    return `local IFS=$'\\n'; ${fill(words.map((word) => escaped(escaped(word))).join('\n'))}`;
  };
  const values = model.commands.flatMap(({ name, flags }) =>
    flags.filter(takesValue).map((flag) => {
      const pattern = spellings(flag).map((spelling) => `${name}:${spelling}`);
      return `    ${pattern.join('|')}) ${isWords(flag.value) ? `${reply(flag.value)}; ` : ''}return ;;`;
    }),
  );
  const flags = model.commands.map(
    (command) => `    ${command.name}:-*) ${reply(command.flags.flatMap(spellings))} ;;`,
  );
  const words = model.commands.flatMap(({ name, argument }) =>
    isWords(argument) ? [`    ${name}:*) ${reply(argument)} ;;`] : [],
  );
  const names = model.commands.map((command) => command.name);
  return `# bash completion of ${model.name}
_${id}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command= word
  # bash splits --flag=value at the sign
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${names.join('|')}) command=$word; break ;;
    esac
  done
  case $command:$prev in
${values.join('\n')}
  esac
  case $command:$cur in
    :-*) ${reply(model.flags.flatMap(spellings))} ;;
    :*) ${reply(names)} ;;
${[...flags, ...words].join('\n')}
  esac
}
complete -o default -F _${id} ${model.name}
`;
}

function zsh(model: CompletionModel): string {
  const id = model.name.replaceAll('-', '_');
  const action = (completes: Completes, what: string) => {
    if (isWords(completes)) return `:${what}:(${completes.map(escaped).join(' ')})`;
    return `:${what}:${completes === 'file' ? '_files' : ' '}`;
  };
  const specification = (flag: CompletedFlag) => {
    const about = `[${flag.description.replace(/[[\]]/g, '\\$&')}]`;
    const value = takesValue(flag) ? action(flag.value, flag.long.slice(2)) : '';
    if (!flag.short) return quote(`${flag.long}${about}${value}`);
    return `'(${flag.short} ${flag.long})'{${flag.short},${flag.long}}${quote(about + value)}`;
  };
  const cases = model.commands.map(({ name, flags, argument }) => {
    const rest = argument === 'nothing' ? [] : [quote(`*${action(argument, 'argument')}`)];
    return `    ${name}) _arguments ${[...flags.map(specification), ...rest].join(' \\\n        ')} ;;`;
  });
  const commands = model.commands.map(
    ({ name, description }) => `    ${quote(`${name}:${description.replaceAll(':', '\\:')}`)}`,
  );
  return `#compdef ${model.name}
_${id}() {
  local -a commands
  local curcontext="$curcontext" state line
  commands=(
${commands.join('\n')}
  )
  _arguments -C \\
    ${model.flags.map(specification).join(' \\\n    ')} \\
    '1: :->command' \\
    '*:: :->rest'
  [[ $state == command ]] && _describe command commands
  [[ $state == rest ]] && case $line[1] in
${cases.join('\n')}
  esac
}
# The file is run as the function of its name when zsh loads it by itself.
if [[ $funcstack[1] == _${model.name} ]]; then
  _${id} "$@"
else
  compdef _${id} ${model.name}
fi
`;
}

function fish(model: CompletionModel): string {
  const value = (completes: Completes) => {
    if (isWords(completes)) return ` -x -a ${quote(completes.map(escaped).join(' '))}`;
    return { nothing: '', file: ' -r -F', text: ' -x' }[completes as Exclude<Completes, readonly string[]>];
  };
  const flag = (condition: string, { short, long, description, value: completes }: CompletedFlag) =>
    `complete -c ${model.name} -n ${quote(condition)}${short ? ` -s ${short.slice(1)}` : ''} -l ${long.slice(2)}` +
    `${value(completes)} -d ${quote(description)}`;
  const first = '__fish_use_subcommand';
  const lines = ({ name, description, flags, argument }: CompletedCommand) => {
    const inside = `__fish_seen_subcommand_from ${name}`;
    const rest = isWords(argument) ? argument.join(' ') : undefined;
    return [
      `complete -c ${model.name} -n ${quote(first)} -f -a ${name} -d ${quote(description)}`,
      ...(rest ? [`complete -c ${model.name} -n ${quote(inside)} -f -a ${quote(rest)}`] : []),
      ...(argument === 'nothing' ? [`complete -c ${model.name} -n ${quote(inside)} -f`] : []),
      ...flags.map((each) => flag(inside, each)),
    ];
  };
  return [
    `# fish completion of ${model.name}`,
    ...model.flags.map((each) => flag(first, each)),
    ...model.commands.flatMap(lines),
    '',
  ].join('\n');
}
