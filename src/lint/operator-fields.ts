import type { OperatorConfig } from '../config/types.js';

/** A generation of the Logging Operator. */
export type OperatorVersion = OperatorConfig['version'];

/** A field that one generation has and the other has not. */
export interface VersionedField {
  /** Path of the field; `[]` stands for every item of a list. */
  readonly path: string;
  /** What to do instead, where there is something better than to leave it out. */
  readonly instead?: string;
}

/** Fields by kind. */
export type VersionedFields = Readonly<Record<string, readonly VersionedField[]>>;

const below = (prefix: string, list: readonly VersionedField[]): VersionedField[] =>
  list.map((field) => ({ ...field, path: `${prefix}.${field.path}` }));

const paths = (...list: string[]): VersionedField[] => list.map((path) => ({ path }));

const NEW_VOLUME_METRICS = paths('bufferVolumeMetrics.enabled', 'bufferVolumeMetrics.prometheusRulesLabels');

const NEW_METRICS: readonly VersionedField[] = [
  {
    path: 'metrics.enabled',
    instead: 'remove `enabled`: there, metrics are on as soon as `metrics.port` is written',
  },
  { path: 'metrics.prometheusRulesLabels' },
  ...NEW_VOLUME_METRICS,
];

const NEW_AGENT: readonly VersionedField[] = [
  ...NEW_METRICS,
  ...paths(
    'bufferVolumeLivenessProbe',
    'disableVarLibDockerContainers',
    'disableVarLog',
    'enabledIPv6',
    'filterGrep',
    'filterKubernetes.Kubelet_Host',
    'forwardOptions.Retain_Metadata_In_Forward_Mode',
    'inputTail.File_Cache_Advise',
    'security.createOpenShiftSCC',
    'terminationGracePeriodSeconds',
  ),
];

const NEW_AGGREGATOR: readonly VersionedField[] = [
  ...NEW_METRICS,
  ...paths(
    'bufferVolumeLivenessProbe',
    'configReloaderUseGracefulReloadWebhook',
    'enabledIPv6',
    'security.createOpenShiftSCC',
    'service',
    'terminationGracePeriodSeconds',
  ),
];

const NEW_PARSER = paths(
  'parser.parse.format_key',
  'parser.parse.patterns[].format_name',
  'parser.parsers[].format_key',
  'parser.parsers[].patterns[].format_name',
);

const NEW_OUTPUT = paths(
  'spec.awsElasticsearch.data_stream_template_use_index_patterns_wildcard',
  'spec.elasticsearch.data_stream_template_use_index_patterns_wildcard',
  'spec.forward.compress',
  'spec.gelf.udp_transport_type',
  'spec.http.compress',
  'spec.http.headers_from_placeholders',
  'spec.http.reuse_connections',
  'spec.kafka.rdkafka_options',
  'spec.kafka.share_producer',
  'spec.lmLogs',
  'spec.nullout.never_flush',
  'spec.opensearch.remove_keys',
  'spec.rabbitmq',
);

const NEW_MATCH: readonly VersionedField[] = ['select', 'exclude'].map((entry) => ({
  path: `spec.match[].${entry}.namespaces_regex`,
  instead: 'write the names of the namespaces into `namespaces`',
}));

const OLD_FILTERS: readonly VersionedField[] = [
  {
    path: 'enhanceK8s',
    instead: "remove it, and write `filterKubernetes: {namespace_labels: 'On'}` into the FluentbitAgent",
  },
  { path: 'sumologic' },
];

const OLD_OUTPUT: readonly VersionedField[] = [
  { path: 'spec.sumologic', instead: 'write an `http` target with the address of the Sumo Logic source' },
];

/**
 * What 6.7 has and 4.10 has not, by kind; compared with the definitions of 4.10.4 and 6.7.0. Fields of syslog-ng and
 * those that a newer Kubernetes added to pods and volumes are left out.
 */
export const NEW_FIELDS: VersionedFields = {
  HostTailer: paths('spec.fileTailers[].verbose', 'spec.systemdTailers[].verbose'),
  ClusterFlow: [...NEW_MATCH, ...below('spec.filters[]', NEW_PARSER)],
  Flow: below('spec.filters[]', NEW_PARSER),
  ClusterOutput: NEW_OUTPUT,
  Output: NEW_OUTPUT,
  FluentbitAgent: below('spec', NEW_AGENT),
  FluentdConfig: below('spec', NEW_AGGREGATOR),
  Logging: [
    {
      path: 'spec.fluentBitAgentNamespace',
      instead: 'remove it: there, the agents run in the namespace of `controlNamespace`',
    },
    { path: 'spec.routeConfig' },
    ...below('spec.globalFilters[]', NEW_PARSER),
    ...below('spec.defaultFlow.filters[]', NEW_PARSER),
    ...below('spec.fluentbit', NEW_AGENT),
    ...below('spec.fluentd', NEW_AGGREGATOR),
  ],
};

/** What 4.10 has and 6.7 has no more, by kind. */
export const OLD_FIELDS: VersionedFields = {
  HostTailer: [
    { path: 'spec.image', instead: 'write the image into `spec.workloadOverrides` of the HostTailer' },
  ],
  ClusterFlow: below('spec.filters[]', OLD_FILTERS),
  Flow: below('spec.filters[]', OLD_FILTERS),
  ClusterOutput: [...OLD_OUTPUT, { path: 'spec.enabledNamespaces' }],
  Output: OLD_OUTPUT,
  Logging: [
    ...below('spec.globalFilters[]', OLD_FILTERS),
    ...below('spec.defaultFlow.filters[]', OLD_FILTERS),
    { path: 'spec.nodeAgents', instead: 'write a FluentbitAgent with the same `loggingRef`' },
  ],
};

/** Kinds that only one generation has. */
export const KINDS_OF_ONE_VERSION: Readonly<Record<string, OperatorVersion>> = {
  NodeAgent: '4.10',
  AxoSyslog: '6.7',
};
