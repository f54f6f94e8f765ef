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
/** One word for a command, with the command that it belongs to. */
const keyOf = ({ parent, name }: CompletedCommand) => (parent ? `${parent}/${name}` : name);
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
  const all = [...model.commands, ...model.subcommands];
  const values = all.flatMap((command) =>
    command.flags.filter(takesValue).map((flag) => {
      const pattern = spellings(flag).map((spelling) => `${keyOf(command)}:${spelling}`);
      return `    ${pattern.join('|')}) ${isWords(flag.value) ? `${reply(flag.value)}; ` : ''}return ;;`;
    }),
  );
  const flags = all.map(
    (command) => `    ${keyOf(command)}:-*) ${reply(command.flags.flatMap(spellings))} ;;`,
  );
  const words = all.flatMap((command) =>
    isWords(command.argument) ? [`    ${keyOf(command)}:*) ${reply(command.argument)} ;;`] : [],
  );
  const names = model.commands.map((command) => command.name);
  const children = model.subcommands.map(
    (command) => `      ${command.parent}:${command.name}) command=${keyOf(command)} ;;`,
  );
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
    case $command:$word in
      ${names.map((name) => `:${name}`).join('|')}) command=$word ;;
${children.join('\n')}
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
  const call = ({ flags, argument }: CompletedCommand) => {
    const rest = argument === 'nothing' ? [] : [quote(`*${action(argument, 'argument')}`)];
    return `_arguments ${[...flags.map(specification), ...rest].join(' \\\n        ')}`;
  };
  const cases = model.commands.map((command) => {
    const inner = model.subcommands.filter(({ parent }) => parent === command.name);
    // Behind the name of a subcommand, words count from there.
    const branches = inner.map(
      (child) => `at=\${words[(i)${child.name}]}
      if (( CURRENT > at )); then
        shift $(( at - 1 )) words
        (( CURRENT -= at - 1 ))
        ${call(child)}
        return
      fi
      `,
    );
    return `    ${command.name}) ${branches.join('')}${call(command)} ;;`;
  });
  const commands = model.commands.map(
    ({ name, description }) => `    ${quote(`${name}:${description.replaceAll(':', '\\:')}`)}`,
  );
  return `#compdef ${model.name}
_${id}() {
  local -a commands
  local curcontext="$curcontext" state line
  local -i at
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
  const seen = (name: string) => `__fish_seen_subcommand_from ${name}`;
  const lines = (command: CompletedCommand) => {
    const { name, parent, description, flags, argument } = command;
    const children = model.subcommands.filter((child) => child.parent === name).map((child) => child.name);
    const others = children.length > 0 ? `; and not ${seen(children.join(' '))}` : '';
    const inside = parent ? `${seen(parent)}; and ${seen(name)}` : seen(name) + others;
    const before = parent ? `${seen(parent)}; and not ${seen(name)}` : first;
    const rest = isWords(argument) ? argument.join(' ') : undefined;
    return [
      `complete -c ${model.name} -n ${quote(before)} -f -a ${name} -d ${quote(description)}`,
      ...(rest && children.length === 0
        ? [`complete -c ${model.name} -n ${quote(inside)} -f -a ${quote(rest)}`]
        : []),
      ...(argument === 'nothing' ? [`complete -c ${model.name} -n ${quote(inside)} -f`] : []),
      ...flags.map((each) => flag(inside, each)),
    ];
  };
  return [
    `# fish completion of ${model.name}`,
    ...model.flags.map((each) => flag(first, each)),
    ...[...model.commands, ...model.subcommands].flatMap(lines),
    '',
  ].join('\n');
}
