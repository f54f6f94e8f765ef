/** What is wrong, and how to mend it. */
export interface Advice {
  readonly message: string;
  readonly fix: string;
}

const QUOTE_IT: Advice = {
  message: 'a value with ":" or on several lines is read as a nested map',
  fix: 'write the value in quotes, or indent each key of a nested map on a line of its own',
};

const UNEXPECTED: Advice = {
  message: 'unexpected text',
  fix: 'check the indentation and the quotes of this line and the one above',
};

/**
 * Advice for the error codes of the YAML parser. Its own messages quote the file, which may hold a secret, and are
 * therefore never shown.
 */
const ADVICE: Readonly<Record<string, Advice>> = {
  BAD_ALIAS: { message: 'alias without a name', fix: 'write the value in quotes, or repeat it in full' },
  BAD_COLLECTION_TYPE: { message: 'tag that does not fit its value', fix: 'remove the tag' },
  BAD_DIRECTIVE: {
    message: 'directives ("%") are not supported',
    fix: 'remove the line that begins with "%"',
  },
  BAD_DQ_ESCAPE: {
    message: 'unknown escape in double quotes',
    fix: 'write "\\\\" for a backslash, or use single quotes',
  },
  BAD_INDENT: {
    message: 'wrong indentation, or a bracket that is not closed',
    fix: 'close every [ and {, and indent all entries of a block alike',
  },
  BAD_PROP_ORDER: { message: 'anchor or tag in the wrong place', fix: 'remove it' },
  BAD_SCALAR_START: {
    message: 'a value must not begin with this character',
    fix: 'write the value in quotes',
  },
  BLOCK_AS_IMPLICIT_KEY: QUOTE_IT,
  BLOCK_IN_FLOW: {
    message: 'an indented block inside [ ] or { }',
    fix: 'use brackets throughout, or indentation throughout',
  },
  DUPLICATE_KEY: { message: 'key that stands twice', fix: 'keep one of them' },
  KEY_OVER_1024_CHARS: { message: 'key that is too long', fix: 'check for a missing line break or quote' },
  MISSING_CHAR: {
    message: 'a quote, ":", "-" or "," is missing',
    fix: 'close the quotes, write "key: value" with a space, and "- " before each item of a list',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key without a value, or ":" is missing',
    fix: 'write "key: value" with a space after ":"',
  },
  MULTIPLE_ANCHORS: { message: 'two anchors', fix: 'remove them' },
  MULTIPLE_DOCS: {
    message: 'a second document begins here',
    fix: 'keep one document a file; several clusters go into `clusters:` or into several files',
  },
  MULTIPLE_TAGS: { message: 'two tags', fix: 'remove them' },
  RESOURCE_EXHAUSTION: { message: 'is nested too deeply', fix: 'remove the nesting' },
  TAB_AS_INDENT: { message: 'tab in the indentation', fix: 'indent with spaces' },
};

/** Advice for an error code of the YAML parser. */
export const syntaxAdvice = (code: string): Advice => ADVICE[code] ?? UNEXPECTED;
