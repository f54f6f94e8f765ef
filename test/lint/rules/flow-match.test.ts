import { expect } from 'chai';
import { flowMatch } from '../../../src/lint/rules/flow-match.js';
import { changed, check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

/** The flow with another match, in a set without host logs. */
const matching = (...match: unknown[]) =>
  goodSet({ flow: changed('flow', ['spec', 'match'], match), collector: undefined });

const EXCLUDE = { exclude: { namespaces: ['logs'] } };
const AT = 'ClusterFlow logs/all spec.match';

describeRule(
  flowMatch,
  [
    { refuses: 'an empty list', objects: matching(), path: AT, fix: '`match: [{select: {}}]`' },
    { refuses: 'excludes alone', objects: matching(EXCLUDE), path: AT, fix: '`- select: {}`' },
    {
      refuses: 'select and exclude in one entry',
      objects: matching({ ...EXCLUDE, select: { namespaces: ['shop'] } }, { select: {} }),
      path: `${AT}[0]`,
      fix: 'make two entries',
    },
    {
      refuses: 'an entry with neither',
      objects: matching({}, { select: {} }),
      path: `${AT}[0]`,
      fix: '`- select: {}`',
    },
    {
      refuses: 'an entry after one that fits everything',
      objects: matching({ select: {} }, EXCLUDE),
      path: `${AT}[1]`,
      fix: 'above entry 0',
    },
    {
      refuses: 'a comma in a regular expression',
      objects: matching({ select: { namespaces_regex: ['a', 'b{1,3}'] } }),
      path: `${AT}[0].select.namespaces_regex[1]`,
      fix: 'without a comma',
    },
    {
      refuses: 'the older selectors beside a match',
      objects: setWith('flow', ['spec', 'selectors'], { app: 'x' }),
      path: AT,
      fix: 'remove `selectors`',
    },
    {
      refuses: 'a match that leaves out host logs which are collected',
      objects: setWith('flow', ['spec', 'match'], [{ select: { namespaces: ['shop'] } }]),
      path: AT,
      fix: '`- select: {}`',
    },
    {
      refuses: 'to lose the host logs of an agent of the operator',
      objects: goodSet({
        collector: undefined,
        agent: changed('agent', ['spec', 'disableKubernetesFilter'], true),
        flow: changed('flow', ['spec', 'match'], [{ select: { labels: { app: 'x' } } }]),
      }),
      path: AT,
      fix: '`- select: {}`',
    },
  ],
  () => {
    it('takes a match that was left out, which takes everything', () => {
      expect(check(flowMatch, setWith('flow', ['spec', 'match'], undefined))).to.deep.equal([]);
    });

    it('takes a narrow flow when another one takes the host logs', () => {
      const narrow = loggingObject('ClusterFlow', 'logs', 'shop', {
        loggingRef: 'main',
        match: [{ select: { namespaces: ['shop'] } }],
        globalOutputRefs: ['shipper'],
      });
      expect(check(flowMatch, goodSet({}, narrow))).to.deep.equal([]);
    });

    it('takes a narrow flow when the default flow takes the rest', () => {
      const logging = changed('logging', ['spec', 'defaultFlow'], { globalOutputRefs: ['shipper'] });
      const flow = changed('flow', ['spec', 'match'], [{ select: { namespaces: ['shop'] } }]);
      expect(check(flowMatch, goodSet({ logging, flow }))).to.deep.equal([]);
    });
  },
);
