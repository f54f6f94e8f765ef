import { refusalOf, type SecretBinding } from './secret-binding.js';
import { shellQuote } from './shell.js';

/** Options of {@link initScript}. */
export interface InitScriptOptions {
  /** Folder with the templates (`*.yaml`), mounted from a ConfigMap. @default '/etc/opni-templates' */
  readonly templateFolder?: string;
  /** Folder with the secrets as files, mounted from Secrets. @default '/etc/opni-secrets' */
  readonly secretFolder?: string;
  /** Folder that Data Prepper reads its pipelines from: a volume in memory. @default '/usr/share/data-prepper/pipelines' */
  readonly outputFolder?: string;
  /** What stands for which secret. */
  readonly secrets: readonly SecretBinding[];
}

/** Folders of the init container, when none are given. */
export const INIT_FOLDERS = {
  templates: '/etc/opni-templates',
  secrets: '/etc/opni-secrets',
  output: '/usr/share/data-prepper/pipelines',
} as const;

/**
 * The bash script (4.4 or newer) of the init container: puts the secrets into the templates.
 *
 * Every printable value comes through unchanged, whatever quotes, backslashes, blanks, tokens or letters it holds
 * (checked with SnakeYAML 2.4, which reads YAML 1.1 as Data Prepper does). A value is only ever appended to the result,
 * so one that looks like a placeholder is not replaced again.
 *
 * Refused, with the reason but never the value, and exit code 1: a missing, empty or unreadable file, line breaks and
 * control characters, bytes that are no UTF-8, and a value that Data Prepper would take for a reference to AWS.
 *
 * Files are written beside their final name and moved, readable by their owner only. Besides bash it needs `mv`.
 */
export function initScript(options: InitScriptOptions): string {
  const setting = (name: string, value: string): string => `${name}=${shellQuote(value)}`;
  return [
    HEAD,
    setting('templates', options.templateFolder ?? INIT_FOLDERS.templates),
    setting('secrets', options.secretFolder ?? INIT_FOLDERS.secrets),
    setting('output', options.outputFolder ?? INIT_FOLDERS.output),
    READ_SECRET,
    ...options.secrets.map(readCommand),
    RENDER,
  ].join('\n');
}

function readCommand({ placeholder, file, description }: SecretBinding): string {
  const { characters, reason } = refusalOf(placeholder);
  return ['read_secret', placeholder.slice(2, -2), file, description, characters, reason]
    .map((word, index) => (index === 0 ? word : shellQuote(word)))
    .join(' ');
}

const HEAD = `#!/usr/bin/env bash
set -euo pipefail
umask 077
# Bytes are compared as bytes, whatever the locale of the image.
export LC_ALL=C
shopt -s nullglob

fail() {
  printf 'opni-logging: %s\\n' "$1" >&2
  exit 1
}
`;

const READ_SECRET = `
declare -A values=()
quote="'"
tail_byte=$'[\\x80-\\xbf]'
# Well-formed UTF-8 (RFC 3629) without what YAML has no character for: controls, line separators, U+FFFE and U+FFFF.
character=$'[\\x20-\\x7e]'
character+="|"$'\\xc2[\\xa0-\\xbf]'"|"$'[\\xc3-\\xdf]'"$tail_byte"
character+="|"$'\\xe0[\\xa0-\\xbf]'"$tail_byte|"$'[\\xe1\\xe3-\\xec\\xee]'"$tail_byte$tail_byte"
character+="|"$'\\xe2(\\x80[\\x80-\\xa7\\xaa-\\xbf]|[\\x81-\\xbf]'"$tail_byte)"
character+="|"$'\\xed[\\x80-\\x9f]'"$tail_byte"
character+="|"$'\\xef([\\x80-\\xbe]'"$tail_byte|"$'\\xbf[\\x80-\\xbd])'
character+="|"$'\\xf0[\\x90-\\xbf]'"$tail_byte$tail_byte|"$'[\\xf1-\\xf3]'"$tail_byte$tail_byte$tail_byte"
character+="|"$'\\xf4[\\x80-\\x8f]'"$tail_byte$tail_byte"
printable="^($character)+$"

# read_secret NAME FILE DESCRIPTION REFUSED_CHARACTERS REASON
read_secret() {
  local path="$secrets/$2" value=
  [[ -e $path ]] || fail "$3 is missing; add it to the Secret"
  [[ -f $path && -r $path ]] || fail "$3 cannot be read"
  # A read to the end of the file fails; one that succeeds has met a NUL byte.
  if IFS= read -r -d '' value <"$path"; then fail "$3 holds a NUL byte; use printable characters only"; fi
  [[ -n $value ]] || fail "$3 is empty"
  case $value in
    *$'\\n') fail "$3 ends with a line break; make the Secret from a value without one (printf, not echo)" ;;
    *[$'\\x01'-$'\\x1f'$'\\x7f']*) fail "$3 holds a control character or line break; use printable characters only" ;;
    '\${{aws_secrets:'*'}}') fail "$3 has the form of a reference to AWS Secrets Manager; choose another value" ;;
  esac
  [[ $value =~ $printable ]] || fail "$3 is not printable text in UTF-8"
  if [[ -n $4 ]]; then
    local rest=$4
    while [[ -n $rest ]]; do
      [[ $value != *"\${rest:0:1}"* ]] || fail "$3 must not hold \${rest:0:1} ($5)"
      rest=\${rest:1}
    done
  fi
  values[$1]=\${value//"$quote"/"$quote$quote"}
}
`;

const RENDER = `
# Goes through the template once, from left to right: a value is never looked at again.
render() {
  local rest=$1 name
  rendered=
  while [[ $rest == *@@* ]]; do
    rendered+=\${rest%%@@*}
    rest=\${rest#*@@}
    name=\${rest%%@@*}
    if [[ $rest == *@@* && $name =~ ^[A-Z_]+$ && -n \${values[$name]+set} ]]; then
      rendered+=\${values[$name]}
      rest=\${rest#*@@}
    else
      rendered+=@@
    fi
  done
  rendered+=$rest
}

found=
for template in "$templates"/*.yaml; do
  found=yes
  name=\${template##*/}
  text=
  if IFS= read -r -d '' text <"$template"; then fail "template $name holds a NUL byte"; fi
  render "$text"
  partial="$output/.$name.partial"
  printf '%s' "$rendered" >"$partial" || fail "cannot write to $output"
  mv -f "$partial" "$output/$name" || fail "cannot write to $output"
done
[[ -n $found ]] || fail "no template in $templates"
`;
