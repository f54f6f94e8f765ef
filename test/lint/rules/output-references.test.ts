import { expect } from 'chai';
import { outputReferences } from '../../../src/lint/rules/output-references.js';
import { changed, check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

const REFS = ['spec', 'globalOutputRefs'];
const tenantFlow = (spec: object) => loggingObject('Flow', 'shop', 'own', { loggingRef: 'main', ...spec });

describeRule(
  outputReferences,
  [
    {
      refuses: 'a flow to an output that is not there',
      objects: setWith('flow', REFS, ['shiper']),
      path: 'ClusterFlow logs/all spec.globalOutputRefs[0]',
      fix: 'write one of shipper',
    },
    {
      refuses: 'a flow without any output',
      objects: setWith('flow', REFS, []),
      path: 'ClusterFlow logs/all spec.globalOutputRefs',
      fix: '`globalOutputRefs:',
    },
    {
      refuses: 'the older field, which routes nothing',
      objects: setWith('flow', ['spec', 'outputRefs'], ['shipper']),
      path: 'ClusterFlow logs/all spec.outputRefs',
      fix: '`globalOutputRefs`',
    },
    {
      refuses: 'a Flow to a protected output',
      objects: goodSet({}, tenantFlow({ globalOutputRefs: ['shipper'] })),
      path: 'Flow shop/own spec.globalOutputRefs[0]',
      fix: '`localOutputRefs`',
    },
    {
      refuses: 'a Flow to an Output of another namespace',
      objects: goodSet(
        {},
        tenantFlow({ localOutputRefs: ['s3'] }),
        loggingObject('Output', 'other', 's3', { loggingRef: 'main', s3: {} }),
      ),
      path: 'Flow shop/own spec.localOutputRefs[0]',
      fix: 's3',
    },
    {
      refuses: 'an error output that is not there',
      objects: setWith('logging', ['spec', 'errorOutputRef'], 'gone'),
      path: 'Logging main spec.errorOutputRef',
      fix: 'write one of shipper',
    },
    {
      refuses: 'a default flow to an output that is not there',
      objects: setWith('logging', ['spec', 'defaultFlow'], { globalOutputRefs: ['gone'] }),
      path: 'Logging main spec.defaultFlow.globalOutputRefs[0]',
      fix: 'write one of shipper',
    },
    {
      refuses: 'an output without a target',
      objects: setWith('output', ['spec', 'http'], undefined),
      path: 'ClusterOutput logs/shipper spec',
      fix: '`http: {endpoint: …}`',
    },
    {
      refuses: 'an output with two targets',
      objects: setWith('output', ['spec', 'file'], { path: '/x' }),
      path: 'ClusterOutput logs/shipper spec',
      fix: 'keep one',
    },
  ],
  () => {
    it('does not see an output of another Logging', () => {
      const output = changed('output', ['spec', 'loggingRef'], 'other');
      expect(check(outputReferences, goodSet({ output })).map(({ path }) => path)).to.deep.equal([
        'ClusterFlow logs/all spec.globalOutputRefs[0]',
        'Logging main spec.errorOutputRef',
      ]);
    });

    it('takes an output that was said to exist already', () => {
      const objects = setWith('flow', REFS, ['archive']);
      expect(check(outputReferences, objects, { external: ['ClusterOutput logs/archive'] })).to.deep.equal(
        [],
      );
    });

    it('asks for no outputs where the Logging is somewhere else', () => {
      expect(check(outputReferences, goodSet({ logging: undefined, output: undefined }))).to.deep.equal([]);
    });

    it('finds an output in any namespace when the Logging looks everywhere', () => {
      const logging = changed('logging', ['spec', 'allowClusterResourcesFromAllNamespaces'], true);
      const output = changed('output', ['metadata', 'namespace'], 'shop');
      expect(check(outputReferences, goodSet({ logging, output }))).to.deep.equal([]);
    });
  },
);
