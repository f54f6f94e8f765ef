import { App } from 'cdk8s';
import { LoggingChart } from '../../charts/logging-chart.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import type { LoggingStackProps } from '../../src/constructs/logging-stack.js';
import { renderObjects } from '../../src/synth/render.js';

/** The address and account that every test stack ships to. */
export const OPENSEARCH = { url: 'https://opensearch.example.com:9200', username: 'logs-writer' } as const;

/** The registry that the `everything` stacks take all their images from. */
export const MIRROR = 'mirror.example.com:5000/k8s';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

type Distribution = LoggingStackProps['cluster']['distribution'];

/** One combination that must come out right. */
export interface StackCase {
  readonly title: string;
  readonly distribution: Distribution;
  readonly operatorVersion: '6.7' | '4.10';
  readonly everything: boolean;
  readonly props: LoggingStackProps;
}

const VARIANTS: readonly { name: string; distribution: Distribution; openrc?: boolean }[] = [
  { name: 'aks', distribution: 'aks' },
  { name: 'eks', distribution: 'eks' },
  { name: 'gke', distribution: 'gke' },
  { name: 'k3s systemd', distribution: 'k3s' },
  { name: 'k3s openrc', distribution: 'k3s', openrc: true },
  { name: 'rke', distribution: 'rke' },
  { name: 'rke2', distribution: 'rke2' },
  { name: 'generic', distribution: 'generic' },
];

/** Every distribution with both operator generations, with defaults and with everything switched on. */
export const STACK_CASES: readonly StackCase[] = VARIANTS.flatMap(({ name, distribution, openrc = false }) =>
  (['6.7', '4.10'] as const).flatMap((operatorVersion) =>
    [false, true].map((everything) => ({
      title: `${name}, operator ${operatorVersion}, ${everything ? 'everything on' : 'defaults'}`,
      distribution,
      operatorVersion,
      everything,
      props: {
        ...(everything ? everythingOn(distribution, openrc) : defaults(distribution, openrc)),
        operator: { version: operatorVersion },
      },
    })),
  ),
);

/** The smallest configuration of a distribution. */
export function defaults(distribution: Distribution, openrc = false): LoggingStackProps {
  return {
    cluster: { name: 'c1', distribution },
    opensearch: OPENSEARCH,
    ...(openrc && { collection: { hostLogs: { serviceManager: 'openrc' as const } } }),
  };
}

/** As many settings as go together. */
export function everythingOn(distribution: Distribution, openrc = false): LoggingStackProps {
  const managed = ['aks', 'eks', 'gke'].includes(distribution);
  return {
    cluster: {
      name: 'c1',
      id: '6f1c0c53-0d7c-4d6a-a5b1-5a3a2f1f0001',
      distribution,
      clusterDomain: 'lab.local',
    },
    prefix: 'stack-of-twenty-char',
    namespace: 'logging-system',
    opensearch: {
      ...OPENSEARCH,
      passwordSecret: { name: 'account', key: 'pw' },
      ca: { kind: 'Secret', name: 'opensearch-ca', key: 'root.pem' },
      index: { prefix: 'k8s', layout: 'per-cluster' },
    },
    collection: {
      pods: {
        includeLabels: { 'app.kubernetes.io/part-of': 'shop', tier: 'web' },
        excludeLabels: { debug: 'true' },
        excludeNamespaces: ['noise'],
        parseJson: true,
        messageKey: 'message',
        containerLogDir: '/data/docker/containers',
      },
      hostLogs: {
        serviceManager: openrc ? 'openrc' : 'systemd',
        units: ['etcd.service', 'docker.socket'],
        files: [
          { path: '/var/log/auth.log', component: 'auth' },
          { path: '/var/log/app/*.log', component: 'app' },
        ],
      },
      auditLog: managed ? {} : { enabled: true, path: '/var/log/kubernetes/audit/audit.log' },
      events: {
        types: ['Warning'],
        excludeReasons: ['Pulled'],
        spool: { size: '2Gi', storageClass: 'fast' },
      },
    },
    aggregator: {
      replicas: 3,
      storage: { size: '50Gi', className: 'fast' },
      resources: { limits: { cpu: '1' } },
    },
    shipper: {
      autoscaling: { minReplicas: 3 },
      buffer: {
        type: 'kafka',
        kafka: {
          bootstrapServers: ['kafka-0.example.com:9096', 'kafka-1.example.com:9097'],
          topic: 'logs',
          auth: { secretName: 'kafka-account' },
        },
      },
      intake: { tls: { secretName: 'shipper-tls' }, basicAuth: { secretName: 'shipper-account' } },
    },
    images: {
      registry: MIRROR,
      pullSecrets: ['mirror'],
      digests: { dataPrepper: DIGEST, fluentBit: DIGEST },
    },
    scheduling: {
      nodeSelector: { workload: 'logging' },
      tolerations: [{ key: 'workload', operator: 'Equal', value: 'logging', effect: 'NoSchedule' }],
      collectorNodeSelector: { 'kubernetes.io/os': 'linux' },
      priorityClassName: 'logging',
      createPriorityClass: { value: 900 },
    },
    security: { networkPolicies: { metricsNamespaces: ['monitoring'] }, selinux: { enabled: true } },
  };
}

/** The objects of one stack, rendered as the command renders them. */
export function renderStack(props: LoggingStackProps): KubernetesObject[] {
  return renderObjects(new LoggingChart(new App(), 'test', props));
}

/** The objects of every case, rendered once and shared: no test may change them. */
export function stackObjects(): (stackCase: StackCase) => readonly KubernetesObject[] {
  const rendered = new Map<StackCase, readonly KubernetesObject[]>();
  return (stackCase) => {
    const objects = rendered.get(stackCase) ?? renderStack(stackCase.props);
    rendered.set(stackCase, objects);
    return objects;
  };
}
