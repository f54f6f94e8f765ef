import { expect } from 'chai';
import { loggingRef } from '../../../src/lint/rules/logging-ref.js';
import { changed, check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

const REF = ['spec', 'loggingRef'];
const second = (spec: object) =>
  loggingObject('Logging', undefined, 'second', { controlNamespace: 'b', ...spec });

describeRule(
  loggingRef,
  [
    {
      refuses: 'a Logging without loggingRef',
      objects: goodSet({}, second({})),
      path: 'Logging second spec.loggingRef',
      fix: '`loggingRef: second`',
    },
    {
      refuses: 'two Loggings with one loggingRef',
      objects: goodSet({}, second({ loggingRef: 'main' })),
      path: 'Logging second spec.loggingRef',
      fix: '`loggingRef: second`',
    },
    {
      refuses: 'an agent that refers to no Logging of the set',
      objects: setWith('agent', REF, 'other'),
      path: 'FluentbitAgent main spec.loggingRef',
      fix: '`loggingRef: main`',
    },
    {
      refuses: 'a flow without loggingRef',
      objects: setWith('flow', REF, undefined),
      path: 'ClusterFlow logs/all spec.loggingRef',
      fix: '`loggingRef: main`',
    },
    {
      refuses: 'an output whose loggingRef differs in case',
      objects: setWith('output', REF, 'Main'),
      path: 'ClusterOutput logs/shipper spec.loggingRef',
      fix: '`loggingRef: main`',
    },
    {
      refuses: 'a route from a Logging that is not there',
      objects: goodSet({}, loggingObject('LoggingRoute', undefined, 'r', { source: 'gone', targets: {} })),
      path: 'LoggingRoute r spec.source',
      fix: '`source: main`',
    },
  ],
  () => {
    it('asks for nothing in a set without a Logging, which is somewhere else', () => {
      const objects = goodSet({ logging: undefined, flow: changed('flow', REF, 'elsewhere') });
      expect(check(loggingRef, objects)).to.deep.equal([]);
    });

    it('gives a fix also when no Logging has a loggingRef', () => {
      const problems = check(loggingRef, setWith('logging', REF, undefined));
      expect(problems.length).to.equal(4);
      for (const problem of problems) expect(problem.fix).to.match(/\S/);
    });
  },
);
