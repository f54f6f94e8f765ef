import {
  type FluentBitFault,
  type FluentBitFile,
  type FluentBitSection,
  optionOf,
  parserRegex,
  valuesOf,
} from './fluent-bit-parser.js';
import { BUILT_IN_MULTILINE_PARSERS, STOCK_PARSERS, STOCK_PARSERS_FILE } from './fluent-bit-tables.js';
import { patternsMeet } from './wildcard.js';

/** What a rule sees: the main file, and the sections that define parsers, wherever they stand. */
export interface FluentBitSubject {
  readonly main: FluentBitFile;
  readonly parsers: readonly FluentBitSection[];
}

/** A rule gives one fault for each place that breaks it. */
export type FluentBitRule = (subject: FluentBitSubject) => FluentBitFault[];

/** What was learned from running the program; each rule says why. */
export const FLUENT_BIT_RULES: readonly FluentBitRule[] = [
  oneService,
  positionAndBufferTogether,
  ownPositionFile,
  journalWithoutPath,
  filtersAndOutputsNameTheirRecords,
  everyMatchMeetsATag,
  everyTagReachesAnOutput,
  parsersExist,
  parserExpressionsHold,
];

const inputs = (file: FluentBitFile) => named(file, 'INPUT');
const named = (file: FluentBitFile, ...names: string[]) =>
  file.sections.filter((section) => names.includes(section.name));
const pluginOf = (section: FluentBitSection) => (optionOf(section, 'name') ?? '').toLowerCase();
const keepsPosition = (section: FluentBitSection) => ['tail', 'systemd'].includes(pluginOf(section));
const at = (section: FluentBitSection, message: string, line = section.line): FluentBitFault => ({
  file: section.file,
  line,
  message,
});

function oneService({ main }: FluentBitSubject): FluentBitFault[] {
  const [first, ...others] = named(main, 'SERVICE');
  if (!first) {
    return [{ file: 'fluent-bit.conf', line: 1, message: 'there is no [SERVICE] section' }];
  }
  return others.map((section) => at(section, 'a second [SERVICE] section'));
}

/** The position moves when a line is read, not when it is delivered: with one of the two alone a crash loses records. */
function positionAndBufferTogether({ main }: FluentBitSubject): FluentBitFault[] {
  const service = named(main, 'SERVICE')[0];
  const inherited = service && /^(on|true|yes)$/i.test(optionOf(service, 'storage.inherit') ?? '');
  return inputs(main)
    .filter(keepsPosition)
    .flatMap((section) => {
      const type =
        optionOf(section, 'storage.type') ?? (inherited ? optionOf(service, 'storage.type') : undefined);
      return [
        optionOf(section, 'db') ? '' : 'no DB: a restart reads everything again, or leaves a gap',
        type === 'filesystem'
          ? ''
          : 'storage.type is not filesystem: a crash loses what was read and not yet sent',
        service && optionOf(service, 'storage.path')
          ? ''
          : 'storage.type has no effect: [SERVICE] has no storage.path',
      ]
        .filter((message) => message !== '')
        .map((message) => at(section, message));
    });
}

/** Two inputs on one position file overwrite the positions of each other. */
function ownPositionFile({ main }: FluentBitSubject): FluentBitFault[] {
  const seen = new Map<string, number>();
  return inputs(main).flatMap((section) => {
    const path = optionOf(section, 'db');
    const other = path === undefined ? undefined : seen.get(path);
    if (path !== undefined && other === undefined) {
      seen.set(path, section.line);
    }
    return other === undefined ? [] : [at(section, `DB ${path} is also used by the input at line ${other}`)];
  });
}

/** A fixed journal folder that is missing on a node ends the program there; without Path it reads whichever exists. */
function journalWithoutPath({ main }: FluentBitSubject): FluentBitFault[] {
  return inputs(main)
    .filter((section) => pluginOf(section) === 'systemd' && optionOf(section, 'path') !== undefined)
    .map((section) =>
      at(section, 'systemd with Path: the program ends at start on a node without that folder'),
    );
}

function filtersAndOutputsNameTheirRecords({ main }: FluentBitSubject): FluentBitFault[] {
  return named(main, 'FILTER', 'OUTPUT')
    .filter((section) => !optionOf(section, 'match') && !optionOf(section, 'match_regex'))
    .map((section) => at(section, `[${section.name}] has no Match: it would never see a record`));
}

