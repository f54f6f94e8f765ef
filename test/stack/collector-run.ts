import { optionOf, parseFluentBitConfig, parserRegex, valuesOf } from '../support/fluent-bit-config.js';

/** The two files of the collector's configuration. */
export interface CollectorTexts {
  readonly main: string;
  readonly parsers: string;
}

type Fields = Readonly<Record<string, string>>;

/**
 * What the collector's filters make of a record, read out of its configuration: those three that it uses, `parser`,
 * `grep` and `record_modifier`, in the order of the text.
 *
 * @param source id of the source, as in `file-kubelet`
 * @param record fields as the input gives them
 * @returns the record, or nothing when a filter drops it
 */
export function collect(
  { main, parsers }: CollectorTexts,
  source: string,
  record: Fields,
): Fields | undefined {
  const tag = `host.${source}.node-1.example.com`;
  const sections = parseFluentBitConfig(main).sections;
  const input = sections.find((section) => optionOf(section, 'tag') === `host.${source}.\${NODE_NAME}`);
  if (!input) throw new Error(`there is no input for ${source}`);
  let fields = record;
  for (const filter of sections.filter(({ name }) => name === 'FILTER')) {
    if (!fits(optionOf(filter, 'match') ?? '', tag)) continue;
    const plugin = optionOf(filter, 'name');
    if (plugin === 'record_modifier') {
      const added = valuesOf(filter, 'record').map((text) =>
        text.replace('${NODE_NAME}', 'node-1').split(' '),
      );
      fields = { ...fields, ...(Object.fromEntries(added) as Fields) };
    } else if (plugin === 'parser') {
      const expression = expressionOf(parsers, optionOf(filter, 'parser') ?? '');
      const found = expression.exec(fields[optionOf(filter, 'key_name') ?? ''] ?? '');
      fields = { ...fields, ...given(found?.groups ?? {}) };
    } else if (plugin === 'grep') {
      const [key = '', pattern = ''] = (optionOf(filter, 'exclude') ?? '').split(/ (.*)/);
      if (fields[key] !== undefined && new RegExp(pattern).test(fields[key])) return undefined;
    } else {
      throw new Error(`the filter ${plugin} is not known here`);
    }
  }
  return fields;
}

const fits = (pattern: string, tag: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(tag);

/** Groups that took part; the others Fluent Bit leaves out. */
const given = (groups: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined)) as Fields;

function expressionOf(parsers: string, name: string): RegExp {
  const { sections } = parseFluentBitConfig(parsers, 'parsers.conf');
  const section = sections.find((item) => optionOf(item, 'name') === name);
  const expression = section && parserRegex(section);
  if (!expression) throw new Error(`the parser ${name} is not defined`);
  return expression;
}
