import { InvalidArgumentError, Option } from 'commander';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A flag that takes a duration; the help shows the default as a person writes it. */
export const durationOption = (flags: string, description: string, byDefault: string): Option =>
  new Option(flags, description).argParser(durationMs).default(durationMs(byDefault), byDefault);

/**
 * A flag's duration, as in `90s`, `5m`, `1h`; in milliseconds.
 *
 * @throws InvalidArgumentError when it is none
 */
export function durationMs(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  if (!digits || !unit) throw new InvalidArgumentError('Write it as in 90s, 5m or 1h.');
  return Number(digits) * UNITS[unit]!;
}
