import { expect } from 'chai';
import { healthOf } from '../../../src/apply/health/health.js';
import { liveOf } from '../unit-support.js';
import { condition, conditions, describeHealth, type HealthRow, NOW_MS } from './health-table.js';

const READY = condition('Ready=True');
const waiting = (name: string, reason: string) => ({ name, state: { waiting: { reason } } });

/** A pod that finds no node, some time after it was made. */
const unscheduled = (ageMs: number, reason = 'Unschedulable') => ({
  metadata: { creationTimestamp: new Date(NOW_MS - ageMs).toISOString() },
  status: { phase: 'Pending', conditions: [condition('PodScheduled=False', reason)] },
});

const POD: readonly HealthRow[] = [
  ['after it succeeded', { status: { phase: 'Succeeded' } }, 'Current Current'],
  ['after it failed', { status: { phase: 'Failed' } }, 'Current Current'],
  ['when it is ready', { status: { phase: 'Running', conditions: [READY] } }, 'Current Current'],
  [
    'when it is ready, although a container crashed',
    {
      status: {
        phase: 'Running',
        conditions: [READY],
        containerStatuses: [waiting('a', 'CrashLoopBackOff')],
      },
    },
    'Current Current',
  ],
  ['when it runs', { status: { phase: 'Running' } }, 'InProgress PodRunningNotReady'],
  [
    'when it runs and is not ready',
    { status: { phase: 'Running', conditions: [condition('Ready=False')] } },
    'InProgress PodRunningNotReady',
  ],
  [
    'when a container waits for something else',
    { status: { phase: 'Running', containerStatuses: [waiting('a', 'ImagePullBackOff')] } },
    'InProgress PodRunningNotReady',
  ],
  [
    'when any container crashes again and again',
    { status: { phase: 'Running', containerStatuses: [{ name: 'b' }, waiting('a', 'CrashLoopBackOff')] } },
    'Failed ContainerCrashLooping',
  ],
  [
    'when a container of its start crashes',
    { status: { phase: 'Running', initContainerStatuses: [waiting('a', 'CrashLoopBackOff')] } },
    'InProgress PodRunningNotReady',
  ],
  ['when it waits', { status: { phase: 'Pending' } }, 'InProgress PodPending'],
  [
    'when it has a node',
    { status: { phase: 'Pending', conditions: [condition('PodScheduled=True')] } },
    'InProgress PodPending',
  ],
  ['when it has just been made', unscheduled(0), 'InProgress PodUnschedulable'],
  ['when it found no node for less than 15 s', unscheduled(14_999), 'InProgress PodUnschedulable'],
  ['when it found no node for 15 s', unscheduled(15_000), 'Failed PodUnschedulable'],
  ['when it found no node for longer', unscheduled(60_000), 'Failed PodUnschedulable'],
  [
    'when it is held back for another reason',
    unscheduled(60_000, 'SchedulingGated'),
    'InProgress PodPending',
  ],
  ['without a phase', { status: {} }, 'InProgress PodNotObserved'],
  ['with an empty phase', { status: { phase: '' } }, 'InProgress PodNotObserved'],
  ['in a phase of the future', { status: { phase: 'Paused' } }, 'Unknown UnknownPhase'],
];

const JOB: readonly HealthRow[] = [
  ['before it starts', {}, 'InProgress JobNotStarted'],
  ['while it runs', { status: { startTime: 'x', active: 1 } }, 'InProgress JobInProgress'],
  ['when it is complete', conditions(condition('Complete=True')), 'Current JobComplete'],
  ['when it is not complete', conditions(condition('Complete=False')), 'InProgress JobNotStarted'],
  ['when it failed', conditions(condition('Failed=True', 'BackoffLimitExceeded')), 'Failed JobFailed'],
  ['when it is about to fail', conditions(condition('FailureTarget=True')), 'InProgress JobNotStarted'],
  [
    'when it is suspended',
    { spec: { suspend: true }, ...conditions(condition('Suspended=True')) },
    'Current JobSuspended',
  ],
  [
    'when it is to be suspended',
    { spec: { suspend: true }, status: { startTime: 'x' } },
    'Current JobSuspended',
  ],
  [
    'when it failed before it was suspended',
    { spec: { suspend: true }, ...conditions(condition('Failed=True')) },
    'Failed JobFailed',
  ],
  [
    'when it is no longer suspended',
    { spec: { suspend: false }, ...conditions(condition('Suspended=True')) },
    'InProgress JobNotStarted',
  ],
];

