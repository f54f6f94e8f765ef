import type { TextShape, Unit } from './shape.js';

type Guess = (text: string) => string | undefined;

const first = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];

/** Sizes as people write them: `20GB`, `20 gib`, `512m`, `512`. A lone `m` would be thousandths of a byte. */
const bytesGuesses: readonly Guess[] = [
  (text) => {
    const match = /^([0-9]+(?:\.[0-9]+)?)\s*([kmgtp])?(i?)b?(?:yte(?:s)?)?$/i.exec(text.trim());
    if (!match) return undefined;
    const [, amount, letter = 'm', binary = ''] = match;
    const small = letter.toLowerCase();
    if (binary || !match[2]) return `${amount}${letter.toUpperCase()}i`;
    return `${amount}${small === 'k' ? 'k' : letter.toUpperCase()}`;
  },
];

const cpuGuesses: readonly Guess[] = [
  (text) => first(text, /^\s*([0-9]+)\s*(?:m|milli\w*)\s*$/i)?.concat('m'),
  (text) => first(text, /^\s*([0-9]*\.?[0-9]+)\s*(?:cpus?|cores?)?\s*$/i)?.replace(/^\./, '0.'),
];

const DURATION_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^ms|^milli/i, 'ms'],
  [/^s/i, 's'],
  [/^h/i, 'h'],
  [/^m/i, 'm'],
];

const durationGuesses: readonly Guess[] = [
  (text) => {
    const match = /^\s*([0-9]+)\s*([a-z]*)\s*$/i.exec(text);
    if (!match) return undefined;
    const [, amount, word = ''] = match;
    if (/^d(ays?)?$/i.test(word)) return `${Number(amount) * 24}h`;
    return `${amount}${DURATION_WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? 's'}`;
  },
];

const UNIT_GUESSES: Readonly<Record<Unit, readonly Guess[]>> = {
  bytes: bytesGuesses,
  cpu: cpuGuesses,
  duration: durationGuesses,
};

const TEXT_GUESSES: readonly Guess[] = [
  (text) => text.trim(),
  (text) => text.trim().toLowerCase(),
  (text) => text.trim().replace(/\/+$/, ''),
  (text) => first(text, /^v?([0-9]+\.[0-9]+)(?:[.+-].*)?$/),
  (text) => first(text, /^v([0-9].*)$/),
  (text) => first(text, /^[a-z]+:\/\/([^/]+)/i),
  (text) => first(text, /^(https?:\/\/[^/]+)\/.*/i)?.toLowerCase(),
  (text) => (/^[\w.-]+:[0-9]+$/.test(text) ? `https://${text}` : undefined),
  (text) => dashed(text, /[^a-z0-9]+/g),
  (text) => dashed(text, /[^a-z0-9.]+/g),
];

const dashed = (text: string, others: RegExp): string =>
  text
    .toLowerCase()
    .replace(others, '-')
    .replace(/^[-.]+|[-.]+$/g, '');

/** A right spelling near to what was written, if one can be told. */
export function nearestSpelling(text: string, shape: TextShape): string | undefined {
  const guesses = shape.unit ? UNIT_GUESSES[shape.unit] : TEXT_GUESSES;
  for (const guess of guesses) {
    const candidate = guess(text);
    const fits = candidate && candidate !== text && shape.pattern?.test(candidate);
    if (fits && candidate.length <= shape.maxLength) return candidate;
  }
  return undefined;
}
