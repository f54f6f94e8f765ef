import { CONFIG_SCHEMA } from '../config/schema/schema.js';

/** Keywords that only our own validation reads. */
const INTERNAL_KEYWORDS = new Set(['patternHint']);

/** The JSON Schema of a configuration file as editors and other tools read it: text that ends with a line break. */
export function publicSchema(): string {
  const json = JSON.stringify(
    CONFIG_SCHEMA,
    (key, value: unknown) => (INTERNAL_KEYWORDS.has(key) ? undefined : value),
    2,
  );
  return `${json}\n`;
}
