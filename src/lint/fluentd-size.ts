const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const MEBIBYTE = 1024 ** 2;

/**
 * Bytes of a size as Fluentd reads it: a whole number and a unit, of which only the first letter counts, so that `4m`,
 * `4MB` and `4Mi` are the same. What it cannot read is 0 to it.
 */
export function fluentdBytes(size: unknown): number {
  const [, digits, unit] = /(\d+)\s*([kmgt]?)/i.exec(String(size)) ?? [];
  return digits === undefined ? 0 : Number(digits) * (UNITS[(unit ?? '').toLowerCase()] ?? 1);
}

/** An amount of bytes as Fluentd takes it, rounded down to whole mebibytes, which it calls `m`. */
export const asFluentdSize = (bytes: number): string =>
  bytes < MEBIBYTE ? String(Math.floor(bytes)) : `${Math.floor(bytes / MEBIBYTE)}m`;
