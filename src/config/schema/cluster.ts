import { choice, dnsLabel, optional, PORT, section, text } from './parts.js';

/** The distributions that have their own table of host logs. */
export const DISTRIBUTIONS = ['aks', 'eks', 'gke', 'k3s', 'rke', 'rke2', 'generic'] as const;

/** Which cluster it is. */
export const cluster = optional(
  'Cluster',
  'Which cluster the file describes.',
  {
    name: dnsLabel('Name', 'Name of the cluster; also the name of its output folder.', {
      examples: ['prod-eu-1'],
    }),
    id: text(
      'Cluster id',
      'Value of `cluster_id` in every record: the UID of the `kube-system` namespace (`kubectl get namespace kube-system -o jsonpath={.metadata.uid}`). The name of the cluster when left out.',
      {
        pattern: '^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
        patternHint: 'letters, digits, "-", "_" and "."',
        maxLength: 63,
        examples: ['5c1b7ffe-6d0f-4a51-9f1c-1c2f5f3f9a10'],
      },
    ),
    distribution: choice(
      'Distribution',
      'Kubernetes distribution; decides which host logs are read. `generic` fits kubeadm and anything not listed.',
      DISTRIBUTIONS,
      { examples: ['rke2'] },
    ),
    kubernetesVersion: text(
      'Kubernetes version',
      'Minor version of the cluster, quoted, from 1.25. It is recorded for checks; nothing that is written depends on it yet.',
      {
        pattern: '^1\\.(2[5-9]|[3-9][0-9])$',
        patternHint: 'a minor version from "1.25", quoted, without the patch number',
        default: '1.30',
        examples: ['1.31'],
      },
    ),
    clusterDomain: text('Cluster domain', 'DNS domain of the cluster.', {
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      patternHint: 'a DNS name without a trailing dot',
      default: 'cluster.local',
    }),
  },
  { required: ['name', 'distribution'] },
);

/** Where the records go. */
export const opensearch = optional(
  'OpenSearch',
  'Where the records go, and as whom.',
  {
    url: text(
      'URL',
      'Address of OpenSearch. With http:// the password and all records go over the network in clear.',
      {
        pattern: `^https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:${PORT})?/?$`,
        patternHint: 'https://host:port (http:// sends the password in clear), without a path or credentials',
        examples: ['https://opensearch.example.com:9200'],
      },
    ),
    username: text('Username', 'Account that may write this cluster’s indices and read nothing.', {
      examples: ['logs-writer'],
    }),
    passwordSecret: section(
      'Password Secret',
      'Existing Secret in the stack’s namespace that holds the password. The password itself never stands in this file.',
      {
        name: text('Secret name', 'Name of the Secret. `<prefix>-opensearch-auth` when left out.', {
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
          patternHint: 'lower-case letters, digits, "-" and "."',
          maxLength: 253,
        }),
        key: text('Key', 'Key in the Secret.', { default: 'password' }),
      },
    ),
    ca: optional(
      'Certificate authority',
      'Existing ConfigMap or Secret with the PEM certificate that signed OpenSearch’s. Public authorities when left out.',
      {
        kind: choice('Kind', 'Kind of the object.', ['ConfigMap', 'Secret'], { default: 'ConfigMap' }),
        name: text('Name', 'Name of the object in the stack’s namespace.'),
        key: text('Key', 'Key that holds the certificate.', { default: 'ca.crt' }),
      },
      { required: ['name'] },
    ),
    insecureSkipVerify: {
      type: 'boolean',
      title: 'Skip verification',
      description: 'Do not verify OpenSearch’s certificate. For tests only.',
      default: false,
    },
    index: section('Indices', 'Names of the indices. Each record goes to the day of its own time, in UTC.', {
      prefix: text(
        'Prefix',
        'Indices are `<prefix>-pods-YYYY.MM.dd`, `-hosts-`, `-events-`, and `<prefix>-dead-letters`.',
        {
          pattern: '^[a-z0-9][-a-z0-9_]*$',
          patternHint: 'lower-case letters, digits, "-" and "_"',
          maxLength: 100,
          default: 'logs',
        },
      ),
      layout: choice(
        'Layout',
        '`shared`: all clusters write the same daily indices. `per-cluster`: the cluster’s name follows the prefix, so that its account can be held to its own indices; costs indices.',
        ['shared', 'per-cluster'],
        { default: 'shared' },
      ),
    }),
  },
  { required: ['url', 'username'] },
);
