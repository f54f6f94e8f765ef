import { describeObject, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { read } from '../fields.js';
import { loggingRefOf } from '../logging-objects.js';

import { type LintRule, problem } from '../rule.js';

/** Fields that the operator answers with an error, so that nothing is configured any more. */
const REFUSED: readonly { readonly keys: readonly string[]; readonly use: string }[] = [
  { keys: ['fluentd', 'fluentdPvcSpec'], use: 'bufferStorageVolume' },
  { keys: ['fluentd', 'bufferStorageVolume', 'host_path'], use: 'hostPath' },
  { keys: ['fluentdPvcSpec'], use: 'bufferStorageVolume' },
  { keys: ['bufferStorageVolume', 'host_path'], use: 'hostPath' },
  { keys: ['position_db'], use: 'positiondb' },
  { keys: ['positiondb', 'host_path'], use: 'hostPath' },
  { keys: ['parser'], use: 'inputTail.Parser' },
];

/** What the schema allows side by side and the operator refuses. */
export const loggingConflicts: LintRule = {
  id: 'logging-conflicts',
  title: 'A Logging has one aggregator, its agents in one place, and no field that the operator refuses',

  *check({ logging: { loggings, agents, aggregators } }) {
    for (const logging of loggings) {
      const agent = agents.find((each) => loggingRefOf(each) === loggingRefOf(logging));
      if (agent && read(logging, 'spec', 'fluentbit') !== undefined) {
        const message = `stands beside ${describeObject(agent)}; the operator then configures nothing`;
        yield problem(logging, 'spec.fluentbit', message, 'remove `fluentbit`');
      }
      if (read(logging, 'spec', 'fluentd') !== undefined && read(logging, 'spec', 'syslogNG') !== undefined) {
        const message = 'stands beside fluentd; the operator takes one aggregator and configures nothing';
        yield problem(logging, 'spec.syslogNG', message, 'remove `syslogNG`, or remove `fluentd`');
      }
    }
    const detached = new Map<string | undefined, KubernetesObject>();
    for (const aggregator of aggregators) {
      const { namespace } = aggregator.metadata;
      const first = detached.get(namespace);
      if (first) {
        const message = `a namespace has one FluentdConfig, and ${describeObject(first)} is there; one of them has no effect`;
        yield problem(aggregator, 'metadata.namespace', message, 'remove one of the two');
      } else detached.set(namespace, aggregator);
    }
    for (const object of [...loggings, ...agents, ...aggregators]) {
      for (const { keys, use } of REFUSED) {
        if (read(object, 'spec', ...keys) === undefined) continue;
        const message = 'is an older field; the operator refuses it and configures nothing';
        yield problem(object, ['spec', ...keys].join('.'), message, `write it as \`${use}\``);
      }
    }
  },
};
