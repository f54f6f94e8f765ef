import fc from 'fast-check';
import { PLACEHOLDERS } from '../../src/data-prepper/placeholders.js';

/** Values that some reader on the way might take for more than text. All of them must come through unchanged. */
export const AWKWARD: readonly string[] = [
  "it's",
  "'",
  "''''",
  '"quoted"',
  'back\\slash \\n \\\\',
  'a&b && &0 \\&',
  '$HOME ${PATH} $(id) `id` $',
  '# no comment',
  'key: value',
  '- item',
  '%d %s %%',
  '* ? [a-z] {a,b} ~',
  ' leading and trailing ',
  '   ',
  '!tag &anchor *alias',
  '@@OPENSEARCH_PASSWORD@@',
  '@@KAFKA_PASSWORD@@ and @@',
  '@',
  '/slashes/and|pipes|',
  '{{ mustache }} ${{env.X}}',
  'pässwörd 密码 🔑',
  '\u00a0no-break\u00a0',
  '-n',
  '-e \\x41',
  'null',
  '0',
  `${'long'.repeat(2000)}'`,
];

/** A value that must be refused, and why. */
interface RefusedValue {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly reason: string;
}

/** Those with text in them hold `hunter2`, which must not show up in any output. */
export const REFUSED: readonly RefusedValue[] = [
  { name: 'an empty file', value: '', reason: 'is empty' },
  { name: 'a line break at the end', value: 'hunter2\n', reason: 'ends with a line break' },
  {
    name: 'a line break at the end as Windows writes it',
    value: 'hunter2\r\n',
    reason: 'ends with a line break',
  },
  { name: 'nothing but a line break', value: '\n', reason: 'ends with a line break' },
  { name: 'a line break inside', value: 'hunter2\nmore', reason: 'control character' },
  { name: 'a carriage return', value: 'hunter2\rmore', reason: 'control character' },
  { name: 'a tab', value: 'hunter2\tmore', reason: 'control character' },
  { name: 'a NUL byte', value: 'hunter2\0more', reason: 'NUL byte' },
  { name: 'a NUL byte at the end', value: 'hunter2\0', reason: 'NUL byte' },
  { name: 'DEL', value: 'hunter2\x7f', reason: 'control character' },
  { name: 'a C1 control character', value: 'hunter2\u0080', reason: 'not printable' },
  { name: 'NEL, a line break in YAML 1.1', value: 'hunter2\u0085more', reason: 'not printable' },
  { name: 'U+2028, a line break in YAML 1.1', value: 'hunter2\u2028more', reason: 'not printable' },
  { name: 'U+2029', value: 'hunter2\u2029more', reason: 'not printable' },
  { name: 'U+FFFE', value: 'hunter2\ufffe', reason: 'not printable' },
  { name: 'U+FFFF', value: 'hunter2\uffff', reason: 'not printable' },
  { name: 'Latin-1', value: Uint8Array.of(0x68, 0xe4, 0x68), reason: 'not printable' },
  { name: 'an overlong form', value: Uint8Array.of(0xc0, 0xaf), reason: 'not printable' },
  { name: 'a surrogate', value: Uint8Array.of(0xed, 0xa0, 0x80), reason: 'not printable' },
  {
    name: 'a code point beyond Unicode',
    value: Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
    reason: 'not printable',
  },
  { name: 'a character cut short', value: Uint8Array.of(0x68, 0xe2, 0x82), reason: 'not printable' },
  { name: 'a reference to AWS', value: '${{aws_secrets:hunter2}}', reason: 'AWS Secrets Manager' },
];

/** Any character that YAML 1.1 takes as printable and that is no line break, often one that means something somewhere. */
export function printable(refused: string): fc.Arbitrary<string> {
  const special = [...`'"\\\`$&@%#*?![]{}()<>|;:,.-+=~^/ _`];
  const token = Object.values(PLACEHOLDERS);
  const point = (min: number, max: number) =>
    fc.integer({ min, max }).map((code) => String.fromCodePoint(code));
  const any = [
    { weight: 6, arbitrary: fc.constantFrom(...special) },
    { weight: 1, arbitrary: fc.constantFrom(...token, '@@', "''") },
    { weight: 6, arbitrary: point(0x20, 0x7e) },
    { weight: 2, arbitrary: point(0xa0, 0x2027) },
    { weight: 1, arbitrary: point(0x202a, 0xd7ff) },
    { weight: 1, arbitrary: point(0xe000, 0xfffd) },
    { weight: 1, arbitrary: point(0x10000, 0x10ffff) },
  ];
  return fc.oneof(...any).filter((character) => ![...character].some((one) => refused.includes(one)));
}