const SERVICE: readonly HealthRow[] = [
  ['of any cluster address', { spec: {} }, 'Current Current'],
  ['without an address', { spec: { type: 'ClusterIP', clusterIP: '' } }, 'Current Current'],
  [
    'behind a load balancer without cluster address',
    { spec: { type: 'LoadBalancer' } },
    'InProgress NoIPAssigned',
  ],
  [
    'behind a load balancer with an empty one',
    { spec: { type: 'LoadBalancer', clusterIP: '' } },
    'InProgress NoIPAssigned',
  ],
  [
    'behind a load balancer without ingress',
    { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' }, status: {} },
    'Current Current',
  ],
  ['on ports of nodes', { spec: { type: 'NodePort' } }, 'Current Current'],
  ['for another name', { spec: { type: 'ExternalName' } }, 'Current Current'],
];

const CLAIM: readonly HealthRow[] = [
  ['when it is bound', { status: { phase: 'Bound' } }, 'Current Bound'],
  ['when it waits', { status: { phase: 'Pending' } }, 'InProgress NotBound'],
  ['when its volume is lost', { status: { phase: 'Lost' } }, 'InProgress NotBound'],
  ['just made', {}, 'InProgress NotBound'],
];

const DEFINITION: readonly HealthRow[] = [
  ['just made', {}, 'InProgress Installing'],
  [
    'when it is established',
    conditions(condition('NamesAccepted=True'), condition('Established=True')),
    'Current Established',
  ],
  [
    'while it is being installed',
    conditions(condition('Established=False', 'Installing')),
    'InProgress Installing',
  ],
  [
    'when it is not established',
    conditions(condition('Established=False', 'NotAccepted')),
    'Failed NotAccepted',
  ],
  [
    'when it is not established for no reason',
    conditions(condition('Established=False')),
    'Failed Established',
  ],
  [
    'when its names are taken',
    conditions(condition('NamesAccepted=False', 'ListKindConflict')),
    'Failed ListKindConflict',
  ],
  [
    'by the first condition that tells',
    conditions(condition('Established=True'), condition('NamesAccepted=False')),
    'Current Established',
  ],
  [
    'by the first condition that tells, also the other way round',
    conditions(condition('NamesAccepted=False'), condition('Established=True')),
    'Failed NamesAccepted',
  ],
  [
    'when its names are accepted and no more',
    conditions(condition('NamesAccepted=True')),
    'InProgress Installing',
  ],
  ['when it goes', conditions(condition('Terminating=True')), 'InProgress Installing'],
];

describe('health of other kinds', () => {
  describeHealth('v1/Pod', POD);
  describeHealth('batch/v1/Job', JOB);
  describeHealth('v1/Service', SERVICE);
  describeHealth('v1/PersistentVolumeClaim', CLAIM);
  describeHealth('apiextensions.k8s.io/v1/CustomResourceDefinition', DEFINITION);
  describeHealth('apiregistration.k8s.io/v1/APIService', [
    ['just made', {}, 'InProgress NotAvailable'],
    ['when it answers', conditions(condition('Available=True')), 'Current Available'],
    [
      'when it does not',
      conditions(condition('Available=False', 'FailedDiscoveryCheck')),
      'InProgress FailedDiscoveryCheck',
    ],
  ]);
  for (const kind of ['v1/Secret', 'batch/v1/CronJob', 'policy/v1/PodDisruptionBudget']) {
    describeHealth(kind, [
      ['at once', {}, 'Current Current'],
      ['whatever its conditions say', conditions(condition('Ready=False')), 'Current Current'],
      [
        'not before its last change was seen',
        { metadata: { generation: 2 }, status: { observedGeneration: 1 } },
        'InProgress LatestGenerationNotObserved',
      ],
    ]);
  }

  it('17: a definition that is refused says why in the words of the API server', () => {
    const taken = condition('NamesAccepted=False', 'KindConflict', '"Foo" is already in use');
    const live = liveOf('apiextensions.k8s.io/v1/CustomResourceDefinition', conditions(taken));
    expect(healthOf(live, NOW_MS)).to.deep.equal({
      state: 'Failed',
      reason: 'KindConflict',
      message: '"Foo" is already in use',
    });
  });

  it('names the containers that crash, and only those', () => {
    const containerStatuses = [
      waiting('a', 'CrashLoopBackOff'),
      waiting('b', 'PodInitializing'),
      waiting('c', 'CrashLoopBackOff'),
    ];
    const live = liveOf('v1/Pod', { status: { phase: 'Running', containerStatuses } });
    expect(healthOf(live, NOW_MS).message).to.equal('crashes again and again: a, c');
  });

  it('tells why a Job failed', () => {
    const live = liveOf('batch/v1/Job', conditions(condition('Failed=True', 'X', 'reached its limit')));
    expect(healthOf(live, NOW_MS).message).to.equal('reached its limit');
  });
});
