import type { Json } from '../fields/field-type.js';
import { defaultPodSpec, items, part, setDefault } from './pod-defaults.js';

const spec = (object: Json) => part(object, 'spec');
const template = (object: Json) => part(spec(object), 'template');

function rolling(strategy: Json, parameters: Json): void {
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] !== 'RollingUpdate') return;
  const rollingUpdate = part(strategy, 'rollingUpdate');
  for (const [name, value] of Object.entries(parameters)) setDefault(rollingUpdate, name, value);
}

function jobSpec(job: Json): void {
  setDefault(job, 'backoffLimit', 6);
  setDefault(job, 'completionMode', 'NonIndexed');
  setDefault(job, 'suspend', false);
  setDefault(job, 'podReplacementPolicy', 'TerminatingOrFailed');
  setDefault(job, 'manualSelector', false);
  if (job['completions'] === undefined && job['parallelism'] === undefined) job['completions'] = 1;
  setDefault(job, 'parallelism', 1);
  defaultPodSpec(part(part(job, 'template'), 'spec'));
}

function subjects(binding: Json): void {
  for (const subject of items(binding, 'subjects')) {
    const isAccount = subject['kind'] === 'ServiceAccount';
    if (!isAccount) setDefault(subject, 'apiGroup', 'rbac.authorization.k8s.io');
  }
  setDefault(part(binding, 'roleRef'), 'apiGroup', 'rbac.authorization.k8s.io');
}

function webhooks(configuration: Json): void {
  const isMutating = configuration['kind'] === 'MutatingWebhookConfiguration';
  for (const webhook of items(configuration, 'webhooks')) {
    setDefault(webhook, 'failurePolicy', 'Fail');
    setDefault(webhook, 'matchPolicy', 'Equivalent');
    setDefault(webhook, 'namespaceSelector', {});
    setDefault(webhook, 'objectSelector', {});
    setDefault(webhook, 'timeoutSeconds', 10);
    if (isMutating) setDefault(webhook, 'reinvocationPolicy', 'Never');
    for (const rule of items(webhook, 'rules')) setDefault(rule, 'scope', '*');
    const { service } = part(webhook, 'clientConfig') as { readonly service?: Json };
    if (service) setDefault(service, 'port', 443);
  }
}

function claim(object: Json): void {
  setDefault(spec(object), 'volumeMode', 'Filesystem');
  setDefault(part(object, 'status'), 'phase', 'Pending');
}

