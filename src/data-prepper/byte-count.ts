/** Pattern of an amount of bytes as Data Prepper writes it: the unit is mandatory, each 1024 times the one before. */
export const BYTE_COUNT = /^[0-9]+(\.[0-9]+)?(b|kb|mb|gb)$/;

const UNITS = [
  ['gb', 1024 ** 3],
  ['mb', 1024 ** 2],
  ['kb', 1024],
  ['b', 1],
] as const;

/** Exactly this many bytes in Data Prepper's notation, in the largest unit that leaves no fraction. */
export function formatByteCount(bytes: number): string {
  const whole = Math.floor(bytes);
  const [name, size] = UNITS.find(([, size]) => whole >= size && whole % size === 0) ?? UNITS[3];
  return `${whole / size}${name}`;
}
