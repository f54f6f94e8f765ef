/** One `Key value` line. */
export interface FluentBitOption {
  /** Lower case: Fluent Bit does not tell cases apart. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** One `[NAME]` section with its lines. */
export interface FluentBitSection {
  /** Upper case. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly options: readonly FluentBitOption[];
}

/** Something wrong at a line, counted from 1. */
export interface FluentBitFault {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A file in the classic format. */
export interface FluentBitFile {
  readonly sections: readonly FluentBitSection[];
  /** Names of `@SET` and their values. */
  readonly variables: ReadonlyMap<string, string>;
  /** Files of `@INCLUDE`, as written. */
  readonly includes: readonly FluentBitOption[];
  /** What the file format itself forbids. */
  readonly faults: readonly FluentBitFault[];
}

interface MutableSection extends FluentBitSection {
  readonly options: FluentBitOption[];
}

/**
 * Reads the classic configuration format: `[SECTION]` at the start of a line, below it lines of one indentation with a
 * key, blanks and a value to the end of the line; `#` comments on lines of their own; `@SET name=value`; `@INCLUDE file`.
 *
 * @param text the text of the file
 * @param file name for the faults. @default fluent-bit.conf
 */
export function parseFluentBitConfig(text: string, file = 'fluent-bit.conf'): FluentBitFile {
  const sections: MutableSection[] = [];
  const variables = new Map<string, string>();
  const includes: FluentBitOption[] = [];
  const faults: FluentBitFault[] = [];
  let indentation: string | undefined;

  text.split('\n').forEach((raw, index) => {
    const line = index + 1;
    const fault = (message: string) => faults.push({ file, line, message });
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) {
      return;
    }
    if (raw.startsWith('[')) {
      const name = /^\[(\w+)\]\s*$/.exec(raw)?.[1];
      if (name === undefined) {
        fault(`"${content}" is no section line`);
      }
      sections.push({ name: (name ?? content).toUpperCase(), file, line, options: [] });
      indentation = undefined;
      return;
    }
    if (raw.startsWith('@')) {
      directive(content, line, variables, includes, fault);
      return;
    }
    const [, indent = '', key = '', value = ''] = /^(\s*)(\S+)\s*(.*?)\s*$/.exec(raw) ?? [];
    const section = sections.at(-1);
    indentation ??= indent;
    if (!section) {
      fault('a key before the first section');
    } else if (indent === '') {
      fault(`"${key}" is not indented`);
    } else if (indent !== indentation) {
      fault(`the indentation of "${key}" differs from that of the section`);
    } else if (value === '') {
      fault(`"${key}" has no value`);
    }
    section?.options.push({ key: key.toLowerCase(), value, line });
  });
  return { sections, variables, includes, faults };
}

function directive(
  content: string,
  line: number,
  variables: Map<string, string>,
  includes: FluentBitOption[],
  fault: (message: string) => void,
): void {
  const [, name = '', value = ''] = /^@(\S+)\s*(.*)$/.exec(content) ?? [];
  if (name.toUpperCase() === 'INCLUDE' && value !== '') {
    includes.push({ key: 'include', value, line });
  } else if (name.toUpperCase() === 'SET' && /^[^=\s]+=/.test(value)) {
    const at = value.indexOf('=');
    variables.set(value.slice(0, at), value.slice(at + 1));
  } else {
    fault(`"${content}" is neither @SET name=value nor @INCLUDE file`);
  }
}

/** The last value of an option: a later line wins. */
export function optionOf(section: FluentBitSection, key: string): string | undefined {
  return valuesOf(section, key).at(-1);
}

/** All values of an option, for those that may stand several times. */
export function valuesOf(section: FluentBitSection, key: string): string[] {
  return section.options.filter((option) => option.key === key.toLowerCase()).map(({ value }) => value);
}

/** The expression of a [PARSER] section, as JavaScript; undefined when it has none. */
export function parserRegex(section: FluentBitSection): RegExp | undefined {
  const source = optionOf(section, 'regex');
  const slashed = source === undefined ? undefined : /^\/(.*)\/([a-z]*)$/s.exec(source);
  return source === undefined ? undefined : new RegExp(slashed?.[1] ?? source, slashed?.[2] ?? '');
}
