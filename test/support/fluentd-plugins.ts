import type { FluentdParam, FluentdSection } from './fluentd-tree.js';

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;
/** A JSON object. */
export type JsonMap = { readonly [key: string]: Json };

interface SectionHead {
  readonly argument?: string;
  readonly type?: string;
  readonly id?: string;
  readonly label?: string;
}

/** A section with its `@` parameters first and the others sorted by key, as the operator writes them. */
export function section(
  name: string,
  head: SectionHead,
  own: readonly (readonly [string, string])[] = [],
  sections: readonly FluentdSection[] = [],
): FluentdSection {
  const at = (['type', 'id', 'label'] as const).flatMap((key) =>
    head[key] === undefined ? [] : [[`@${key}`, head[key]] as const],
  );
  const sorted = [...own].sort(([a], [b]) => (a < b ? -1 : 1));
  const all: FluentdParam[] = [...at, ...sorted].map(([key, value]) => ({ key, value, line: 0 }));
  return { name, argument: head.argument ?? '', params: all, sections, line: 0 };
}

/**
 * Fields as parameters. The operator leaves out zero values (`false`, `0`, empty), but for fields that tell unset and
 * `false` apart.
 */
export function params(values: JsonMap, canBeFalse: readonly string[] = []): [string, string][] {
  return Object.entries(values).flatMap(([key, value]): [string, string][] => {
    const zero =
      value === null || value === '' || value === 0 || (value === false && !canBeFalse.includes(key));
    if (zero || (typeof value === 'object' && Object.keys(value).length === 0)) {
      return [];
    }
    return [[key, typeof value === 'object' ? sortedJson(value) : String(value)]];
  });
}

/** One-line JSON as Go writes it: keys sorted, the characters of HTML escaped. */
export function sortedJson(value: Json): string {
  const sort = (_: string, item: Json) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item as JsonMap).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return JSON.stringify(value, sort).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

interface FilterPlugin {
  readonly type: string;
  /** Fields that become sections instead of parameters, in the order of the text. @default none */
  readonly sections?: Readonly<Record<string, (value: Json) => FluentdSection[]>>;
  /** Written when the field is not given; `${logKey}` is filled in. @default none */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Fields that can be written as false. @default none */
  readonly canBeFalse?: readonly string[];
  /** A `match` section on this tag instead of `filter **`; the field `match_tag` changes it. @default a filter */
  readonly matchTag?: string;
}

const maps = (value: Json) => value as readonly JsonMap[];
const each = (name: string) => (value: Json) => maps(value).map((item) => section(name, {}, params(item)));
const conditions = { regexp: each('regexp'), exclude: each('exclude') };

function nested(
  fields: Readonly<Record<string, (value: Json) => FluentdSection[]>>,
  item: JsonMap,
): FluentdSection[] {
  return Object.entries(fields).flatMap(([field, make]) =>
    item[field] === undefined ? [] : make(item[field]),
  );
}

const group = (name: string) => (value: Json) =>
  maps(value).map((item) => section(name, {}, [], nested(conditions, item)));

/** Filters of a flow by the name of their field. */
const FILTERS: Readonly<Record<string, FilterPlugin>> = {
  dedot: { type: 'dedot' },
  elasticsearch_genid: { type: 'elasticsearch_genid' },
  record_transformer: { type: 'record_transformer', sections: { records: each('record') } },
  record_modifier: {
    type: 'record_modifier',
    sections: { replaces: each('replace'), records: each('record') },
  },
  grep: { type: 'grep', sections: { ...conditions, or: group('or'), and: group('and') } },
  detectExceptions: {
    type: 'detect_exceptions',
    defaults: { remove_tag_prefix: 'kubernetes' },
    matchTag: 'kubernetes.**',
  },
  parser: {
    type: 'parser',
    defaults: { key_name: '${logKey}' },
    canBeFalse: ['emit_invalid_record_to_error'],
    sections: { parse: (value) => [parseSection(value as JsonMap)] },
  },
  concat: { type: 'concat', defaults: { key: '${logKey}', separator: '"\\n"' } },
};

function parseSection({ type, multiline, patterns, ...fields }: JsonMap): FluentdSection {
  const formats = Object.entries((multiline ?? []) as readonly string[]).map(
    ([index, format]): [string, string] => [`format${Number(index) + 1}`, format],
  );
  const inner = patterns === undefined ? [] : each('pattern')(patterns);
  const head = type === undefined ? {} : { type: type as string };
  return section('parse', head, [...params(fields), ...formats], inner);
}

/**
 * The section of one item of a filter list.
 *
 * @throws Error when the item does not hold exactly one plugin, or one that this renderer does not know
 */
export function filterSection(item: JsonMap, id: string, logKey: string): FluentdSection {
  const [field, ...others] = Object.keys(item);
  if (field === undefined || others.length > 0) {
    throw new Error(
      `${id}: a filter holds exactly one plugin, found ${Object.keys(item).join(', ') || 'none'}`,
    );
  }
  const plugin = FILTERS[field];
  if (!plugin) {
    throw new Error(`${id}: the renderer does not know the filter ${field}`);
  }
  const config = item[field] as JsonMap;
  const { match_tag: tag, ...given } = config;
  const values: Record<string, Json> = { ...given };
  for (const [key, value] of Object.entries(plugin.defaults ?? {})) {
    values[key] ??= value.replace('${logKey}', logKey);
  }
  for (const key of Object.keys(plugin.sections ?? {})) {
    delete values[key];
  }
  const sections = nested(plugin.sections ?? {}, config);
  const name = plugin.matchTag === undefined ? 'filter' : 'match';
  const argument = (plugin.matchTag && (tag as string | undefined)) ?? plugin.matchTag ?? '**';
  return section(name, { argument, type: plugin.type, id }, params(values, plugin.canBeFalse), sections);
}
