import { expect } from 'chai';
import { healthOf } from '../../../src/apply/health/health.js';
import { liveOf } from '../unit-support.js';
import { condition, describeHealth, type HealthRow, NOW_MS } from './health-table.js';

const AVAILABLE = condition('Available=True');
const ROLLED_OUT = condition('Progressing=True', 'NewReplicaSetAvailable');
const DEADLINE = condition('Progressing=False', 'ProgressDeadlineExceeded');

/** Counts of a Deployment of three pods, all well but for what is named. */
function deployment(
  status: object = {},
  spec: object = {},
  list: readonly object[] = [ROLLED_OUT, AVAILABLE],
) {
  const well = { replicas: 3, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3 };
  return {
    spec: { replicas: 3, progressDeadlineSeconds: 600, ...spec },
    status: { ...well, conditions: list, ...status },
  };
}

const DEPLOYMENT: readonly HealthRow[] = [
  ['when all pods are ready', deployment(), 'Current Current'],
  ['before anything was counted', { spec: { replicas: 1 } }, 'InProgress LessReplicas'],
  ['of one pod when no number is wanted', { spec: {}, status: {} }, 'InProgress LessReplicas'],
  ['with too few pods', deployment({ replicas: 2 }), 'InProgress LessReplicas'],
  ['with too few new pods', deployment({ updatedReplicas: 2 }), 'InProgress LessUpdated'],
  ['with old pods left', deployment({ replicas: 4 }), 'InProgress ExtraPods'],
  ['with pods that are not available', deployment({ availableReplicas: 2 }), 'InProgress LessAvailable'],
  ['with pods that are not ready', deployment({ readyReplicas: 2 }), 'InProgress LessReady'],
  ['with more pods ready than wanted', deployment({ readyReplicas: 4 }), 'Current Current'],
  ['without a new ReplicaSet', deployment({}, {}, [AVAILABLE]), 'InProgress ReplicaSetNotAvailable'],
  [
    'while its ReplicaSet is being updated',
    deployment({}, {}, [condition('Progressing=True', 'ReplicaSetUpdated'), AVAILABLE]),
    'InProgress ReplicaSetNotAvailable',
  ],
  [
    'when its new ReplicaSet came and went',
    deployment({}, {}, [condition('Progressing=False', 'NewReplicaSetAvailable'), AVAILABLE]),
    'InProgress ReplicaSetNotAvailable',
  ],
  ['when it is not available', deployment({}, {}, [ROLLED_OUT]), 'InProgress DeploymentNotAvailable'],
  [
    'when it says that it is not available',
    deployment({}, {}, [ROLLED_OUT, condition('Available=False')]),
    'InProgress DeploymentNotAvailable',
  ],
  [
    'without a deadline',
    deployment({}, { progressDeadlineSeconds: undefined }, [AVAILABLE]),
    'Current Current',
  ],
  [
    'with an endless deadline',
    deployment({}, { progressDeadlineSeconds: 2147483647 }, [AVAILABLE]),
    'Current Current',
  ],
  [
    'with a deadline of one less',
    deployment({}, { progressDeadlineSeconds: 2147483646 }, [AVAILABLE]),
    'InProgress ReplicaSetNotAvailable',
  ],
  ['after its deadline', deployment({}, {}, [AVAILABLE, DEADLINE]), 'Failed ProgressDeadlineExceeded'],
  [
    'after its deadline, whatever the status of the condition',
    deployment({}, {}, [condition('Progressing=Unknown', 'ProgressDeadlineExceeded')]),
    'Failed ProgressDeadlineExceeded',
  ],
  [
    'of no pods, when none is wanted',
    deployment({ replicas: 0, updatedReplicas: 0, availableReplicas: 0, readyReplicas: 0 }, { replicas: 0 }),
    'Current Current',
  ],
  ['of no pods, when one is left', deployment({ replicas: 1 }, { replicas: 0 }), 'InProgress ExtraPods'],
];

