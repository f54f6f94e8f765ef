/** One `<name argument>` section. */
export interface FluentdSection {
  readonly name: string;
  readonly argument: string;
  /** In the order of the text; `@type` and its like are among them. */
  readonly params: readonly FluentdParam[];
  readonly sections: readonly FluentdSection[];
  /** Line of the opening tag, from 1; 0 when the section was not read from a text. */
  readonly line: number;
}

/** One `key value` line. */
export interface FluentdParam {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** Something wrong at a line. */
export interface FluentdFault {
  readonly line: number;
  readonly message: string;
}

/** What {@link parseFluentd} makes of a text. */
export interface FluentdFile {
  readonly sections: readonly FluentdSection[];
  readonly faults: readonly FluentdFault[];
}

interface OpenSection extends FluentdSection {
  readonly params: FluentdParam[];
  readonly sections: OpenSection[];
}

/** The value of a parameter, unquoted; undefined when it is not given. */
export function paramOf(section: FluentdSection, key: string): string | undefined {
  return section.params.find((param) => param.key === key)?.value;
}

/**
 * Reads Fluentd configuration: nested sections, `key value` lines, values bare or in quotes (then over several lines),
 * `#` comments. A comment behind a value is a fault here: in rendered text it means that a value was cut short.
 */
export function parseFluentd(text: string): FluentdFile {
  const root: OpenSection = { name: '', argument: '', params: [], sections: [], line: 0 };
  const faults: FluentdFault[] = [];
  const open: OpenSection[] = [root];
  const lines = text.split('\n');

  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    const content = lines[index]!.trim();
    const current = open.at(-1)!;
    if (content === '' || content.startsWith('#')) {
      continue;
    }
    if (content.startsWith('</')) {
      closeSection(content, line, open, faults);
    } else if (content.startsWith('<')) {
      const [, name, argument = ''] = /^<([a-z_]+)(?:\s+(.*))?>$/.exec(content) ?? [];
      if (name === undefined) {
        faults.push({ line, message: `"${content}" is no section` });
        continue;
      }
      const section: OpenSection = { name, argument: argument.trim(), params: [], sections: [], line };
      current.sections.push(section);
      open.push(section);
    } else {
      const [, key = '', start = ''] = /^(\S+)\s*(.*)$/s.exec(content) ?? [];
      const read = readValue(start, lines, index);
      current.params.push({ key, value: read.value, line });
      faults.push(...read.problems.map((message) => ({ line, message: `${key}: ${message}` })));
      index = read.lastIndex;
    }
  }
  for (const section of open.slice(1)) {
    faults.push({ line: section.line, message: `<${section.name}> is not closed` });
  }
  for (const param of root.params) {
    faults.push({ line: param.line, message: `${param.key} stands outside of every section` });
  }
  return { sections: root.sections, faults };
}

function closeSection(content: string, line: number, open: OpenSection[], faults: FluentdFault[]): void {
  const name = /^<\/([a-z_]+)>$/.exec(content)?.[1];
  const current = open.at(-1)!;
  if (open.length > 1 && name === current.name) {
    open.pop();
  } else {
    const wanted = open.length > 1 ? `</${current.name}> of line ${current.line}` : 'no closing tag';
    faults.push({ line, message: `found ${content}, expected ${wanted}` });
  }
}

interface ReadValue {
  readonly value: string;
  readonly lastIndex: number;
  readonly problems: readonly string[];
}

function readValue(start: string, lines: readonly string[], index: number): ReadValue {
  const quote = start[0];
  if (quote !== '"' && quote !== "'") {
    const cut = /\s#/.exec(start);
    const problems = cut
      ? [`everything from "${start.slice(cut.index).trim()}" on is taken as a comment`]
      : [];
    return { value: cut ? start.slice(0, cut.index).trimEnd() : start, lastIndex: index, problems };
  }
  let text = start;
  let lastIndex = index;
  let end = closingQuote(text, quote);
  while (end < 0 && lastIndex + 1 < lines.length) {
    lastIndex += 1;
    text += `\n${lines[lastIndex]}`;
    end = closingQuote(text, quote);
  }
  if (end < 0) {
    return { value: text.slice(1), lastIndex, problems: ['the quote is not closed'] };
  }
  const rest = text.slice(end + 1).trim();
  const problems = rest === '' ? [] : [`"${rest}" follows the closing quote`];
  const inner = text.slice(1, end);
  return { value: quote === '"' ? unescaped(inner) : inner.replaceAll("\\'", "'"), lastIndex, problems };
}

function closingQuote(text: string, quote: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') {
      at += 1;
    } else if (text[at] === quote) {
      return at;
    }
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
}

/** Writes sections as the Logging Operator does: two blanks a level, values bare unless they hold a line break. */
export function renderFluentd(sections: readonly FluentdSection[], depth = 0): string {
  const indent = '  '.repeat(depth);
  return sections
    .map(({ name, argument, params, sections: inner }) =>
      [
        `${indent}<${argument === '' ? name : `${name} ${argument}`}>\n`,
        ...params.map(({ key, value }) => `${indent}  ${key} ${written(value)}\n`),
        renderFluentd(inner, depth + 1),
        `${indent}</${name}>\n`,
      ].join(''),
    )
    .join('');
}

function written(value: string): string {
  const text = value.replace(/\n+$/, '');
  return text.includes('\n') ? JSON.stringify(text).replaceAll('#', '\\#') : text;
}
