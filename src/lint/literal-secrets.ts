import { isSecretValueKey } from '../config/secrets.js';

const WORDS =
  '(?:passw(?:or)?d|passphrase|auth[-_]pass|pwd|token|(?:api|access|secret|private)[-_]?key|client[-_]?secret)';
/** `key: value` and `key=value`, also within a line of JSON; not `$key=…` of a shell. */
const ASSIGNED = new RegExp(
  `(?<![\\w.$-])(?<!\\$\\{)-{0,2}["']?([\\w.-]*${WORDS})["']?[ \\t]*[:=][ \\t]*("[^"]*"|'[^']*'|[^\\s,}]*)`,
  'gi',
);
/** Two words in a line, as in the configuration of Fluent Bit. */
const SPACED = new RegExp(`^[ \\t]*([\\w.-]*${WORDS})[ \\t]+(\\S+)[ \\t]*$`, 'gi');
/** What every finding holds. Most texts hold nothing of it and need no closer look. */
const WORTH_A_LOOK = /passw|auth[-_]pass|authorization|passphrase|pwd|token|key|secret|:\/\//i;
/** Finds the lines worth a closer look. In lower case, since that is several times faster than ignoring case. */
const ANY_WORD =
  /passw|auth[-_]pass|passphrase|pwd|token|(?:api|access|secret|private)[-_]?key|client[-_]?secret/g;
const URL_ACCOUNT = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}:([^\s/@]{1,256})@/gi;
const AUTHORIZATION = /authorization["']?[ \t]*[:=]?[ \t]*["']?(?:basic|bearer)[ \t]+[A-Za-z0-9+/=._~-]{4,}/i;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

const QUOTES = /^["']|["']$/g;
/** Placeholders, variables, paths of files and switches. */
const NO_SECRET = /^(?:@@\w+@@|\$[({].*|\/[\w./-]+|null|true|false)$/i;
/** In a text of another language also plain variables and the beginnings of structures. */
const NO_VALUE = /^(?:\$|[{[|>&*]|~$)/;

const NOTHING: readonly string[] = [];

/** Is a text under a secret's key the secret itself, and not a placeholder, a variable or the path of a file? */
export const isLiteral = (value: string): boolean => value !== '' && !NO_SECRET.test(value);

/**
 * Names what looks like a secret in a text: an assignment to a key that sounds like one, an account in an address, a
 * private key. The values themselves are never returned.
 */
export function findInText(text: string): readonly string[] {
  if (!WORTH_A_LOOK.test(text)) return NOTHING;
  const found = new Set<string>();
  for (const line of suspiciousLines(text)) {
    for (const pattern of [ASSIGNED, SPACED]) {
      for (const [, key, value] of line.matchAll(pattern)) {
        if (isSecretValueKey(key!) && isWritten(value!)) found.add(key!);
      }
    }
  }
  if (text.includes('://')) {
    for (const [, password] of text.matchAll(URL_ACCOUNT)) {
      if (isWritten(password!)) found.add('account in an address');
    }
  }
  if (AUTHORIZATION.test(text)) found.add('Authorization');
  if (text.includes('PRIVATE KEY') && PRIVATE_KEY.test(text)) found.add('private key');
  return [...found];
}

function isWritten(value: string): boolean {
  const bare = value.replace(QUOTES, '');
  return isLiteral(bare) && !NO_VALUE.test(bare);
}

function* suspiciousLines(text: string): Generator<string> {
  const lowered = text.toLowerCase();
  // A few letters have more characters in lower case, and places in the two texts then differ.
  if (lowered.length !== text.length) {
    yield* text.split('\n');
    return;
  }
  let end = -1;
  for (const { index } of lowered.matchAll(ANY_WORD)) {
    if (index < end) continue;
    const next = lowered.indexOf('\n', index);
    end = next < 0 ? lowered.length : next;
    yield text.slice(lowered.lastIndexOf('\n', index) + 1, end);
  }
}