function replicaSet(status: object = {}, spec: object = { replicas: 2 }) {
  const well = { replicas: 2, fullyLabeledReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
  return { spec, status: { ...well, ...status } };
}

const REPLICA_SET: readonly HealthRow[] = [
  ['when all pods are ready', replicaSet(), 'Current Current'],
  [
    'when it cannot make its pods',
    replicaSet({ conditions: [condition('ReplicaFailure=True')] }),
    'InProgress ReplicaFailure',
  ],
  ['when it can', replicaSet({ conditions: [condition('ReplicaFailure=False')] }), 'Current Current'],
  [
    'with too few pods that bear its labels',
    replicaSet({ fullyLabeledReplicas: 1 }),
    'InProgress LessLabelled',
  ],
  ['with too few available', replicaSet({ availableReplicas: 1 }), 'InProgress LessAvailable'],
  ['with too few ready', replicaSet({ readyReplicas: 1 }), 'InProgress LessReady'],
  ['with too many', replicaSet({ replicas: 3 }), 'InProgress ExtraPods'],
  ['of one pod when no number is wanted', { spec: {}, status: {} }, 'InProgress LessLabelled'],
];

function statefulSet(status: object = {}, updateStrategy: object | undefined = undefined, replicas?: number) {
  const counts = { replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 };
  const well = { ...counts, currentRevision: 'r1', updateRevision: 'r1' };
  return { spec: { replicas: replicas ?? 3, updateStrategy }, status: { ...well, ...status } };
}
const partition = (number: number) => ({ type: 'RollingUpdate', rollingUpdate: { partition: number } });

const STATEFUL_SET: readonly HealthRow[] = [
  ['when all pods are ready', statefulSet(), 'Current Current'],
  [
    'that is updated by hand',
    statefulSet({ replicas: 0, readyReplicas: 0 }, { type: 'OnDelete' }),
    'Current Current',
  ],
  ['with too few pods', statefulSet({ replicas: 2 }), 'InProgress LessReplicas'],
  ['with too few ready', statefulSet({ readyReplicas: 2 }), 'InProgress LessReady'],
  ['with too many', statefulSet({ replicas: 4 }), 'InProgress ExtraPods'],
  ['of one pod when no number is wanted', { spec: {}, status: {} }, 'InProgress LessReplicas'],
  [
    'with pods of an older version left',
    statefulSet({ updatedReplicas: 2 }, partition(0)),
    'InProgress PartitionRollout',
  ],
  ['with all due pods updated', statefulSet({ updatedReplicas: 1 }, partition(2)), 'Current Current'],
  [
    'with one due pod not updated',
    statefulSet({ updatedReplicas: 0 }, partition(2)),
    'InProgress PartitionRollout',
  ],
  ['with a partition above its number', statefulSet({ updatedReplicas: 0 }, partition(4)), 'Current Current'],
  [
    'with a partition, whatever its revisions',
    statefulSet({ currentReplicas: 0, updateRevision: 'r2' }, partition(0)),
    'Current Current',
  ],
  [
    'with a partition and too few ready',
    statefulSet({ readyReplicas: 2 }, partition(0)),
    'InProgress LessReady',
  ],
  ['with too few of its current version', statefulSet({ currentReplicas: 2 }), 'InProgress LessCurrent'],
  ['between two versions', statefulSet({ updateRevision: 'r2' }), 'InProgress RevisionMismatch'],
  [
    'with a rolling update and no partition',
    statefulSet({ updateRevision: 'r2' }, { type: 'RollingUpdate' }),
    'InProgress RevisionMismatch',
  ],
];

function daemonSet(status: object = {}, generation: number | undefined = 1) {
  const counts = { currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2 };
  const well = { observedGeneration: 1, desiredNumberScheduled: 2, ...counts };
  return { metadata: generation === undefined ? {} : { generation }, status: { ...well, ...status } };
}

const DAEMON_SET: readonly HealthRow[] = [
  ['when all pods are ready', daemonSet(), 'Current Current'],
  ['without a generation', { metadata: {}, status: daemonSet().status }, 'InProgress NoGeneration'],
  ['just made', { metadata: { generation: 1 } }, 'InProgress NoObservedGeneration'],
  ['before it was seen', daemonSet({ observedGeneration: undefined }), 'InProgress NoObservedGeneration'],
  [
    'before nodes were counted',
    daemonSet({ desiredNumberScheduled: undefined }),
    'InProgress NoDesiredNumber',
  ],
  ['with a node without pod', daemonSet({ currentNumberScheduled: 1 }), 'InProgress LessCurrent'],
  ['with an old pod', daemonSet({ updatedNumberScheduled: 1 }), 'InProgress LessUpdated'],
  ['with a pod that is not available', daemonSet({ numberAvailable: 1 }), 'InProgress LessAvailable'],
  ['with a pod that is not ready', daemonSet({ numberReady: 1 }), 'InProgress LessReady'],
  [
    'without nodes',
    { metadata: { generation: 1 }, status: { observedGeneration: 1, desiredNumberScheduled: 0 } },
    'Current Current',
  ],
  [
    'with an old pod, also when pods are updated by hand',
    { ...daemonSet({ updatedNumberScheduled: 1 }), spec: { updateStrategy: { type: 'OnDelete' } } },
    'InProgress LessUpdated',
  ],
];

describe('health of what makes pods', () => {
  describeHealth('apps/v1/Deployment', DEPLOYMENT);
  describeHealth('apps/v1/ReplicaSet', REPLICA_SET);
  describeHealth('apps/v1/StatefulSet', STATEFUL_SET);
  describeHealth('apps/v1/DaemonSet', DAEMON_SET);

  it('60: a deadline that passed is told with its time, its pods, and the words of the controller', () => {
    const exceeded = condition('Progressing=False', 'ProgressDeadlineExceeded', 'ReplicaSet "x" timed out.');
    const live = liveOf('apps/v1/Deployment', deployment({ readyReplicas: 1 }, {}, [exceeded]));
    expect(healthOf(live, NOW_MS).message).to.equal(
      'got no further for 600 s: 1 of 3 pods are ready (ReplicaSet "x" timed out.)',
    );
  });

  it('62: messages count pods', () => {
    const messages = [
      liveOf('apps/v1/Deployment', deployment({ readyReplicas: 2 })),
      liveOf('apps/v1/StatefulSet', statefulSet({ updatedReplicas: 1 }, partition(1))),
      liveOf('apps/v1/DaemonSet', daemonSet({ currentNumberScheduled: 1 })),
    ].map((live) => healthOf(live, NOW_MS).message);
    expect(messages).to.deep.equal([
      'has 2 of 3 pods ready',
      'has 1 of 2 pods of the new version',
      'has pods on 1 of 2 nodes',
    ]);
  });
});