function everyMatchMeetsATag({ main }: FluentBitSubject): FluentBitFault[] {
  const tags = [...inputTags(main), ...rewrittenTags(main)];
  return named(main, 'FILTER', 'OUTPUT').flatMap((section) => {
    const pattern = optionOf(section, 'match');
    return pattern === undefined || tags.some((tag) => patternsMeet(pattern, tag))
      ? []
      : [at(section, `Match ${pattern} fits no tag; the tags are ${tags.join(', ') || 'none'}`)];
  });
}

function everyTagReachesAnOutput({ main }: FluentBitSubject): FluentBitFault[] {
  const outputs = named(main, 'OUTPUT');
  if (outputs.some((section) => optionOf(section, 'match_regex'))) {
    return [];
  }
  return inputs(main)
    .filter(
      (section) => !outputs.some((output) => patternsMeet(optionOf(output, 'match') ?? '', tagOf(section))),
    )
    .map((section) => at(section, `no [OUTPUT] matches the tag ${tagOf(section)}`));
}

function parsersExist({ main, parsers }: FluentBitSubject): FluentBitFault[] {
  const service = named(main, 'SERVICE')[0];
  const files = service ? valuesOf(service, 'parsers_file') : [];
  const stock = files.some((file) => STOCK_PARSERS_FILE.test(file)) ? STOCK_PARSERS : [];
  const defined = (kind: string) =>
    files.length === 0
      ? []
      : parsers.filter(({ name }) => name === kind).flatMap((section) => optionOf(section, 'name') ?? []);
  const known = new Set([...stock, ...defined('PARSER')]);
  const multiline = new Set([...BUILT_IN_MULTILINE_PARSERS, ...defined('MULTILINE_PARSER')]);
  const hint = (name: string) =>
    STOCK_PARSERS.includes(name) ? ' (stock, but no Parsers_File names /fluent-bit/etc/parsers.conf)' : '';

  return [...main.sections, ...parsers].flatMap((section) =>
    section.options.flatMap(({ key, value, line }) => {
      const names = value.split(',').map((name) => name.trim());
      if (key === 'multiline.parser') {
        const missing = names.filter((name) => !multiline.has(name));
        return missing.map((name) => at(section, `multiline parser ${name} is not defined`, line));
      }
      const refers = /^(parser(_\d+|_firstline)?|merge_parser|regex_parser|docker_mode_parser)$/.test(key);
      return !refers || known.has(value)
        ? []
        : [at(section, `parser ${value} is not defined${hint(value)}`, line)];
    }),
  );
}

function parserExpressionsHold({ parsers }: FluentBitSubject): FluentBitFault[] {
  return parsers
    .filter(({ name }) => name === 'PARSER')
    .flatMap((section) => expressionFaults(section).map((message) => at(section, message)));
}

function expressionFaults(section: FluentBitSection): string[] {
  const format = optionOf(section, 'format')?.toLowerCase();
  if (format !== 'regex') {
    const known = ['json', 'ltsv', 'logfmt'].includes(format ?? '');
    return known ? [] : [`Format ${format} is none of json, regex, ltsv, logfmt`];
  }
  try {
    const expression = parserRegex(section);
    if (expression === undefined) {
      return ['Format regex without Regex'];
    }
    const groups = [...expression.source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, name]) => name);
    const typed = (optionOf(section, 'types') ?? '').split(/\s+/).map((item) => item.split(':')[0]);
    return [optionOf(section, 'time_key'), ...typed]
      .filter((name) => name !== undefined && name !== '' && !groups.includes(name))
      .map((name) => `${name} is no group of the Regex`);
  } catch (error) {
    return [`the Regex does not compile: ${String(error)}`];
  }
}

/** The tag of an input with all that is filled in at run time as `*`. */
function tagOf(section: FluentBitSection): string {
  return (optionOf(section, 'tag') ?? `${pluginOf(section)}.*`).replace(/\$\{[^}]*\}|<[^>]*>/g, '*');
}

function inputTags(file: FluentBitFile): string[] {
  return inputs(file).map(tagOf);
}

/** `Rule $key regex NEW_TAG keep` makes records with a new tag. */
function rewrittenTags(file: FluentBitFile): string[] {
  return named(file, 'FILTER')
    .filter((section) => pluginOf(section) === 'rewrite_tag')
    .flatMap((section) => valuesOf(section, 'rule'))
    .map((rule) => (rule.split(/\s+/)[2] ?? '').replace(/\$[\w[\]'.{}]+/g, '*'));
}