/** What the server fills in where a field is left out, by kind. The objects may be changed. */
const DEFAULTS: Readonly<Record<string, (object: Json) => void>> = {
  Secret: (secret) => setDefault(secret, 'type', 'Opaque'),
  Service: (service) => {
    const it = spec(service);
    setDefault(it, 'type', 'ClusterIP');
    setDefault(it, 'sessionAffinity', 'None');
    if (it['type'] !== 'ExternalName') setDefault(it, 'internalTrafficPolicy', 'Cluster');
    if (it['type'] === 'NodePort' || it['type'] === 'LoadBalancer') {
      setDefault(it, 'externalTrafficPolicy', 'Cluster');
    }
    if (it['type'] === 'LoadBalancer') setDefault(it, 'allocateLoadBalancerNodePorts', true);
    for (const port of items(it, 'ports')) {
      setDefault(port, 'protocol', 'TCP');
      setDefault(port, 'targetPort', port['port']);
    }
    part(part(service, 'status'), 'loadBalancer');
  },
  Namespace: (namespace) => {
    setDefault(spec(namespace), 'finalizers', ['kubernetes']);
    setDefault(part(namespace, 'status'), 'phase', 'Active');
    const metadata = part(namespace, 'metadata');
    part(metadata, 'labels')['kubernetes.io/metadata.name'] = metadata['name'];
  },
  PersistentVolumeClaim: claim,
  PersistentVolume: (volume) => {
    setDefault(spec(volume), 'persistentVolumeReclaimPolicy', 'Retain');
    setDefault(spec(volume), 'volumeMode', 'Filesystem');
    setDefault(part(volume, 'status'), 'phase', 'Pending');
  },
  Pod: (pod) => {
    const it = spec(pod);
    defaultPodSpec(it);
    setDefault(it, 'enableServiceLinks', true);
    setDefault(part(pod, 'status'), 'phase', 'Pending');
    part(pod, 'status')['qosClass'] ??= 'BestEffort';
  },
  'apps/Deployment': (deployment) => {
    const it = spec(deployment);
    setDefault(it, 'replicas', 1);
    rolling(part(it, 'strategy'), { maxUnavailable: '25%', maxSurge: '25%' });
    setDefault(it, 'revisionHistoryLimit', 10);
    setDefault(it, 'progressDeadlineSeconds', 600);
    part(template(deployment), 'metadata');
    defaultPodSpec(part(template(deployment), 'spec'));
    part(deployment, 'status');
  },
  'apps/ReplicaSet': (set) => {
    setDefault(spec(set), 'replicas', 1);
    defaultPodSpec(part(template(set), 'spec'));
    setDefault(part(set, 'status'), 'replicas', 0);
  },
  'apps/DaemonSet': (set) => {
    rolling(part(spec(set), 'updateStrategy'), { maxUnavailable: 1, maxSurge: 0 });
    setDefault(spec(set), 'revisionHistoryLimit', 10);
    part(template(set), 'metadata');
    defaultPodSpec(part(template(set), 'spec'));
    const status = part(set, 'status');
    for (const name of [
      'currentNumberScheduled',
      'desiredNumberScheduled',
      'numberMisscheduled',
      'numberReady',
    ]) {
      setDefault(status, name, 0);
    }
  },
  'apps/StatefulSet': (set) => {
    const it = spec(set);
    setDefault(it, 'podManagementPolicy', 'OrderedReady');
    rolling(part(it, 'updateStrategy'), { partition: 0 });
    setDefault(it, 'replicas', 1);
    setDefault(it, 'revisionHistoryLimit', 10);
    const retention = part(it, 'persistentVolumeClaimRetentionPolicy');
    setDefault(retention, 'whenDeleted', 'Retain');
    setDefault(retention, 'whenScaled', 'Retain');
    for (const one of items(it, 'volumeClaimTemplates')) {
      setDefault(one, 'apiVersion', 'v1');
      setDefault(one, 'kind', 'PersistentVolumeClaim');
      claim(one);
    }
    part(template(set), 'metadata');
    defaultPodSpec(part(template(set), 'spec'));
    setDefault(part(set, 'status'), 'replicas', 0);
  },
  'batch/Job': (job) => {
    jobSpec(spec(job));
    part(job, 'status');
  },
  'batch/CronJob': (job) => {
    const it = spec(job);
    setDefault(it, 'concurrencyPolicy', 'Allow');
    setDefault(it, 'suspend', false);
    setDefault(it, 'successfulJobsHistoryLimit', 3);
    setDefault(it, 'failedJobsHistoryLimit', 1);
    // Less than in a Job of its own.
    defaultPodSpec(part(part(part(part(it, 'jobTemplate'), 'spec'), 'template'), 'spec'));
    part(job, 'status');
  },
  'autoscaling/HorizontalPodAutoscaler': (scaler) => {
    setDefault(spec(scaler), 'minReplicas', 1);
  },
  'networking.k8s.io/NetworkPolicy': (policy) => {
    const it = spec(policy);
    part(it, 'podSelector');
    const egress = items(it, 'egress');
    for (const rule of [...items(it, 'ingress'), ...egress]) {
      for (const port of items(rule, 'ports')) setDefault(port, 'protocol', 'TCP');
    }
    setDefault(it, 'policyTypes', egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
  },
  'rbac.authorization.k8s.io/RoleBinding': subjects,
  'rbac.authorization.k8s.io/ClusterRoleBinding': subjects,
  'scheduling.k8s.io/PriorityClass': (priority) => {
    setDefault(priority, 'preemptionPolicy', 'PreemptLowerPriority');
  },
  'storage.k8s.io/StorageClass': (storage) => {
    setDefault(storage, 'reclaimPolicy', 'Delete');
    setDefault(storage, 'volumeBindingMode', 'Immediate');
  },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': (definition) => {
    const it = spec(definition);
    setDefault(part(it, 'conversion'), 'strategy', 'None');
    const names = part(it, 'names');
    setDefault(names, 'singular', String(names['kind'] ?? '').toLowerCase());
    setDefault(names, 'listKind', `${names['kind']}List`);
  },
};

/** Fills in defaults of a built-in kind. The object is changed. */
export function fillDefaults(groupKind: string, object: Json): void {
  DEFAULTS[groupKind]?.(object);
}
