import type { Problem } from '../../common/error.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { fields, items, read } from '../fields.js';
import type { ObjectSet } from '../object-set.js';
import { type LintRule, problem } from '../rule.js';

/** What the exception joiner knows. Another name passes the operator's check and breaks at the first record. */
const LANGUAGES = [
  'all',
  'csharp',
  'dart',
  'go',
  'java',
  'javascript',
  'js',
  'php',
  'py',
  'python',
  'rb',
  'ruby',
];

/** A list of filters and the Logging that runs it. */
interface FilterList {
  readonly object: KubernetesObject;
  readonly field: string;
  readonly filters: readonly unknown[];
  readonly logging?: KubernetesObject;
}

/** One filter that cannot be rendered stops the configuration of its Logging, or of the flow alone. */
export const flowFilters: LintRule = {
  id: 'flow-filters',
  title: 'Every filter is one plugin, and exceptions are joined first, in known languages, by one worker',

  *check(set) {
    for (const list of filterLists(set)) {
      const names = list.filters.map((filter) => Object.keys(fields(filter)));
      for (const [index, plugins] of names.entries()) {
        const field = `${list.field}[${index}]`;
        if (plugins.length !== 1) yield notOne(list.object, field, plugins);
        if (read(list.filters[index], 'parser', 'parsers') !== undefined) {
          const message = 'is refused by the operator, and the flow with it';
          yield problem(
            list.object,
            `${field}.parser.parsers`,
            message,
            'write `parse: {…}` with the one parser',
          );
        }
        if (plugins.includes('detectExceptions')) yield* checkJoining(set, list, names, index);
      }
    }
  },
};

function* filterLists({ logging: objects }: ObjectSet): Generator<FilterList> {
  for (const object of objects.flows) {
    const filters = items(read(object, 'spec', 'filters'));
    yield { object, field: 'spec.filters', filters, logging: objects.loggingOf(object) };
  }
  for (const object of objects.loggings) {
    for (const keys of [['globalFilters'], ['defaultFlow', 'filters']]) {
      const filters = items(read(object, 'spec', ...keys));
      yield { object, field: ['spec', ...keys].join('.'), filters, logging: object };
    }
  }
}

const notOne = (object: KubernetesObject, field: string, plugins: readonly string[]): Problem =>
  plugins.length === 0
    ? problem(object, field, 'holds no filter; the operator refuses the flow', 'remove the entry')
    : problem(
        object,
        field,
        `holds ${plugins.length} filters (${plugins.join(', ')}); the operator refuses the flow`,
        `make ${plugins.length} entries of it: ${plugins.map((name) => `\`- ${name}: {…}\``).join(', ')}`,
      );

function* checkJoining(
  { logging: objects }: ObjectSet,
  { object, field, filters, logging }: FilterList,
  names: readonly (readonly string[])[],
  index: number,
): Generator<Problem> {
  const at = `${field}[${index}].detectExceptions`;
  if (index > 0) {
    const message = 'is not the first filter: it sends every record through the filters before it once more';
    yield problem(object, at, message, `move \`detectExceptions\` to the top of \`${field}\``);
  }
  if (names.some((plugins) => plugins.includes('tag_normaliser'))) {
    const message = 'stands beside tag_normaliser: each changes the tag, and the other then fits no record';
    yield problem(object, at, message, 'remove `tag_normaliser`');
  }
  for (const [position, language] of items(read(filters[index], 'detectExceptions', 'languages')).entries()) {
    if (LANGUAGES.includes(String(language))) continue;
    const message = `"${language}" is no language it knows; the flow breaks at its first record`;
    yield problem(object, `${at}.languages[${position}]`, message, `write one of ${LANGUAGES.join(', ')}`);
  }
  const aggregator = logging && objects.aggregatorOf(logging);
  if (Number(aggregator?.spec['workers'] ?? 1) > 1) {
    const message = `does not work with ${aggregator?.spec['workers']} workers of Fluentd`;
    yield problem(object, at, message, `remove it, or write \`${aggregator?.field}.workers: 1\``);
  }
}
