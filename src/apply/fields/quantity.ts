/** Spellings that the API server surely simplifies. It keeps others as they are, such as `007` and `1.125`. */
const QUANTITY = /^(0|[1-9]\d{0,14})(?:\.(\d{1,2}))?(m|k|[MGTPE]|[KMGTPE]i)?$/;

const DECIMAL = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** The API server makes this of all that is more. */
const MAX = 2n ** 63n - 1n;

/**
 * The one spelling in which the API server writes a quantity: no fraction, and the largest suffix that needs none, as in
 * `500m` for `0.5` and `1Gi` for `1024Mi`.
 *
 * @returns undefined for what is no quantity, and where the server may round or keep another spelling
 */
export function canonicalQuantity(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [matched, whole = '', decimals = '', suffix = ''] = QUANTITY.exec(String(value)) ?? [];
  if (matched === undefined) return undefined;
  const isBinary = suffix.endsWith('i');
  const [base, suffixes] = isBinary ? [1024n, BINARY] : [1000n, DECIMAL];
  const divisor = 10n ** BigInt(decimals.length);
  let mantissa = BigInt(whole + decimals);
  let step = suffixes.indexOf(suffix);
  if (mantissa === 0n) return '0';
  if (mantissa * base ** BigInt(step) >= MAX * divisor) return undefined;
  for (; mantissa % divisor !== 0n; step -= 1) {
    if (step === 0) return undefined;
    mantissa *= base;
  }
  mantissa /= divisor;
  for (; mantissa % base === 0n && step + 1 < suffixes.length; step += 1) mantissa /= base;
  // Below one step of a binary suffix the server changes to decimal ones.
  if (isBinary && step === 0 && mantissa < 1024n) return undefined;
  return `${mantissa}${suffixes[step]}`;
}
