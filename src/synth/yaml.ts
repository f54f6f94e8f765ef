import { OpniLoggingError } from '../common/error.js';

/** Deeper than any Kubernetes object; what goes deeper most likely contains itself. */
const MAX_DEPTH = 200;
/** A key may be this long before YAML wants it marked with `?`. */
const MAX_SIMPLE_KEY = 1000;

/**
 * Words, paths, image names, arguments: text that no YAML reader takes for anything else. A colon must not end it
 * or stand before a space, a number sign must not follow a space.
 */
const PLAIN = /^(?:[A-Za-z_/$(]|--?[A-Za-z])(?:[\w./@%+=~$()*,;&|!?<>^"'-]|:(?=[\w./@-])| (?=[\w./(-]))*$/;
/** Amounts and durations such as `512Mi`, `100m`, `1.5Gi` and `30s`. */
const AMOUNT = /^\d+(?:\.\d+)?(?:m|k|M|G|Ki|Mi|Gi|Ti|ms|s|h|d)$/;
/** What YAML 1.1 or 1.2 reads as something else than text although it is spelt with letters. */
const WORDS = /^(?:y|yes|n|no|on|off|true|false|null|-?e[-+]?\d+)$/i;
/** Characters that only double quotes can carry, and the halves of broken surrogate pairs. */
const NEEDS_ESCAPE =
  /[^\t\n\x20-\x7e\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029]/u;
const ESCAPED = /[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * One YAML document of plain data, in block style, without anchors, folding or tags, ending in a newline.
 *
 * Readers of YAML 1.1 (which Kubernetes tools are) and of 1.2 get the same values from it: text is plain only when
 * it cannot be mistaken, several lines become a literal block, everything else is quoted. Keys keep their order;
 * `undefined` is left out of maps, as JSON does.
 *
 * @param value a plain object or an array, made of strings, finite numbers, booleans, null, arrays and plain objects
 * @throws OpniLoggingError `construct` for anything else, with the path of the value
 */
export function toYaml(value: object): string {
  const text = node(value, '', [], false);
  return text.startsWith('\n') ? `${text.slice(1)}\n` : `${text.trimStart()}\n`;
}

/** The text that follows a key or a dash: a scalar on the same line after a space, or lines that begin with a newline. */
function node(value: unknown, indent: string, path: (string | number)[], inList: boolean): string {
  switch (typeof value) {
    case 'string':
      return value.includes('\n') ? multiline(value, indent) : ` ${scalar(value)}`;
    case 'number':
      return ` ${number(value, path)}`;
    case 'boolean':
      return value ? ' true' : ' false';
    case 'object':
      if (value === null) return ' null';
      if (path.length > MAX_DEPTH) throw refuse(`nested deeper than ${MAX_DEPTH} levels`, path);
      if (Array.isArray(value)) return list(value, indent, path);
      return map(value, indent, path, inList);
    default:
      throw refuse(`a ${typeof value} cannot be written as YAML`, path);
  }
}

function list(items: readonly unknown[], indent: string, path: (string | number)[]): string {
  if (items.length === 0) return ' []';
  let text = '';
  const inner = `${indent}  `;
  for (let index = 0; index < items.length; index += 1) {
    path.push(index);
    text += `\n${indent}-${node(items[index] ?? null, inner, path, true)}`;
    path.pop();
  }
  return text;
}

function map(value: object, indent: string, path: (string | number)[], inList: boolean): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse(`a ${value.constructor.name} cannot be written as YAML`, path);
  }
  const inner = `${indent}  `;
  let text = '';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    path.push(key);
    // The first pair in a list shares its line with the dash.
    const lead = inList && text === '' ? ' ' : `\n${indent}`;
    const name = scalar(key);
    const colon = name.length > MAX_SIMPLE_KEY ? `? ${name}\n${indent}:` : `${name}:`;
    text += `${lead}${colon}${node(item, inner, path, false)}`;
    path.pop();
  }
  return text === '' ? ' {}' : text;
}

function number(value: number, path: readonly (string | number)[]): string {
  if (!Number.isFinite(value)) throw refuse(`${value} is not a number that YAML and JSON share`, path);
  const text = String(value);
  // YAML 1.1 takes 1e21 for text: a float has a point there.
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
}

/** Text on one line: plain when that is safe, else quoted. */
function scalar(value: string): string {
  if ((PLAIN.test(value) && !WORDS.test(value)) || AMOUNT.test(value)) return value;
  if (/[\t\n]/.test(value) || NEEDS_ESCAPE.test(value)) return doubleQuoted(value);
  return `'${value.replaceAll("'", "''")}'`;
}

/** Text of several lines: a literal block, unless its end or a character in it would not be seen there. */
function multiline(value: string, indent: string): string {
  const text = value.trimEnd();
  const ending = value.slice(text.length);
  const showsEnd = text !== '' && (ending === '' || ending === '\n');
  if (!showsEnd || NEEDS_ESCAPE.test(value)) return ` ${doubleQuoted(value)}`;
  // Where the first line begins with a blank, the reader cannot see by itself how deep the block is indented.
  const indentation = /^[\n\t ]/.test(value) ? '2' : '';
  const chomping = ending === '' ? '-' : '';
  return ` |${indentation}${chomping}\n${text.replace(/^(?=.)/gm, indent)}`;
}

/** JSON text is a YAML scalar in double quotes, once the characters that YAML calls unprintable are escaped too. */
function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function refuse(message: string, path: readonly (string | number)[]): OpniLoggingError {
  const shown = path.length > 20 ? [...path.slice(0, 20), '…'] : path;
  return new OpniLoggingError(
    'construct',
    `The value at "${shown.join('.')}" cannot be written: ${message}.`,
    {
      problems: [
        {
          path: shown.join('.'),
          message,
          fix: 'use text, finite numbers, true, false, null, lists and plain objects',
        },
      ],
    },
  );
}
