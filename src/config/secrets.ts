import { quoted, shortened } from './path.js';

const SECRET_WORD =
  /passw|passphrase|passcode|\bpass\b|pwd|token|secret|credential|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key/i;
const SECRET_VALUE_KEY =
  /^(.*[-_.])?(password|passwd|passphrase|auth[-_]pass|pwd|token|api[-_]?key|access[-_]?key|secret[-_]?key|client[-_]?secret|private[-_]?key)$/i;
const CAMEL_SECRET = /(Password|Passwd|Passphrase|Token|ApiKey|AccessKey|ClientSecret|PrivateKey)$/;
/** A digest behind a tag looks like an account but is none. */
const ACCOUNT_END = /@(?!sha256:)/;
const ASSIGNMENT = /[:=]/;
const SHOWN_VALUE_CHARS = 60;

/** Does a key, or one of a path, sound like a secret or the name of one? No value there is ever shown. */
export const soundsSecret = (path: string): boolean => SECRET_WORD.test(path);

/** Is a text under this key a secret itself, whatever object it stands in? */
export const isSecretValueKey = (key: string): boolean =>
  SECRET_VALUE_KEY.test(key) || CAMEL_SECRET.test(key);

/** Does the text hold an account, as in `https://user:password@host`? */
export const holdsCredentials = (text: string): boolean =>
  text.split(/[\s/]/).some((part) => part.includes(':') && ACCOUNT_END.test(part.slice(part.indexOf(':'))));

/** Is the text an address with a user in front of `@` or a query behind `?`? Tokens stand there. */
export const holdsUserOrQuery = (text: string): boolean => {
  if (ACCOUNT_END.test(text)) return true;
  const address = text.search(/[:/.]/);
  return address >= 0 && text.includes('?', address);
};

/** Keys that say how a Secret is called; below such a key any other one could be a secret in the wrong place. */
const NAMING_KEY = /^(name|key|kind|secretName)$/;

/**
 * The key as it may be shown: of `password=x` and `password:x`, written without a space, only the word.
 *
 * @param parent path of the map that the key stands in
 */
export function shownKey(key: string, parent: string): string {
  if (soundsSecret(parent) && !NAMING_KEY.test(key)) return '…';
  if (!soundsSecret(key) && !holdsUserOrQuery(key)) return key;
  const at = key.search(/[:=\s@?/]/);
  if (at > 0) return key.slice(0, at);
  return holdsUserOrQuery(key) ? '…' : key;
}

/**
 * A value as it may stand in a message: quoted and shortened, or `undefined` when it could be a secret.
 *
 * @param path path of the value
 */
export function shownValue(value: unknown, path: string): string | undefined {
  if (soundsSecret(path)) return undefined;
  if (typeof value !== 'string') return String(value);
  if (
    holdsCredentials(value) ||
    holdsUserOrQuery(value) ||
    (ASSIGNMENT.test(value) && soundsSecret(value.split(ASSIGNMENT)[0]!))
  ) {
    return undefined;
  }
  return quoted(shortened(value, SHOWN_VALUE_CHARS));
}
