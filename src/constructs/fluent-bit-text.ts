import { OpniLoggingError } from '../common/error.js';

/** One `[SECTION]` of a Fluent Bit configuration in classic mode: its name and its entries in order. */
export interface FluentBitSection {
  readonly section: 'SERVICE' | 'INPUT' | 'FILTER' | 'OUTPUT' | 'PARSER';
  /** Entries in order; a key may stand more than once. Entries without a value are left out. */
  readonly entries: readonly (readonly [key: string, value: string | number | undefined])[];
}

/**
 * Writes sections as text, values in one column.
 *
 * @throws OpniLoggingError `construct` for a value with a line break, which would begin an entry of its own
 */
export function fluentBitText(sections: readonly FluentBitSection[]): string {
  return sections.map(sectionText).join('\n');
}

function sectionText({ section, entries }: FluentBitSection): string {
  const present = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([key]) => key.length)) + 1;
  const broken = present.find(([, value]) => /[\r\n]/.test(String(value)));
  if (broken) {
    throw new OpniLoggingError('construct', `${broken[0]} of [${section}] holds a line break; give one line`);
  }
  const lines = present.map(([key, value]) => `    ${key.padEnd(width)}${value}`);
  return [`[${section}]`, ...lines, ''].join('\n');
}
