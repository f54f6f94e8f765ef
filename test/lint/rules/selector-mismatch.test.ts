import { expect } from 'chai';
import { selectorMismatch } from '../../../src/lint/rules/selector-mismatch.js';
import { check, describeRule, goodSet, setWith } from '../support.js';

const LABELS = { 'app.kubernetes.io/name': 'gone' };
const FIX = '`{app.kubernetes.io/name: collector}`';
const budget = (selector: object) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'collector', namespace: 'logs' },
  spec: { selector },
});

describeRule(
  selectorMismatch,
  [
    {
      refuses: 'a workload that does not select its own pods',
      objects: setWith('collector', ['spec', 'selector', 'matchLabels'], LABELS),
      path: 'DaemonSet logs/collector spec.selector',
      fix: '`{app.kubernetes.io/name: gone}`',
    },
    {
      refuses: 'a Service that leads nowhere',
      objects: setWith('service', ['spec', 'selector'], LABELS),
      path: 'Service logs/collector spec.selector',
      fix: FIX,
    },
    {
      refuses: 'a Service for pods of another namespace',
      objects: setWith('service', ['metadata', 'namespace'], 'other'),
      path: 'Service other/collector spec.selector',
      fix: 'add the workload',
    },
    {
      refuses: 'a policy that guards nothing',
      objects: setWith('policy', ['spec', 'podSelector', 'matchLabels'], LABELS),
      path: 'NetworkPolicy logs/collector spec.podSelector',
      fix: FIX,
    },
    {
      refuses: 'a disruption budget for nothing, by expression',
      objects: goodSet(
        {},
        budget({
          matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'NotIn', values: ['collector'] }],
        }),
      ),
      path: 'PodDisruptionBudget logs/collector spec.selector',
      fix: FIX,
    },
  ],
  () => {
    it('takes every expression that fits', () => {
      const key = 'app.kubernetes.io/name';
      for (const expression of [
        { key, operator: 'In', values: ['collector'] },
        { key, operator: 'NotIn', values: ['x'] },
        { key, operator: 'Exists' },
        { key: 'x', operator: 'DoesNotExist' },
      ]) {
        expect(
          check(selectorMismatch, goodSet({}, budget({ matchExpressions: [expression] }))),
        ).to.deep.equal([]);
      }
    });

    it('takes policies for the pods that the operator makes, and selectors of everything or nothing', () => {
      for (const podSelector of [{}, { matchLabels: { 'app.kubernetes.io/name': 'fluentd' } }]) {
        expect(
          check(selectorMismatch, setWith('policy', ['spec', 'podSelector'], podSelector)),
        ).to.deep.equal([]);
      }
      expect(check(selectorMismatch, setWith('service', ['spec', 'selector'], undefined))).to.deep.equal([]);
    });
  },
);
