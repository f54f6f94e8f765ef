import { expect } from 'chai';
import { healthOf } from '../../../src/apply/health/health.js';
import { liveOf } from '../unit-support.js';
import { condition, conditions, describeHealth, type HealthRow, NOW_MS, verdictOn } from './health-table.js';

const generations = (generation: number | undefined, observedGeneration: number | undefined) => ({
  metadata: generation === undefined ? {} : { generation },
  status: observedGeneration === undefined ? {} : { observedGeneration },
});

/** What holds for every kind, before its own rule. */
const PRELUDE: readonly HealthRow[] = [
  ['while it is being deleted', { metadata: { deletionTimestamp: 'x' } }, 'Terminating Terminating'],
  [
    'while it is being deleted, whatever else it says',
    { metadata: { deletionTimestamp: 'x', generation: 2 }, ...conditions(condition('Stalled=True')) },
    'Terminating Terminating',
  ],
  ['when it was changed after it was seen', generations(2, 1), 'InProgress LatestGenerationNotObserved'],
  ['when what was seen is newer', generations(1, 2), 'InProgress LatestGenerationNotObserved'],
  [
    'when it was not seen, before its conditions count',
    {
      metadata: { generation: 2 },
      status: { observedGeneration: 1, conditions: [condition('Stalled=True')] },
    },
    'InProgress LatestGenerationNotObserved',
  ],
  ['while it is reconciled', conditions(condition('Reconciling=True', 'Busy')), 'InProgress Busy'],
  [
    'while it is reconciled without a reason',
    conditions(condition('Reconciling=True')),
    'InProgress Reconciling',
  ],
  ['when it is stalled', conditions(condition('Stalled=True', 'Broken')), 'Failed Broken'],
  [
    'by the first of the two conditions',
    conditions(condition('Reconciling=True'), condition('Stalled=True')),
    'InProgress Reconciling',
  ],
  [
    'by the first of the two conditions, also the other way round',
    conditions(condition('Stalled=True'), condition('Reconciling=True')),
    'Failed Stalled',
  ],
];

/** What holds for kinds without a rule. */
const NO_RULE: readonly HealthRow[] = [
  ...PRELUDE,
  ['without a status', {}, 'Current Current'],
  ['with an empty status', { status: {} }, 'Current Current'],
  ['with a status of null', { status: null }, 'Current Current'],
  ['when only its generation is known', generations(2, undefined), 'Current Current'],
  ['when only what was seen is known', generations(undefined, 2), 'Current Current'],
  ['when its change was seen', generations(2, 2), 'Current Current'],
  ['when it is not reconciled', conditions(condition('Reconciling=False')), 'Current Current'],
  ['when it is not stalled', conditions(condition('Stalled=False')), 'Current Current'],
  ['when it is ready', conditions(condition('Ready=True')), 'Current Current'],
  ['when it is not ready', conditions(condition('Ready=False', 'Waiting')), 'InProgress Waiting'],
  ['when it is not ready without a reason', conditions(condition('Ready=False')), 'InProgress NotReady'],
  ['when nobody knows whether it is ready', conditions(condition('Ready=Unknown')), 'InProgress NotReady'],
  ['when it is ready in an odd way', conditions(condition('Ready=Perhaps')), 'Current Current'],
  ['by other conditions not at all', conditions(condition('Available=False')), 'Current Current'],
];

describe('health of any object', () => {
  describeHealth('example.com/v1/Widget', NO_RULE);

  // A kind with a rule of its own never looks at Ready.
  describeHealth('v1/ConfigMap', [
    ...PRELUDE,
    ['without a status', {}, 'Current Current'],
    ['when it is not ready', conditions(condition('Ready=False')), 'Current Current'],
  ]);

  it('58: kinds that kstatus has no rule for are current at once', () => {
    const kinds = [
      'v1/Namespace',
      'v1/ServiceAccount',
      'rbac.authorization.k8s.io/v1/ClusterRole',
      'rbac.authorization.k8s.io/v1/RoleBinding',
      'networking.k8s.io/v1/NetworkPolicy',
      'scheduling.k8s.io/v1/PriorityClass',
      'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
    ];
    expect(kinds.filter((kind) => verdictOn(kind, {}) !== 'Current Current')).to.deep.equal([]);
  });

  it('58: kinds of the same name in another group have no rule', () => {
    const spec = { replicas: 3 };
    expect(verdictOn('example.com/v1/Deployment', { spec })).to.equal('Current Current');
    expect(verdictOn('apps/v1beta1/Deployment', { spec })).to.equal('InProgress LessReplicas');
  });

  it('is NotFound when it is not there', () => {
    expect(healthOf(undefined, NOW_MS)).to.deep.equal({
      state: 'NotFound',
      reason: 'NotFound',
      message: 'is not there',
    });
  });

  it('passes the words of the conditions on', () => {
    const messages = ['Reconciling=True', 'Stalled=True', 'Ready=False'].map(
      (text) =>
        healthOf(liveOf('a.io/v1/B', conditions(condition(text, 'Why', 'in its words'))), NOW_MS).message,
    );
    expect(messages).to.deep.equal(['in its words', 'in its words', 'in its words']);
  });
});
