import type { Problem } from '../common/error.js';

const LINE_FEED = 0x0a;
// What YAML does not allow in a file: control characters but tab, line feed, carriage return and next line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** Text of a file, or why it has none. */
export type Decoded = { readonly text: string } | { readonly problem: Problem };

/** Reads UTF-8, with or without a byte order mark. Anything else is a problem, with its place. */
export function decodeText(file: string, bytes: Uint8Array): Decoded {
  const refuse = (line: number, column: number, message: string, fix: string): Decoded => ({
    problem: { file, line, column, message, fix },
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const utf16 = bytes.length > 1 && bytes[0]! + bytes[1]! === 0xff + 0xfe;
    const { line, column } = firstBadByte(bytes);
    return refuse(line, column, `is not valid UTF-8${utf16 ? ' but UTF-16' : ''}`, 'save the file as UTF-8');
  }
  const at = text.search(UNPRINTABLE);
  if (at === -1) return { text };
  const before = text.slice(0, at);
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return refuse(
    before.split('\n').length,
    at - before.lastIndexOf('\n'),
    `control character U+${code}${code === '0000' ? ' (NUL)' : ''}`,
    'remove it, or write it as an escape in double quotes',
  );
}

/** UTF-8 never hides a line feed inside a character, so each line can be decoded by itself. */
function firstBadByte(bytes: Uint8Array): { line: number; column: number } {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed === -1 ? bytes.length : feed;
    try {
      strict.decode(bytes.subarray(start, end));
    } catch {
      const lenient = new TextDecoder('utf-8').decode(bytes.subarray(start, end));
      return { line, column: Math.max(lenient.indexOf('\ufffd'), 0) + 1 };
    }
    start = end + 1;
  }
  return { line, column: 1 };
}
