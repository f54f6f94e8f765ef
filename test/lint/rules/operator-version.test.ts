import { expect } from 'chai';
import { operatorVersion } from '../../../src/lint/rules/operator-version.js';
import { check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

const OLD = { operatorVersion: '4.10' } as const;

describeRule(
  operatorVersion,
  [
    {
      refuses: 'a field that is newer than the target',
      objects: setWith('output', ['spec', 'http', 'compress'], 'gzip'),
      context: OLD,
      path: 'ClusterOutput logs/shipper spec.http.compress',
      fix: 'remove `compress`',
    },
    {
      refuses: 'a newer field within a list',
      objects: setWith('flow', ['spec', 'match', 0, 'exclude', 'namespaces_regex'], ['kube-.*']),
      context: OLD,
      path: 'ClusterFlow logs/all spec.match[0].exclude.namespaces_regex',
      fix: 'into `namespaces`',
    },
    {
      refuses: 'metrics.enabled before it was there',
      objects: setWith('agent', ['spec', 'metrics'], { enabled: false, port: 2020 }),
      context: OLD,
      path: 'FluentbitAgent main spec.metrics.enabled',
      fix: 'remove `enabled`',
    },
    {
      refuses: 'a newer field of the aggregator within the Logging',
      objects: setWith('logging', ['spec', 'fluentd', 'terminationGracePeriodSeconds'], 60),
      context: OLD,
      path: 'Logging main spec.fluentd.terminationGracePeriodSeconds',
      fix: "operator: {version: '6.7'}",
    },
    {
      refuses: 'a filter that was removed before the target',
      objects: setWith('logging', ['spec', 'globalFilters'], [{ enhanceK8s: {} }]),
      path: 'Logging main spec.globalFilters[0].enhanceK8s',
      fix: "namespace_labels: 'On'",
    },
    {
      refuses: 'an output that was removed before the target',
      objects: setWith('output', ['spec', 'sumologic'], {}),
      path: 'ClusterOutput logs/shipper spec.sumologic',
      fix: '`http` target',
    },
    {
      refuses: 'the Windows agents that were removed before the target',
      objects: setWith('logging', ['spec', 'nodeAgents'], [{ name: 'win' }]),
      path: 'Logging main spec.nodeAgents',
      fix: 'FluentbitAgent',
    },
    {
      refuses: 'a kind that the target does not have',
      objects: goodSet({}, loggingObject('NodeAgent', undefined, 'win', {})),
      path: 'NodeAgent win kind',
      fix: 'remove the object',
    },
  ],
  () => {
    it('takes in each generation what only that one has', () => {
      expect(check(operatorVersion, setWith('output', ['spec', 'http', 'compress'], 'gzip'))).to.deep.equal(
        [],
      );
      const old = setWith('flow', ['spec', 'filters'], [{ enhanceK8s: {} }]);
      expect(check(operatorVersion, old, OLD)).to.deep.equal([]);
    });

    it('leaves kinds of the same name in other groups alone', () => {
      const other = { ...loggingObject('NodeAgent', undefined, 'x', {}), apiVersion: 'example.com/v1' };
      expect(check(operatorVersion, goodSet({}, other))).to.deep.equal([]);
    });
  },
);
