import { bytes, choice, count, flag, list, objectName, optional, PORT, ref, section, text } from './parts.js';

/** The aggregator: Fluentd with its disk buffer. */
export const aggregator = section(
  'Aggregator',
  'Fluentd, which keeps records on disk until they are taken.',
  {
    replicas: count('Replicas', 'Number of pods, each with a volume of its own.', {
      minimum: 1,
      maximum: 100,
      default: 1,
    }),
    storage: section('Storage', 'Disk buffer of each pod.', {
      size: bytes('Size', 'Size of the volume. Eighty percent of it are given to the buffers.', {
        default: '20Gi',
      }),
      className: text('Storage class', 'Storage class; the cluster’s default when left out.'),
    }),
    drain: flag('Drain', 'Empty the volume of a pod that scaling down removed.', true),
    resources: ref('resources', 'Resources', 'Resources of each pod.'),
  },
);

const kafka = optional(
  'Kafka',
  'Kafka topic that buffers records in front of OpenSearch.',
  {
    bootstrapServers: list(
      'Servers',
      'Brokers as host:port.',
      {
        type: 'string',
        pattern: `^[A-Za-z0-9.-]+:${PORT}$`,
        patternHint: 'host:port',
      },
      { minItems: 1 },
    ),
    topic: text('Topic', 'Name of the topic. It must exist.', {
      pattern: '^[A-Za-z0-9._-]+$',
      patternHint: 'letters, digits, ".", "_" and "-"',
      maxLength: 249,
    }),
    groupId: text('Group', 'Consumer group. `<prefix>-shipper-<cluster>` when left out.'),
    encryption: choice('Encryption', 'How the connection is protected.', ['ssl', 'none'], { default: 'ssl' }),
    auth: optional(
      'Account',
      'SASL account. None when left out.',
      {
        mechanism: choice('Mechanism', 'SASL mechanism.', ['plain', 'scram-sha-256', 'scram-sha-512'], {
          default: 'scram-sha-512',
        }),
        secretName: objectName('Secret name', 'Existing Secret with the keys `username` and `password`.'),
      },
      { required: ['secretName'] },
    ),
  },
  { required: ['bootstrapServers', 'topic'] },
);

/** The shipper: Data Prepper. */
export const shipper = section(
  'Shipper',
  'Data Prepper, which takes records and writes them to OpenSearch.',
  {
    version: text(
      'Version',
      'Data Prepper version, from 2.16.0: earlier ones trust any certificate or lose documents.',
      {
        pattern: '^2\\.(1[6-9]|[2-9][0-9])\\.[0-9]+$',
        patternHint: 'a full version from 2.16.0',
        default: '2.16.0',
      },
    ),
    replicas: count('Replicas', 'Number of pods. Not used with autoscaling.', {
      minimum: 1,
      maximum: 100,
      default: 2,
    }),
    autoscaling: optional(
      'Autoscaling',
      'Let the number of pods follow the CPU load. Needs metrics-server in the cluster.',
      {
        minReplicas: count('Least', 'Least number of pods.', { minimum: 1, maximum: 100, default: 2 }),
        maxReplicas: count('Most', 'Largest number of pods.', { minimum: 1, maximum: 100, default: 6 }),
        targetCpuPercent: count('CPU target', 'Mean CPU use aimed at, in percent of the request.', {
          minimum: 1,
          maximum: 100,
          default: 75,
        }),
      },
    ),
    resources: ref('resources', 'Resources', 'Resources of each pod.'),
    heapPercent: count('Heap', 'Java heap, in percent of the memory limit.', {
      minimum: 20,
      maximum: 85,
      default: 70,
    }),
    workers: count('Workers', 'Threads that process and send.', { minimum: 1, maximum: 64, default: 2 }),
    buffer: section('Buffer', 'Where records wait for OpenSearch inside the shipper.', {
      type: choice('Type', '`memory`, or `kafka` for those who outgrow it.', ['memory', 'kafka'], {
        default: 'memory',
      }),
      records: count('Records', 'Most records in a memory buffer.', {
        minimum: 4000,
        maximum: 1000000,
        default: 50000,
      }),
      batchRecords: count('Batch', 'Records that a worker takes at once.', {
        minimum: 100,
        maximum: 20000,
        default: 2000,
      }),
      kafka,
    }),
    intake: section('Intake', 'The HTTP port that the aggregator and the events forwarder write to.', {
      maxRequestBytes: bytes('Largest request', 'Largest request taken.', { default: '20Mi' }),
      tls: optional(
        'TLS',
        'Serve HTTPS.',
        {
          secretName: objectName(
            'Secret name',
            'Existing Secret of type kubernetes.io/tls, with `ca.crt` beside `tls.crt` and `tls.key`; its certificate is for `<prefix>-shipper.<namespace>.svc.<clusterDomain>`.',
          ),
        },
        { required: ['secretName'] },
      ),
      basicAuth: optional(
        'Basic authentication',
        'Ask senders for an account.',
        { secretName: objectName('Secret name', 'Existing Secret with the keys `username` and `password`.') },
        { required: ['secretName'] },
      ),
    }),
  },
);

/** The Logging Operator. */
export const operator = section('Logging Operator', 'The operator that runs Fluent Bit and Fluentd.', {
  mode: choice(
    'Mode',
    '`bundled`: the operator and its resource definitions are part of the output. `external`: they are installed already.',
    ['bundled', 'external'],
    { default: 'bundled' },
  ),
  version: choice(
    'Version',
    'Generation of the operator: 6.7 (upstream) or 4.10 (Rancher).',
    ['6.7', '4.10'],
    {
      default: '6.7',
    },
  ),
  resources: ref('resources', 'Resources', 'Resources of the operator.'),
});
