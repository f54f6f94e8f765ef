import { loggingConflicts } from '../../../src/lint/rules/logging-conflicts.js';
import { describeRule, goodSet, loggingObject, setWith } from '../support.js';

describeRule(loggingConflicts, [
  {
    refuses: 'collectors in the Logging beside a FluentbitAgent',
    objects: setWith('logging', ['spec', 'fluentbit'], {}),
    path: 'Logging main spec.fluentbit',
    fix: 'remove `fluentbit`',
  },
  {
    refuses: 'two kinds of aggregator in one Logging',
    objects: setWith('logging', ['spec', 'syslogNG'], {}),
    path: 'Logging main spec.syslogNG',
    fix: 'remove `syslogNG`',
  },
  {
    refuses: 'two detached aggregators in one namespace',
    objects: goodSet(
      {},
      loggingObject('FluentdConfig', 'logs', 'a', {}),
      loggingObject('FluentdConfig', 'logs', 'b', {}),
    ),
    path: 'FluentdConfig logs/b metadata.namespace',
    fix: 'remove one',
  },
  {
    refuses: 'an older field that the operator refuses',
    objects: setWith('agent', ['spec', 'position_db'], {}),
    path: 'FluentbitAgent main spec.position_db',
    fix: '`positiondb`',
  },
]);
