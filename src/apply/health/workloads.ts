import type { LiveObject } from '../../kube/live-object.js';
import {
  conditionsOf,
  current,
  failed,
  type Health,
  type HealthRule,
  inProgress,
  numberIn,
  partOf,
} from './health-rule.js';

/** Kubernetes' spelling of "no deadline". */
const NO_DEADLINE = 2_147_483_647;

/** Counts of pods, each with the reason that it gives when it does not fit. */
function counted(
  checks: readonly (readonly [fits: boolean, reason: string, message: string])[],
): Health | undefined {
  const wrong = checks.find(([fits]) => !fits);
  return wrong && inProgress(wrong[1], wrong[2]);
}

function deployment(live: LiveObject): Health {
  const spec = partOf(live, 'spec');
  const status = partOf(live, 'status');
  const deadline = numberIn(spec, 'progressDeadlineSeconds', NO_DEADLINE);
  let progressing = deadline === NO_DEADLINE;
  let available = false;
  for (const { type, status: state, reason, message } of conditionsOf(live)) {
    if (type === 'Progressing' && reason === 'ProgressDeadlineExceeded') {
      const ready = `${numberIn(status, 'readyReplicas')} of ${numberIn(spec, 'replicas', 1)} pods are ready`;
      return failed(reason, `got no further for ${deadline} s: ${ready}${message ? ` (${message})` : ''}`);
    }
    if (type === 'Progressing' && state === 'True' && reason === 'NewReplicaSetAvailable') progressing = true;
    if (type === 'Available' && state === 'True') available = true;
  }
  const wanted = numberIn(spec, 'replicas', 1);
  const pods = numberIn(status, 'replicas');
  const updated = numberIn(status, 'updatedReplicas');
  const availablePods = numberIn(status, 'availableReplicas');
  const ready = numberIn(status, 'readyReplicas');
  return (
    counted([
      [wanted <= pods, 'LessReplicas', `has ${pods} of ${wanted} pods`],
      [wanted <= updated, 'LessUpdated', `has ${updated} of ${wanted} pods of the new version`],
      [pods <= wanted, 'ExtraPods', `has ${pods - wanted} pods more than wanted`],
      [updated <= availablePods, 'LessAvailable', `has ${availablePods} of ${updated} pods available`],
      [wanted <= ready, 'LessReady', `has ${ready} of ${wanted} pods ready`],
      [progressing, 'ReplicaSetNotAvailable', 'has no new ReplicaSet available yet'],
      [available, 'DeploymentNotAvailable', 'is not available'],
    ]) ?? current(`has ${ready} of ${wanted} pods ready`)
  );
}

function replicaSet(live: LiveObject): Health {
  const status = partOf(live, 'status');
  const wanted = numberIn(partOf(live, 'spec'), 'replicas', 1);
  const failure = conditionsOf(live).find(
    ({ type, status: state }) => type === 'ReplicaFailure' && state === 'True',
  );
  if (failure) return inProgress('ReplicaFailure', failure.message ?? 'cannot make its pods');
  const [labelled, available, ready, pods] = [
    'fullyLabeledReplicas',
    'availableReplicas',
    'readyReplicas',
    'replicas',
  ].map((name) => numberIn(status, name)) as [number, number, number, number];
  return (
    counted([
      [wanted <= labelled, 'LessLabelled', `has ${labelled} of ${wanted} pods`],
      [wanted <= available, 'LessAvailable', `has ${available} of ${wanted} pods available`],
      [wanted <= ready, 'LessReady', `has ${ready} of ${wanted} pods ready`],
      [pods <= wanted, 'ExtraPods', `has ${pods - wanted} pods too many`],
    ]) ?? current(`has ${ready} of ${wanted} pods ready`)
  );
}

function statefulSet(live: LiveObject): Health {
  const spec = partOf(live, 'spec');
  const status = partOf(live, 'status');
  const strategy = (spec['updateStrategy'] ?? {}) as {
    readonly type?: string;
    readonly rollingUpdate?: { readonly partition?: number };
  };
  if (strategy.type === 'OnDelete') return current('is updated when its pods are deleted');
  const wanted = numberIn(spec, 'replicas', 1);
  const pods = numberIn(status, 'replicas');
  const ready = numberIn(status, 'readyReplicas');
  const updated = numberIn(status, 'updatedReplicas');
  const partition = strategy.rollingUpdate?.partition ?? -1;
  const wrong = counted([
    [wanted <= pods, 'LessReplicas', `has ${pods} of ${wanted} pods`],
    [wanted <= ready, 'LessReady', `has ${ready} of ${wanted} pods ready`],
    [pods <= wanted, 'ExtraPods', `has ${pods - wanted} pods too many`],
  ]);
  if (wrong) return wrong;
  const done = current(`has ${ready} of ${wanted} pods ready`);
  if (partition !== -1) {
    const due = wanted - partition;
    if (updated >= due) return done;
    return inProgress('PartitionRollout', `has ${updated} of ${due} pods of the new version`);
  }
  const currentPods = numberIn(status, 'currentReplicas');
  return (
    counted([
      [wanted <= currentPods, 'LessCurrent', `has ${currentPods} of ${wanted} pods of its current version`],
      [status['currentRevision'] === status['updateRevision'], 'RevisionMismatch', 'is between two versions'],
    ]) ?? done
  );
}

function daemonSet(live: LiveObject): Health {
  const status = partOf(live, 'status');
  if (live.metadata.generation === undefined) return inProgress('NoGeneration', 'was not looked at yet');
  if (status['observedGeneration'] === undefined)
    return inProgress('NoObservedGeneration', 'was not looked at yet');
  if (status['desiredNumberScheduled'] === undefined)
    return inProgress('NoDesiredNumber', 'has not counted its nodes yet');
  const nodes = numberIn(status, 'desiredNumberScheduled');
  const [placed, updated, available, ready] = [
    'currentNumberScheduled',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberReady',
  ].map((name) => numberIn(status, name)) as [number, number, number, number];
  return (
    counted([
      [nodes <= placed, 'LessCurrent', `has pods on ${placed} of ${nodes} nodes`],
      [nodes <= updated, 'LessUpdated', `has the new version on ${updated} of ${nodes} nodes`],
      [nodes <= available, 'LessAvailable', `is available on ${available} of ${nodes} nodes`],
      [nodes <= ready, 'LessReady', `is ready on ${ready} of ${nodes} nodes`],
    ]) ?? current(`is ready on ${ready} of ${nodes} nodes`)
  );
}

/** Rules for what makes pods. */
export const WORKLOAD_RULES: Readonly<Record<string, HealthRule>> = {
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
};
