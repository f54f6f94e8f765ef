import { expect } from 'chai';
import { flowFilters } from '../../../src/lint/rules/flow-filters.js';
import { changed, check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

const JOIN = { detectExceptions: { languages: ['java'] } };
const filtering = (...filters: unknown[]) => setWith('flow', ['spec', 'filters'], filters);
const AT = 'ClusterFlow logs/all spec.filters';

describeRule(
  flowFilters,
  [
    {
      refuses: 'two filters in one entry',
      objects: filtering({ dedot: {}, grep: {} }),
      path: `${AT}[0]`,
      fix: '`- dedot: {…}`, `- grep: {…}`',
    },
    {
      refuses: 'an entry without a filter',
      objects: filtering({}),
      path: `${AT}[0]`,
      fix: 'remove the entry',
    },
    {
      refuses: 'joining exceptions after another filter',
      objects: filtering({ dedot: {} }, JOIN),
      path: `${AT}[1].detectExceptions`,
      fix: 'to the top of `spec.filters`',
    },
    {
      refuses: 'joining exceptions beside tag_normaliser',
      objects: filtering(JOIN, { tag_normaliser: {} }),
      path: `${AT}[0].detectExceptions`,
      fix: 'remove `tag_normaliser`',
    },
    {
      refuses: 'an unknown language',
      objects: filtering({ detectExceptions: { languages: ['java', 'cobol'] } }),
      path: `${AT}[0].detectExceptions.languages[1]`,
      fix: 'python',
    },
    {
      refuses: 'joining exceptions with several workers',
      objects: setWith('logging', ['spec', 'fluentd', 'workers'], 2),
      path: `${AT}[0].detectExceptions`,
      fix: '`spec.fluentd.workers: 1`',
    },
    {
      refuses: 'joining exceptions with several workers of a detached aggregator',
      objects: goodSet({}, loggingObject('FluentdConfig', 'logs', 'main', { workers: 4 })),
      path: `${AT}[0].detectExceptions`,
      fix: 'workers: 1',
    },
    {
      refuses: 'the older list of parsers',
      objects: filtering({ parser: { parsers: [{ type: 'json' }] } }),
      path: `${AT}[0].parser.parsers`,
      fix: '`parse: {…}`',
    },
    {
      refuses: 'the same in the global filters of a Logging',
      objects: setWith('logging', ['spec', 'globalFilters'], [{ dedot: {}, grep: {} }]),
      path: 'Logging main spec.globalFilters[0]',
      fix: '`- dedot: {…}`',
    },
  ],
  () => {
    it('takes several workers where no exceptions are joined', () => {
      const logging = changed('logging', ['spec', 'fluentd', 'workers'], 2);
      const flow = changed('flow', ['spec', 'filters'], [{ dedot: {} }]);
      expect(check(flowFilters, goodSet({ logging, flow }))).to.deep.equal([]);
    });
  },
);
