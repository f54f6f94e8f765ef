import type { Advice } from './syntax-messages.js';

/** A key, behind its indentation and the dashes of a list. */
const KEY_LINE = /^((?: *- +)* *)[^\s#'"[\]{},&*!|>%@`-][^:]*:(?:\s|$)/;
const NO_CONTENT = /^\s*(#|$)/;
const AT_VALUE = ['BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY'];
const AT_NEXT_LINE = 'BAD_INDENT';

/** A line that is indented deeper than the one above it, although that one has a value already. */
export interface DeeperLine {
  /** Line of its key, from 1. */
  readonly line: number;
  /** Column of its key, from 1. */
  readonly column: number;
  readonly advice: Advice;
}

/**
 * Is a syntax error only that a key is indented deeper than its neighbour? The parser takes the two for one value.
 *
 * @param lines of the whole text
 * @param line of the error, from 1
 * @param code of the YAML parser
 */
export function deeperLine(lines: readonly string[], line: number, code: string): DeeperLine | undefined {
  if (code !== AT_NEXT_LINE && !AT_VALUE.includes(code)) return undefined;
  const next = (from: number, step: number): number => {
    let index = from + step;
    while (index >= 0 && index < lines.length && NO_CONTENT.test(lines[index]!)) index += step;
    return index;
  };
  const at = line - 1;
  const [upper, lower] = code === AT_NEXT_LINE ? [next(at, -1), next(at - 1, 1)] : [at, next(at, 1)];
  const above = KEY_LINE.exec(lines[upper] ?? '')?.[1];
  const below = KEY_LINE.exec(lines[lower] ?? '')?.[1];
  if (above === undefined || below === undefined || below.length <= above.length) return undefined;
  return {
    line: lower + 1,
    column: below.length + 1,
    advice: {
      message: `line ${lower + 1} is indented deeper than line ${upper + 1}, which has a value already`,
      fix: 'indent both alike',
    },
  };
}
