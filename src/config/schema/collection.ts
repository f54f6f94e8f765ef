import { bytes, choice, count, flag, list, optional, ref, section, text, textMap } from './parts.js';

/** Languages that the exception joiner knows; another name breaks the flow at the first record. */
export const MULTILINE_LANGUAGES = [
  'java',
  'javascript',
  'js',
  'csharp',
  'python',
  'py',
  'php',
  'go',
  'ruby',
  'rb',
  'dart',
  'all',
] as const;

const namespaceList = (title: string, description: string) =>
  list(
    title,
    description,
    {
      type: 'string',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      patternHint: 'the name of a namespace; patterns are not supported',
      maxLength: 63,
    },
    { default: [] },
  );

const pods = section('Pods', 'Logs of containers.', {
  enabled: flag('Enabled', 'Collect the logs of containers.', true),
  includeNamespaces: namespaceList('Include namespaces', 'Only these namespaces; all when empty.'),
  excludeNamespaces: namespaceList(
    'Exclude namespaces',
    'Not these namespaces. The stack’s own namespace is always left out.',
  ),
  includeLabels: textMap('Include labels', 'Only pods that carry all of these labels.', { default: {} }),
  excludeLabels: textMap('Exclude labels', 'Not pods that carry any of these labels.', { default: {} }),
  multilineLanguages: list(
    'Multi-line languages',
    'Languages whose stack traces are joined into one record. Empty: nothing is joined.',
    { type: 'string', enum: MULTILINE_LANGUAGES },
    { default: ['java', 'python', 'go', 'ruby', 'js', 'csharp', 'php'] },
  ),
  parseJson: flag(
    'Parse JSON',
    'Parse lines that are JSON into the field `parsed`. Off by default: two programs that give one field two types make OpenSearch refuse records.',
    false,
  ),
  messageKey: text('Message key', 'Field that holds the text of a record.', {
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    patternHint: 'letters, digits and "_"',
    default: 'log',
  }),
  containerLogDir: text(
    'Container log folder',
    'Folder on the node that the links in /var/log/containers lead to, where it is not below /var/log.',
    {
      pattern: '^/.*[^/]$',
      patternHint: 'an absolute path without a trailing "/"',
      default: '/var/lib/docker/containers',
    },
  ),
  resources: ref('resources', 'Resources', 'Resources of the collector on each node.'),
});

const hostLogs = section('Host logs', 'Logs of the node and of the control plane outside of pods.', {
  enabled: flag('Enabled', 'Collect the host logs of the distribution.', true),
  serviceManager: choice(
    'Service manager',
    'Who runs k3s on the nodes: `systemd` logs to the journal, `openrc` to /var/log/k3s.log. Of use for k3s only.',
    ['systemd', 'openrc'],
    { default: 'systemd' },
  ),
  units: list(
    'More units',
    'Further systemd units to read from the journal.',
    {
      type: 'string',
      pattern: '^[A-Za-z0-9:_.@\\\\-]+\\.(service|socket|timer|mount|scope|slice|target)$',
      patternHint: 'the full name of a systemd unit, such as docker.service',
    },
    { default: [], examples: [['docker.service']] },
  ),
  files: list(
    'More files',
    'Further log files below /var/log.',
    optional(
      'File',
      'A log file on the node.',
      {
        path: text('Path', 'Absolute path below /var/log; `*` may stand in the file’s name.', {
          pattern: '^/var/log/([A-Za-z0-9._-]+/)*[A-Za-z0-9._*-]+$',
          patternHint: 'an absolute path below /var/log, with "*" in the last part only',
        }),
        component: text('Component', 'Value of `kubernetes_component` in its records.', {
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
          patternHint: 'lower-case letters, digits and "-"',
        }),
      },
      { required: ['path', 'component'] },
    ),
    { default: [] },
  ),
  resources: ref('resources', 'Resources', 'Resources of the host log collector on each node.'),
});

const auditLog = section('Audit log', 'Audit log of the API server, read on the nodes that have it.', {
  enabled: flag('Enabled', 'Collect the audit log.', false),
  path: text('Path', 'Absolute path of the file. The distribution’s own when left out.', {
    pattern: '^/([A-Za-z0-9._-]+/)+[A-Za-z0-9._-]+$',
    patternHint: 'an absolute path of one file, without "*"',
  }),
});

const events = section('Events', 'Kubernetes events.', {
  enabled: flag('Enabled', 'Ship Kubernetes events.', true),
  replicas: count('Replicas', 'Pods of the forwarder; with 2, one stands by. A spool excludes 2.', {
    minimum: 1,
    maximum: 2,
    default: 1,
  }),
  includeNamespaces: namespaceList('Include namespaces', 'Only events of these namespaces; all when empty.'),
  excludeNamespaces: namespaceList('Exclude namespaces', 'Not events of these namespaces.'),
  types: list(
    'Types',
    'Only events of these types; all when empty.',
    { type: 'string', enum: ['Normal', 'Warning'] },
    { default: [] },
  ),
  excludeReasons: list(
    'Exclude reasons',
    'Not events of these reasons.',
    { type: 'string', pattern: '^[A-Za-z0-9]+$', patternHint: 'one word' },
    { default: [], examples: [['Pulled']] },
  ),
  spool: optional(
    'Spool',
    'Disk for events that the shipper cannot take for a time. Without it the API server’s own hour is the buffer.',
    {
      size: bytes('Size', 'Size of the volume.', { default: '1Gi' }),
      storageClass: text(
        'Storage class',
        'Storage class of the volume; the cluster’s default when left out.',
      ),
    },
  ),
  resources: ref('resources', 'Resources', 'Resources of the forwarder.'),
});

/** What is collected. */
export const collection = section('Collection', 'What is collected.', { pods, hostLogs, auditLog, events });
