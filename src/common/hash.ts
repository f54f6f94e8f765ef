import { createHash } from 'node:crypto';

/**
 * Short name of some texts: the same texts always give the same one, and other texts another.
 *
 * @returns 16 hexadecimal digits
 */
export function shortHash(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
}
