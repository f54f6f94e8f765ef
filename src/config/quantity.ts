import { OpniLoggingError } from '../common/error.js';

const BINARY = { Ki: 2n ** 10n, Mi: 2n ** 20n, Gi: 2n ** 30n, Ti: 2n ** 40n, Pi: 2n ** 50n } as const;
const DECIMAL = { k: 10n ** 3n, M: 10n ** 6n, G: 10n ** 9n, T: 10n ** 12n, P: 10n ** 15n } as const;
const BYTE_UNITS: Readonly<Record<string, bigint>> = { '': 1n, ...DECIMAL, ...BINARY };
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function refuse(text: string, allowed: string): never {
  throw new OpniLoggingError('config', `"${text}" is not ${allowed}`);
}

function safe(value: bigint, text: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse(text, 'an amount below 2^53');
  return Number(value);
}

/**
 * Bytes of an amount in Kubernetes notation, rounded up to a whole byte as Kubernetes does.
 *
 * @param text such as `20Gi`, `1.5G` or `1024`
 * @throws OpniLoggingError `config` when it is none, or above 2^53 - 1
 */
export function parseBytes(text: string): number {
  const match = /^([0-9]{1,18})(?:\.([0-9]{1,9}))?(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(text);
  if (!match) refuse(text, 'a size such as 512Mi or 20Gi');
  const [, whole, fraction = '', unit = ''] = match;
  const scale = 10n ** BigInt(fraction.length);
  return safe((BigInt(whole! + fraction) * BYTE_UNITS[unit]! + scale - 1n) / scale, text);
}

/**
 * An amount of bytes in Kubernetes notation, exact: the largest unit that divides it, binary units first.
 *
 * @param bytes whole number of bytes, 0 to 2^53 - 1
 * @throws OpniLoggingError `config` when it is none
 */
export function formatBytes(bytes: number): string {
  if (!Number.isSafeInteger(bytes) || bytes < 0) refuse(String(bytes), 'a whole number of bytes');
  const amount = BigInt(bytes);
  for (const units of [BINARY, DECIMAL]) {
    for (const [unit, size] of Object.entries(units).reverse()) {
      if (amount > 0n && amount % size === 0n) return `${amount / size}${unit}`;
    }
  }
  return String(bytes);
}

/**
 * Cores of an amount of processor time in Kubernetes notation.
 *
 * @param text such as `500m`, `0.5` or `2`
 * @throws OpniLoggingError `config` when it is none
 */
export function parseCpu(text: string): number {
  const match = /^([0-9]{1,9})(?:(m)|\.([0-9]{1,3}))?$/.exec(text);
  if (!match) refuse(text, 'an amount of processor time such as 500m or 2');
  const [, whole, milli, fraction = ''] = match;
  return milli ? Number(whole) / 1000 : Number(whole! + fraction.padEnd(3, '0')) / 1000;
}

/**
 * Milliseconds of a length of time.
 *
 * @param text a number and one unit of `ms`, `s`, `m` or `h`
 * @throws OpniLoggingError `config` when it is none, or above 2^53 - 1
 */
export function parseDurationMs(text: string): number {
  const match = /^([0-9]{1,15})(ms|s|m|h)$/.exec(text);
  if (!match) refuse(text, 'a length of time such as 30s or 2m');
  return safe(BigInt(match[1]!) * BigInt(DURATION_UNITS[match[2]!]!), text);
}
