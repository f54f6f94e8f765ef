import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';

/** Deepest nesting of maps and lists that a file may have. */
export const MAX_DEPTH = 64;
/** What the parser's stack holds besides the maps and lists: the document and one value. */
const BESIDES = 2;

/** Anything wrong with the syntax, by the code of the YAML parser. */
export interface SyntaxFault {
  readonly code: string;
  /** Where, in UTF-16 units. */
  readonly offset: number;
}

/** The first document of a text, and what is wrong with the text. */
export interface Composed {
  /** Absent when the text is nested too deeply. */
  readonly document?: Document.Parsed;
  readonly faults: readonly SyntaxFault[];
}

/**
 * Builds the document of a text. The nesting is bounded while tokens are read: composing recurses, and a stack that
 * runs out there can end the whole process.
 */
export function composeDocument(text: string): Composed {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH + BESIDES) {
      return { faults: [{ code: 'RESOURCE_EXHAUSTION', offset: parser.stack.at(-1)?.offset ?? 0 }] };
    }
  }
  tokens.push(...parser.end());
  const composer = new Composer({
    uniqueKeys: false, // compares every pair of keys; duplicates are looked for elsewhere, in linear time
    prettyErrors: false,
    merge: false,
    logLevel: 'error',
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  const faults: SyntaxFault[] = document!.errors.map(({ code, pos }) => ({ code, offset: pos[0] }));
  if (second) faults.push({ code: 'MULTIPLE_DOCS', offset: second.range[0] });
  const { yaml, tags } = document!.directives;
  const unknown = document!.warnings.some(({ code }) => code === 'BAD_DIRECTIVE');
  if (unknown || yaml.explicit === true || Object.keys(tags).length > 1) {
    faults.push({ code: 'BAD_DIRECTIVE', offset: Math.max(text.search(/^%/m), 0) });
  }
  return { document, faults };
}
