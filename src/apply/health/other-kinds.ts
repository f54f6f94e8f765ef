import type { LiveObject } from '../../kube/live-object.js';
import {
  conditionsOf,
  current,
  failed,
  type Health,
  type HealthRule,
  inProgress,
  partOf,
} from './health-rule.js';

/** A pod that finds no node counts as failed after this time, in milliseconds. */
const UNSCHEDULABLE_GRACE_MS = 15_000;

interface ContainerStatus {
  readonly name?: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

function pod(live: LiveObject, nowMs: number): Health {
  const status = partOf(live, 'status');
  const condition = (wanted: string) => conditionsOf(live).find(({ type }) => type === wanted);
  switch (status['phase']) {
    case 'Succeeded':
    case 'Failed':
      return current('has ended');
    case 'Running': {
      if (condition('Ready')?.status === 'True') return current('is ready');
      const containers = (status['containerStatuses'] ?? []) as readonly ContainerStatus[];
      const crashing = containers.filter(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff');
      if (crashing.length === 0) return inProgress('PodRunningNotReady', 'runs and is not ready');
      return failed(
        'ContainerCrashLooping',
        `crashes again and again: ${crashing.map(({ name }) => name).join(', ')}`,
      );
    }
    case 'Pending': {
      const scheduled = condition('PodScheduled');
      if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') {
        return inProgress('PodPending', 'has not started');
      }
      const age = nowMs - Date.parse(live.metadata.creationTimestamp ?? '');
      const message = `finds no node: ${scheduled.message ?? 'unschedulable'}`;
      return age < UNSCHEDULABLE_GRACE_MS
        ? inProgress('PodUnschedulable', message)
        : failed('PodUnschedulable', message);
    }
    case undefined:
    case '':
      return inProgress('PodNotObserved', 'was not looked at yet');
    default:
      return {
        state: 'Unknown',
        reason: 'UnknownPhase',
        message: `is in the unknown phase ${status['phase']}`,
      };
  }
}

/** As Flux and Helm judge: a Job that runs is not done. kstatus calls it current. */
function job(live: LiveObject): Health {
  for (const { type, status, message } of conditionsOf(live)) {
    if (status !== 'True') continue;
    if (type === 'Complete') return current('is complete', 'JobComplete');
    if (type === 'Failed') return failed('JobFailed', message ?? 'failed');
  }
  if (partOf(live, 'spec')['suspend'] === true) return current('is suspended', 'JobSuspended');
  if (partOf(live, 'status')['startTime'] === undefined)
    return inProgress('JobNotStarted', 'has not started');
  return inProgress('JobInProgress', 'runs');
}

function service(live: LiveObject): Health {
  const { type = 'ClusterIP', clusterIP } = partOf(live, 'spec');
  if (type === 'LoadBalancer' && !clusterIP) return inProgress('NoIPAssigned', 'has no address yet');
  return current();
}

function claim(live: LiveObject): Health {
  const { phase } = partOf(live, 'status');
  if (phase === 'Bound') return current('is bound', 'Bound');
  return inProgress(
    'NotBound',
    'is not bound; with a storage class that waits, it is bound by its first pod',
  );
}

function definition(live: LiveObject): Health {
  for (const { type, status, reason, message } of conditionsOf(live)) {
    if (type === 'NamesAccepted' && status === 'False')
      return failed(reason ?? type, message ?? 'its names are taken');
    if (type !== 'Established') continue;
    if (status === 'True') return current('is established', 'Established');
    if (status === 'False' && reason !== 'Installing')
      return failed(reason ?? type, message ?? 'was refused');
  }
  return inProgress('Installing', 'is being installed');
}

function apiService(live: LiveObject): Health {
  const available = conditionsOf(live).find(({ type }) => type === 'Available');
  if (available?.status === 'True') return current('is available', 'Available');
  return inProgress(available?.reason ?? 'NotAvailable', available?.message ?? 'is not available yet');
}

const alwaysCurrent: HealthRule = () => current();

/** Rules for all other kinds of Kubernetes that need one. */
export const OTHER_RULES: Readonly<Record<string, HealthRule>> = {
  ConfigMap: alwaysCurrent,
  Secret: alwaysCurrent,
  'batch/CronJob': alwaysCurrent,
  'policy/PodDisruptionBudget': alwaysCurrent,
  Pod: pod,
  'batch/Job': job,
  Service: service,
  PersistentVolumeClaim: claim,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'apiregistration.k8s.io/APIService': apiService,
};
