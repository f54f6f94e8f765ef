// Made by scripts/config-types.mjs from the JSON Schema in src/config/schema/. Do not edit.

/** One key of an existing Secret in the stack’s namespace. */
export interface SecretKeyConfig {
  /** Name of the Secret. */
  readonly name: string;
  /** Key in the Secret. */
  readonly key: string;
}

/** Requests and limits of a container. What is given replaces the default of the same entry. */
export interface ResourcesConfig {
  /** Requests of the container. @default none */
  readonly requests?: ResourcesRequestsConfig;
  /** Limits of the container. @default none */
  readonly limits?: ResourcesLimitsConfig;
}

/** Requests of the container. */
export interface ResourcesRequestsConfig {
  /** Processor time. @default none */
  readonly cpu?: string;
  /** Memory. @default none */
  readonly memory?: string;
}

/** Limits of the container. */
export interface ResourcesLimitsConfig {
  /** Processor time. @default none */
  readonly cpu?: string;
  /** Memory. @default none */
  readonly memory?: string;
}

/** A Kubernetes toleration. */
export interface TolerationConfig {
  /** Taint key. @default none */
  readonly key?: string;
  /** How the value is compared. @default none */
  readonly operator?: 'Exists' | 'Equal';
  /** Taint value. @default none */
  readonly value?: string;
  /** Taint effect; all effects when left out. @default none */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** How long a NoExecute taint is tolerated, in seconds. @default none */
  readonly tolerationSeconds?: number;
}

/** The logging stack of one Kubernetes cluster. */
export interface ClusterConfig {
  /** Version of this format. */
  readonly apiVersion: 'opni-logging/v1';
  /** Which cluster the file describes. */
  readonly cluster: IdentityConfig;
  /** Beginning of every object’s name; two stacks in one cluster need two prefixes. @default 'opni' */
  readonly prefix: string;
  /** Namespace of the stack. @default 'opni' */
  readonly namespace: string;
  /** Where the records go, and as whom. @default none */
  readonly opensearch?: OpensearchConfig;
  /** What is collected. @default its own defaults */
  readonly collection: CollectionConfig;
  /** Fluentd, which keeps records on disk until they are taken. @default its own defaults */
  readonly aggregator: AggregatorConfig;
  /** Data Prepper, which takes records and writes them to OpenSearch. @default its own defaults */
  readonly shipper: ShipperConfig;
  /** The operator that runs Fluent Bit and Fluentd. @default its own defaults */
  readonly operator: OperatorConfig;
  /** Where images come from. @default its own defaults */
  readonly images: ImagesConfig;
  /** Where pods run. @default its own defaults */
  readonly scheduling: SchedulingConfig;
  /** How the stack is closed off. @default its own defaults */
  readonly security: SecurityConfig;
  /** Let a gateway say whether logging is on. Only the agent is written then; it applies the stack itself, with the account that the gateway gives. Excludes `opensearch`. @default none */
  readonly agent?: AgentConfig;
  /** Changes to single objects, for what has no setting of its own. Each must match exactly one object. @default [] */
  readonly overrides: readonly OverrideItemConfig[];
}

/** The logging stack of one Kubernetes cluster. As a user writes it. */
export interface ClusterInput {
  /** Version of this format. */
  readonly apiVersion: 'opni-logging/v1';
  /** Which cluster the file describes. */
  readonly cluster: IdentityInput;
  /** Beginning of every object’s name; two stacks in one cluster need two prefixes. @default 'opni' */
  readonly prefix?: string;
  /** Namespace of the stack. @default 'opni' */
  readonly namespace?: string;
  /** Where the records go, and as whom. @default none */
  readonly opensearch?: OpensearchInput;
  /** What is collected. @default its own defaults */
  readonly collection?: CollectionInput;
  /** Fluentd, which keeps records on disk until they are taken. @default its own defaults */
  readonly aggregator?: AggregatorInput;
  /** Data Prepper, which takes records and writes them to OpenSearch. @default its own defaults */
  readonly shipper?: ShipperInput;
  /** The operator that runs Fluent Bit and Fluentd. @default its own defaults */
  readonly operator?: OperatorInput;
  /** Where images come from. @default its own defaults */
  readonly images?: ImagesInput;
  /** Where pods run. @default its own defaults */
  readonly scheduling?: SchedulingInput;
  /** How the stack is closed off. @default its own defaults */
  readonly security?: SecurityInput;
  /** Let a gateway say whether logging is on. Only the agent is written then; it applies the stack itself, with the account that the gateway gives. Excludes `opensearch`. @default none */
  readonly agent?: AgentInput;
  /** Changes to single objects, for what has no setting of its own. Each must match exactly one object. @default [] */
  readonly overrides?: readonly OverrideItemConfig[];
}

/** Which cluster the file describes. */
export interface IdentityConfig {
  /** Name of the cluster; also the name of its output folder. */
  readonly name: string;
  /** Value of `cluster_id` in every record: the UID of the `kube-system` namespace (`kubectl get namespace kube-system -o jsonpath={.metadata.uid}`). The name of the cluster when left out. @default none */
  readonly id?: string;
  /** Kubernetes distribution; decides which host logs are read. `generic` fits kubeadm and anything not listed. */
  readonly distribution: 'aks' | 'eks' | 'gke' | 'k3s' | 'rke' | 'rke2' | 'generic';
  /** Minor version of the cluster, quoted, from 1.25. It is recorded for checks; nothing that is written depends on it yet. @default '1.30' */
  readonly kubernetesVersion: string;
  /** DNS domain of the cluster. @default 'cluster.local' */
  readonly clusterDomain: string;
}

/** Which cluster the file describes. As a user writes it. */
export interface IdentityInput {
  /** Name of the cluster; also the name of its output folder. */
  readonly name: string;
  /** Value of `cluster_id` in every record: the UID of the `kube-system` namespace (`kubectl get namespace kube-system -o jsonpath={.metadata.uid}`). The name of the cluster when left out. @default none */
  readonly id?: string;
  /** Kubernetes distribution; decides which host logs are read. `generic` fits kubeadm and anything not listed. */
  readonly distribution: 'aks' | 'eks' | 'gke' | 'k3s' | 'rke' | 'rke2' | 'generic';
  /** Minor version of the cluster, quoted, from 1.25. It is recorded for checks; nothing that is written depends on it yet. @default '1.30' */
  readonly kubernetesVersion?: string;
  /** DNS domain of the cluster. @default 'cluster.local' */
  readonly clusterDomain?: string;
}

/** Where the records go, and as whom. */
export interface OpensearchConfig {
  /** Address of OpenSearch. With http:// the password and all records go over the network in clear. */
  readonly url: string;
  /** Account that may write this cluster’s indices and read nothing. */
  readonly username: string;
  /** Existing Secret in the stack’s namespace that holds the password. The password itself never stands in this file. @default its own defaults */
  readonly passwordSecret: OpensearchPasswordSecretConfig;
  /** Existing ConfigMap or Secret with the PEM certificate that signed OpenSearch’s. Public authorities when left out. @default none */
  readonly ca?: OpensearchCaConfig;
  /** Do not verify OpenSearch’s certificate. For tests only. @default false */
  readonly insecureSkipVerify: boolean;
  /** Names of the indices. Each record goes to the day of its own time, in UTC. @default its own defaults */
  readonly index: OpensearchIndexConfig;
}

/** Where the records go, and as whom. As a user writes it. */
export interface OpensearchInput {
  /** Address of OpenSearch. With http:// the password and all records go over the network in clear. */
  readonly url: string;
  /** Account that may write this cluster’s indices and read nothing. */
  readonly username: string;
  /** Existing Secret in the stack’s namespace that holds the password. The password itself never stands in this file. @default its own defaults */
  readonly passwordSecret?: OpensearchPasswordSecretInput;
  /** Existing ConfigMap or Secret with the PEM certificate that signed OpenSearch’s. Public authorities when left out. @default none */
  readonly ca?: OpensearchCaInput;
  /** Do not verify OpenSearch’s certificate. For tests only. @default false */
  readonly insecureSkipVerify?: boolean;
  /** Names of the indices. Each record goes to the day of its own time, in UTC. @default its own defaults */
  readonly index?: OpensearchIndexInput;
}

/** Existing Secret in the stack’s namespace that holds the password. The password itself never stands in this file. */
export interface OpensearchPasswordSecretConfig {
  /** Name of the Secret. `<prefix>-opensearch-auth` when left out. @default none */
  readonly name?: string;
  /** Key in the Secret. @default 'password' */
  readonly key: string;
}

/** Existing Secret in the stack’s namespace that holds the password. The password itself never stands in this file. As a user writes it. */
export interface OpensearchPasswordSecretInput {
  /** Name of the Secret. `<prefix>-opensearch-auth` when left out. @default none */
  readonly name?: string;
  /** Key in the Secret. @default 'password' */
  readonly key?: string;
}

/** Existing ConfigMap or Secret with the PEM certificate that signed OpenSearch’s. Public authorities when left out. */
export interface OpensearchCaConfig {
  /** Kind of the object. @default 'ConfigMap' */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the object in the stack’s namespace. */
  readonly name: string;
  /** Key that holds the certificate. @default 'ca.crt' */
  readonly key: string;
}

/** Existing ConfigMap or Secret with the PEM certificate that signed OpenSearch’s. Public authorities when left out. As a user writes it. */
export interface OpensearchCaInput {
  /** Kind of the object. @default 'ConfigMap' */
  readonly kind?: 'ConfigMap' | 'Secret';
  /** Name of the object in the stack’s namespace. */
  readonly name: string;
  /** Key that holds the certificate. @default 'ca.crt' */
  readonly key?: string;
}

/** Names of the indices. Each record goes to the day of its own time, in UTC. */
export interface OpensearchIndexConfig {
  /** Indices are `<prefix>-pods-YYYY.MM.dd`, `-hosts-`, `-events-`, and `<prefix>-dead-letters`. @default 'logs' */
  readonly prefix: string;
  /** `shared`: all clusters write the same daily indices. `per-cluster`: the cluster’s name follows the prefix, so that its account can be held to its own indices; costs indices. @default 'shared' */
  readonly layout: 'shared' | 'per-cluster';
}

/** Names of the indices. Each record goes to the day of its own time, in UTC. As a user writes it. */
export interface OpensearchIndexInput {
  /** Indices are `<prefix>-pods-YYYY.MM.dd`, `-hosts-`, `-events-`, and `<prefix>-dead-letters`. @default 'logs' */
  readonly prefix?: string;
  /** `shared`: all clusters write the same daily indices. `per-cluster`: the cluster’s name follows the prefix, so that its account can be held to its own indices; costs indices. @default 'shared' */
  readonly layout?: 'shared' | 'per-cluster';
}

/** What is collected. */
export interface CollectionConfig {
  /** Logs of containers. @default its own defaults */
  readonly pods: CollectionPodsConfig;
  /** Logs of the node and of the control plane outside of pods. @default its own defaults */
  readonly hostLogs: CollectionHostLogsConfig;
  /** Audit log of the API server, read on the nodes that have it. @default its own defaults */
  readonly auditLog: CollectionAuditLogConfig;
  /** Kubernetes events. @default its own defaults */
  readonly events: CollectionEventsConfig;
}

/** What is collected. As a user writes it. */
export interface CollectionInput {
  /** Logs of containers. @default its own defaults */
  readonly pods?: CollectionPodsInput;
  /** Logs of the node and of the control plane outside of pods. @default its own defaults */
  readonly hostLogs?: CollectionHostLogsInput;
  /** Audit log of the API server, read on the nodes that have it. @default its own defaults */
  readonly auditLog?: CollectionAuditLogInput;
  /** Kubernetes events. @default its own defaults */
  readonly events?: CollectionEventsInput;
}

/** Logs of containers. */
export interface CollectionPodsConfig {
  /** Collect the logs of containers. @default true */
  readonly enabled: boolean;
  /** Only these namespaces; all when empty. @default [] */
  readonly includeNamespaces: readonly string[];
  /** Not these namespaces. The stack’s own namespace is always left out. @default [] */
  readonly excludeNamespaces: readonly string[];
  /** Only pods that carry all of these labels. @default {} */
  readonly includeLabels: Readonly<Record<string, string>>;
  /** Not pods that carry any of these labels. @default {} */
  readonly excludeLabels: Readonly<Record<string, string>>;
  /** Languages whose stack traces are joined into one record. Empty: nothing is joined. @default ['java','python','go','ruby','js','csharp','php'] */
  readonly multilineLanguages: readonly (
    | 'java'
    | 'javascript'
    | 'js'
    | 'csharp'
    | 'python'
    | 'py'
    | 'php'
    | 'go'
    | 'ruby'
    | 'rb'
    | 'dart'
    | 'all'
  )[];
  /** Parse lines that are JSON into the field `parsed`. Off by default: two programs that give one field two types make OpenSearch refuse records. @default false */
  readonly parseJson: boolean;
  /** Field that holds the text of a record. @default 'log' */
  readonly messageKey: string;
  /** Folder on the node that the links in /var/log/containers lead to, where it is not below /var/log. @default '/var/lib/docker/containers' */
  readonly containerLogDir: string;
  /** Resources of the collector on each node. @default none */
  readonly resources?: ResourcesConfig;
}

/** Logs of containers. As a user writes it. */
export interface CollectionPodsInput {
  /** Collect the logs of containers. @default true */
  readonly enabled?: boolean;
  /** Only these namespaces; all when empty. @default [] */
  readonly includeNamespaces?: readonly string[];
  /** Not these namespaces. The stack’s own namespace is always left out. @default [] */
  readonly excludeNamespaces?: readonly string[];
  /** Only pods that carry all of these labels. @default {} */
  readonly includeLabels?: Readonly<Record<string, string>>;
  /** Not pods that carry any of these labels. @default {} */
  readonly excludeLabels?: Readonly<Record<string, string>>;
  /** Languages whose stack traces are joined into one record. Empty: nothing is joined. @default ['java','python','go','ruby','js','csharp','php'] */
  readonly multilineLanguages?: readonly (
    | 'java'
    | 'javascript'
    | 'js'
    | 'csharp'
    | 'python'
    | 'py'
    | 'php'
    | 'go'
    | 'ruby'
    | 'rb'
    | 'dart'
    | 'all'
  )[];
  /** Parse lines that are JSON into the field `parsed`. Off by default: two programs that give one field two types make OpenSearch refuse records. @default false */
  readonly parseJson?: boolean;
  /** Field that holds the text of a record. @default 'log' */
  readonly messageKey?: string;
  /** Folder on the node that the links in /var/log/containers lead to, where it is not below /var/log. @default '/var/lib/docker/containers' */
  readonly containerLogDir?: string;
  /** Resources of the collector on each node. @default none */
  readonly resources?: ResourcesConfig;
}

/** Logs of the node and of the control plane outside of pods. */
export interface CollectionHostLogsConfig {
  /** Collect the host logs of the distribution. @default true */
  readonly enabled: boolean;
  /** Who runs k3s on the nodes: `systemd` logs to the journal, `openrc` to /var/log/k3s.log. Of use for k3s only. @default 'systemd' */
  readonly serviceManager: 'systemd' | 'openrc';
  /** Further systemd units to read from the journal. @default [] */
  readonly units: readonly string[];
  /** Further log files below /var/log. @default [] */
  readonly files: readonly CollectionHostLogsFileItemConfig[];
  /** Resources of the host log collector on each node. @default none */
  readonly resources?: ResourcesConfig;
}

/** Logs of the node and of the control plane outside of pods. As a user writes it. */
export interface CollectionHostLogsInput {
  /** Collect the host logs of the distribution. @default true */
  readonly enabled?: boolean;
  /** Who runs k3s on the nodes: `systemd` logs to the journal, `openrc` to /var/log/k3s.log. Of use for k3s only. @default 'systemd' */
  readonly serviceManager?: 'systemd' | 'openrc';
  /** Further systemd units to read from the journal. @default [] */
  readonly units?: readonly string[];
  /** Further log files below /var/log. @default [] */
  readonly files?: readonly CollectionHostLogsFileItemConfig[];
  /** Resources of the host log collector on each node. @default none */
  readonly resources?: ResourcesConfig;
}

/** A log file on the node. */
export interface CollectionHostLogsFileItemConfig {
  /** Absolute path below /var/log; `*` may stand in the file’s name. */
  readonly path: string;
  /** Value of `kubernetes_component` in its records. */
  readonly component: string;
}

/** Audit log of the API server, read on the nodes that have it. */
export interface CollectionAuditLogConfig {
  /** Collect the audit log. @default false */
  readonly enabled: boolean;
  /** Absolute path of the file. The distribution’s own when left out. @default none */
  readonly path?: string;
}

/** Audit log of the API server, read on the nodes that have it. As a user writes it. */
export interface CollectionAuditLogInput {
  /** Collect the audit log. @default false */
  readonly enabled?: boolean;
  /** Absolute path of the file. The distribution’s own when left out. @default none */
  readonly path?: string;
}

/** Kubernetes events. */
export interface CollectionEventsConfig {
  /** Ship Kubernetes events. @default true */
  readonly enabled: boolean;
  /** Pods of the forwarder; with 2, one stands by. A spool excludes 2. @default 1 */
  readonly replicas: number;
  /** Only events of these namespaces; all when empty. @default [] */
  readonly includeNamespaces: readonly string[];
  /** Not events of these namespaces. @default [] */
  readonly excludeNamespaces: readonly string[];
  /** Only events of these types; all when empty. @default [] */
  readonly types: readonly ('Normal' | 'Warning')[];
  /** Not events of these reasons. @default [] */
  readonly excludeReasons: readonly string[];
  /** Disk for events that the shipper cannot take for a time. Without it the API server’s own hour is the buffer. @default none */
  readonly spool?: CollectionEventsSpoolConfig;
  /** Resources of the forwarder. @default none */
  readonly resources?: ResourcesConfig;
}

/** Kubernetes events. As a user writes it. */
export interface CollectionEventsInput {
  /** Ship Kubernetes events. @default true */
  readonly enabled?: boolean;
  /** Pods of the forwarder; with 2, one stands by. A spool excludes 2. @default 1 */
  readonly replicas?: number;
  /** Only events of these namespaces; all when empty. @default [] */
  readonly includeNamespaces?: readonly string[];
  /** Not events of these namespaces. @default [] */
  readonly excludeNamespaces?: readonly string[];
  /** Only events of these types; all when empty. @default [] */
  readonly types?: readonly ('Normal' | 'Warning')[];
  /** Not events of these reasons. @default [] */
  readonly excludeReasons?: readonly string[];
  /** Disk for events that the shipper cannot take for a time. Without it the API server’s own hour is the buffer. @default none */
  readonly spool?: CollectionEventsSpoolInput;
  /** Resources of the forwarder. @default none */
  readonly resources?: ResourcesConfig;
}

/** Disk for events that the shipper cannot take for a time. Without it the API server’s own hour is the buffer. */
export interface CollectionEventsSpoolConfig {
  /** Size of the volume. @default '1Gi' */
  readonly size: string;
  /** Storage class of the volume; the cluster’s default when left out. @default none */
  readonly storageClass?: string;
}

/** Disk for events that the shipper cannot take for a time. Without it the API server’s own hour is the buffer. As a user writes it. */
export interface CollectionEventsSpoolInput {
  /** Size of the volume. @default '1Gi' */
  readonly size?: string;
  /** Storage class of the volume; the cluster’s default when left out. @default none */
  readonly storageClass?: string;
}

/** Fluentd, which keeps records on disk until they are taken. */
export interface AggregatorConfig {
  /** Number of pods, each with a volume of its own. @default 1 */
  readonly replicas: number;
  /** Disk buffer of each pod. @default its own defaults */
  readonly storage: AggregatorStorageConfig;
  /** Empty the volume of a pod that scaling down removed. @default true */
  readonly drain: boolean;
  /** Resources of each pod. @default none */
  readonly resources?: ResourcesConfig;
}

/** Fluentd, which keeps records on disk until they are taken. As a user writes it. */
export interface AggregatorInput {
  /** Number of pods, each with a volume of its own. @default 1 */
  readonly replicas?: number;
  /** Disk buffer of each pod. @default its own defaults */
  readonly storage?: AggregatorStorageInput;
  /** Empty the volume of a pod that scaling down removed. @default true */
  readonly drain?: boolean;
  /** Resources of each pod. @default none */
  readonly resources?: ResourcesConfig;
}

/** Disk buffer of each pod. */
export interface AggregatorStorageConfig {
  /** Size of the volume. Eighty percent of it are given to the buffers. @default '20Gi' */
  readonly size: string;
  /** Storage class; the cluster’s default when left out. @default none */
  readonly className?: string;
}

/** Disk buffer of each pod. As a user writes it. */
export interface AggregatorStorageInput {
  /** Size of the volume. Eighty percent of it are given to the buffers. @default '20Gi' */
  readonly size?: string;
  /** Storage class; the cluster’s default when left out. @default none */
  readonly className?: string;
}

/** Data Prepper, which takes records and writes them to OpenSearch. */
export interface ShipperConfig {
  /** Data Prepper version, from 2.16.0: earlier ones trust any certificate or lose documents. @default '2.16.0' */
  readonly version: string;
  /** Number of pods. Not used with autoscaling. @default 2 */
  readonly replicas: number;
  /** Let the number of pods follow the CPU load. Needs metrics-server in the cluster. @default none */
  readonly autoscaling?: ShipperAutoscalingConfig;
  /** Resources of each pod. @default none */
  readonly resources?: ResourcesConfig;
  /** Java heap, in percent of the memory limit. @default 70 */
  readonly heapPercent: number;
  /** Threads that process and send. @default 2 */
  readonly workers: number;
  /** Where records wait for OpenSearch inside the shipper. @default its own defaults */
  readonly buffer: ShipperBufferConfig;
  /** The HTTP port that the aggregator and the events forwarder write to. @default its own defaults */
  readonly intake: ShipperIntakeConfig;
}

/** Data Prepper, which takes records and writes them to OpenSearch. As a user writes it. */
export interface ShipperInput {
  /** Data Prepper version, from 2.16.0: earlier ones trust any certificate or lose documents. @default '2.16.0' */
  readonly version?: string;
  /** Number of pods. Not used with autoscaling. @default 2 */
  readonly replicas?: number;
  /** Let the number of pods follow the CPU load. Needs metrics-server in the cluster. @default none */
  readonly autoscaling?: ShipperAutoscalingInput;
  /** Resources of each pod. @default none */
  readonly resources?: ResourcesConfig;
  /** Java heap, in percent of the memory limit. @default 70 */
  readonly heapPercent?: number;
  /** Threads that process and send. @default 2 */
  readonly workers?: number;
  /** Where records wait for OpenSearch inside the shipper. @default its own defaults */
  readonly buffer?: ShipperBufferInput;
  /** The HTTP port that the aggregator and the events forwarder write to. @default its own defaults */
  readonly intake?: ShipperIntakeInput;
}

/** Let the number of pods follow the CPU load. Needs metrics-server in the cluster. */
export interface ShipperAutoscalingConfig {
  /** Least number of pods. @default 2 */
  readonly minReplicas: number;
  /** Largest number of pods. @default 6 */
  readonly maxReplicas: number;
  /** Mean CPU use aimed at, in percent of the request. @default 75 */
  readonly targetCpuPercent: number;
}

/** Let the number of pods follow the CPU load. Needs metrics-server in the cluster. As a user writes it. */
export interface ShipperAutoscalingInput {
  /** Least number of pods. @default 2 */
  readonly minReplicas?: number;
  /** Largest number of pods. @default 6 */
  readonly maxReplicas?: number;
  /** Mean CPU use aimed at, in percent of the request. @default 75 */
  readonly targetCpuPercent?: number;
}

/** Where records wait for OpenSearch inside the shipper. */
export interface ShipperBufferConfig {
  /** `memory`, or `kafka` for those who outgrow it. @default 'memory' */
  readonly type: 'memory' | 'kafka';
  /** Most records in a memory buffer. @default 50000 */
  readonly records: number;
  /** Records that a worker takes at once. @default 2000 */
  readonly batchRecords: number;
  /** Kafka topic that buffers records in front of OpenSearch. @default none */
  readonly kafka?: ShipperBufferKafkaConfig;
}

/** Where records wait for OpenSearch inside the shipper. As a user writes it. */
export interface ShipperBufferInput {
  /** `memory`, or `kafka` for those who outgrow it. @default 'memory' */
  readonly type?: 'memory' | 'kafka';
  /** Most records in a memory buffer. @default 50000 */
  readonly records?: number;
  /** Records that a worker takes at once. @default 2000 */
  readonly batchRecords?: number;
  /** Kafka topic that buffers records in front of OpenSearch. @default none */
  readonly kafka?: ShipperBufferKafkaInput;
}

/** Kafka topic that buffers records in front of OpenSearch. */
export interface ShipperBufferKafkaConfig {
  /** Brokers as host:port. */
  readonly bootstrapServers: readonly string[];
  /** Name of the topic. It must exist. */
  readonly topic: string;
  /** Consumer group. `<prefix>-shipper-<cluster>` when left out. @default none */
  readonly groupId?: string;
  /** How the connection is protected. @default 'ssl' */
  readonly encryption: 'ssl' | 'none';
  /** SASL account. None when left out. @default none */
  readonly auth?: ShipperBufferKafkaAuthConfig;
}

/** Kafka topic that buffers records in front of OpenSearch. As a user writes it. */
export interface ShipperBufferKafkaInput {
  /** Brokers as host:port. */
  readonly bootstrapServers: readonly string[];
  /** Name of the topic. It must exist. */
  readonly topic: string;
  /** Consumer group. `<prefix>-shipper-<cluster>` when left out. @default none */
  readonly groupId?: string;
  /** How the connection is protected. @default 'ssl' */
  readonly encryption?: 'ssl' | 'none';
  /** SASL account. None when left out. @default none */
  readonly auth?: ShipperBufferKafkaAuthInput;
}

/** SASL account. None when left out. */
export interface ShipperBufferKafkaAuthConfig {
  /** SASL mechanism. @default 'scram-sha-512' */
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  /** Existing Secret with the keys `username` and `password`. */
  readonly secretName: string;
}

/** SASL account. None when left out. As a user writes it. */
export interface ShipperBufferKafkaAuthInput {
  /** SASL mechanism. @default 'scram-sha-512' */
  readonly mechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  /** Existing Secret with the keys `username` and `password`. */
  readonly secretName: string;
}

/** The HTTP port that the aggregator and the events forwarder write to. */
export interface ShipperIntakeConfig {
  /** Largest request taken. @default '20Mi' */
  readonly maxRequestBytes: string;
  /** Serve HTTPS. @default none */
  readonly tls?: ShipperIntakeTlsConfig;
  /** Ask senders for an account. @default none */
  readonly basicAuth?: ShipperIntakeBasicAuthConfig;
}

/** The HTTP port that the aggregator and the events forwarder write to. As a user writes it. */
export interface ShipperIntakeInput {
  /** Largest request taken. @default '20Mi' */
  readonly maxRequestBytes?: string;
  /** Serve HTTPS. @default none */
  readonly tls?: ShipperIntakeTlsConfig;
  /** Ask senders for an account. @default none */
  readonly basicAuth?: ShipperIntakeBasicAuthConfig;
}

/** Serve HTTPS. */
export interface ShipperIntakeTlsConfig {
  /** Existing Secret of type kubernetes.io/tls, with `ca.crt` beside `tls.crt` and `tls.key`; its certificate is for `<prefix>-shipper.<namespace>.svc.<clusterDomain>`. */
  readonly secretName: string;
}

/** Ask senders for an account. */
export interface ShipperIntakeBasicAuthConfig {
  /** Existing Secret with the keys `username` and `password`. */
  readonly secretName: string;
}

/** The operator that runs Fluent Bit and Fluentd. */
export interface OperatorConfig {
  /** `bundled`: the operator and its resource definitions are part of the output. `external`: they are installed already. @default 'bundled' */
  readonly mode: 'bundled' | 'external';
  /** Generation of the operator: 6.7 (upstream) or 4.10 (Rancher). @default '6.7' */
  readonly version: '6.7' | '4.10';
  /** Resources of the operator. @default none */
  readonly resources?: ResourcesConfig;
}

/** The operator that runs Fluent Bit and Fluentd. As a user writes it. */
export interface OperatorInput {
  /** `bundled`: the operator and its resource definitions are part of the output. `external`: they are installed already. @default 'bundled' */
  readonly mode?: 'bundled' | 'external';
  /** Generation of the operator: 6.7 (upstream) or 4.10 (Rancher). @default '6.7' */
  readonly version?: '6.7' | '4.10';
  /** Resources of the operator. @default none */
  readonly resources?: ResourcesConfig;
}

/** Where images come from. */
export interface ImagesConfig {
  /** Registry, with an optional path, that replaces the host of every image and nothing else: for sites without access to the internet. With `mirror.example.com`, `registry.k8s.io/pause` becomes `mirror.example.com/pause`. @default none */
  readonly registry?: string;
  /** Names of existing Secrets for the registry. @default [] */
  readonly pullSecrets: readonly string[];
  /** Full references that replace the defaults, as repository:tag. @default its own defaults */
  readonly references: ImagesReferencesConfig;
  /** Digests that pin the images beyond their tags. @default its own defaults */
  readonly digests: ImagesDigestsConfig;
}

/** Where images come from. As a user writes it. */
export interface ImagesInput {
  /** Registry, with an optional path, that replaces the host of every image and nothing else: for sites without access to the internet. With `mirror.example.com`, `registry.k8s.io/pause` becomes `mirror.example.com/pause`. @default none */
  readonly registry?: string;
  /** Names of existing Secrets for the registry. @default [] */
  readonly pullSecrets?: readonly string[];
  /** Full references that replace the defaults, as repository:tag. @default its own defaults */
  readonly references?: ImagesReferencesConfig;
  /** Digests that pin the images beyond their tags. @default its own defaults */
  readonly digests?: ImagesDigestsConfig;
}

/** Full references that replace the defaults, as repository:tag. */
export interface ImagesReferencesConfig {
  /** References of fluentBit. @default none */
  readonly fluentBit?: string;
  /** References of fluentd. @default none */
  readonly fluentd?: string;
  /** References of configReloader. @default none */
  readonly configReloader?: string;
  /** References of drainWatch. @default none */
  readonly drainWatch?: string;
  /** References of drainPause. @default none */
  readonly drainPause?: string;
  /** References of dataPrepper. @default none */
  readonly dataPrepper?: string;
  /** References of loggingOperator. @default none */
  readonly loggingOperator?: string;
  /** References of opniLogging. @default none */
  readonly opniLogging?: string;
}

/** Digests that pin the images beyond their tags. */
export interface ImagesDigestsConfig {
  /** Digests of fluentBit. @default none */
  readonly fluentBit?: string;
  /** Digests of fluentd. @default none */
  readonly fluentd?: string;
  /** Digests of configReloader. @default none */
  readonly configReloader?: string;
  /** Digests of drainWatch. @default none */
  readonly drainWatch?: string;
  /** Digests of drainPause. @default none */
  readonly drainPause?: string;
  /** Digests of dataPrepper. @default none */
  readonly dataPrepper?: string;
  /** Digests of loggingOperator. @default none */
  readonly loggingOperator?: string;
  /** Digests of opniLogging. @default none */
  readonly opniLogging?: string;
}

/** Where pods run. */
export interface SchedulingConfig {
  /** Labels of the nodes for the workloads that are not on every node. @default {} */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Tolerations of the workloads that are not on every node. @default [] */
  readonly tolerations: readonly TolerationConfig[];
  /** Labels of the nodes that are collected from; all when empty. @default {} */
  readonly collectorNodeSelector: Readonly<Record<string, string>>;
  /** Tolerations of the collectors. All taints by default: a node that is not read loses its logs. @default [{'operator':'Exists'}] */
  readonly collectorTolerations: readonly TolerationConfig[];
  /** Priority class of all pods. None when left out. @default none */
  readonly priorityClassName?: string;
  /** Make the class that `priorityClassName` names. @default none */
  readonly createPriorityClass?: SchedulingCreatePriorityClassConfig;
}

/** Where pods run. As a user writes it. */
export interface SchedulingInput {
  /** Labels of the nodes for the workloads that are not on every node. @default {} */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Tolerations of the workloads that are not on every node. @default [] */
  readonly tolerations?: readonly TolerationConfig[];
  /** Labels of the nodes that are collected from; all when empty. @default {} */
  readonly collectorNodeSelector?: Readonly<Record<string, string>>;
  /** Tolerations of the collectors. All taints by default: a node that is not read loses its logs. @default [{'operator':'Exists'}] */
  readonly collectorTolerations?: readonly TolerationConfig[];
  /** Priority class of all pods. None when left out. @default none */
  readonly priorityClassName?: string;
  /** Make the class that `priorityClassName` names. @default none */
  readonly createPriorityClass?: SchedulingCreatePriorityClassInput;
}

/** Make the class that `priorityClassName` names. */
export interface SchedulingCreatePriorityClassConfig {
  /** Priority; higher goes first. @default 1000000 */
  readonly value: number;
}

/** Make the class that `priorityClassName` names. As a user writes it. */
export interface SchedulingCreatePriorityClassInput {
  /** Priority; higher goes first. @default 1000000 */
  readonly value?: number;
}

/** How the stack is closed off. */
export interface SecurityConfig {
  /** Policies for every hop. @default its own defaults */
  readonly networkPolicies: SecurityNetworkPoliciesConfig;
  /** For nodes with SELinux enforcing. @default its own defaults */
  readonly selinux: SecuritySelinuxConfig;
  /** Level that the namespace enforces. The collectors need `privileged`, because they mount host folders; a stricter level is for namespaces whose host collection is off. @default 'privileged' */
  readonly podSecurity: 'privileged' | 'baseline' | 'restricted';
}

/** How the stack is closed off. As a user writes it. */
export interface SecurityInput {
  /** Policies for every hop. @default its own defaults */
  readonly networkPolicies?: SecurityNetworkPoliciesInput;
  /** For nodes with SELinux enforcing. @default its own defaults */
  readonly selinux?: SecuritySelinuxInput;
  /** Level that the namespace enforces. The collectors need `privileged`, because they mount host folders; a stricter level is for namespaces whose host collection is off. @default 'privileged' */
  readonly podSecurity?: 'privileged' | 'baseline' | 'restricted';
}

/** Policies for every hop. */
export interface SecurityNetworkPoliciesConfig {
  /** Make the policies. @default true */
  readonly enabled: boolean;
  /** Ports of the API server, as pods reach it: that of the Service and that of the server behind it. @default [443,6443] */
  readonly apiServerPorts: readonly number[];
  /** Namespaces whose pods may read metrics; none when empty. @default [] */
  readonly metricsNamespaces: readonly string[];
}

/** Policies for every hop. As a user writes it. */
export interface SecurityNetworkPoliciesInput {
  /** Make the policies. @default true */
  readonly enabled?: boolean;
  /** Ports of the API server, as pods reach it: that of the Service and that of the server behind it. @default [443,6443] */
  readonly apiServerPorts?: readonly number[];
  /** Namespaces whose pods may read metrics; none when empty. @default [] */
  readonly metricsNamespaces?: readonly string[];
}

/** For nodes with SELinux enforcing. */
export interface SecuritySelinuxConfig {
  /** Set the type on the collectors. The type must exist on the nodes, else their containers do not start. @default false */
  readonly enabled: boolean;
  /** SELinux type of the collectors. @default 'rke_logreader_t' */
  readonly type: string;
}

/** For nodes with SELinux enforcing. As a user writes it. */
export interface SecuritySelinuxInput {
  /** Set the type on the collectors. The type must exist on the nodes, else their containers do not start. @default false */
  readonly enabled?: boolean;
  /** SELinux type of the collectors. @default 'rke_logreader_t' */
  readonly type?: string;
}

/** Let a gateway say whether logging is on. Only the agent is written then; it applies the stack itself, with the account that the gateway gives. Excludes `opensearch`. */
export interface AgentConfig {
  /** The gateway. */
  readonly gateway: AgentGatewayConfig;
  /** Secret key with the token for the first connection. */
  readonly bootstrapTokenSecret: SecretKeyConfig;
  /** Name of the Secret that the agent keeps its keys in. `<prefix>-agent-keyring` when left out. @default none */
  readonly keyringSecret?: string;
  /** How long the gateway may be away before logging is disabled; `0s` at once, `never` not at all. @default '2m' */
  readonly disableAfter: string;
  /** Pods of the agent; with 2, one stands by. @default 1 */
  readonly replicas: number;
  /** Resources of the agent. @default none */
  readonly resources?: ResourcesConfig;
}

/** Let a gateway say whether logging is on. Only the agent is written then; it applies the stack itself, with the account that the gateway gives. Excludes `opensearch`. As a user writes it. */
export interface AgentInput {
  /** The gateway. */
  readonly gateway: AgentGatewayInput;
  /** Secret key with the token for the first connection. */
  readonly bootstrapTokenSecret: SecretKeyConfig;
  /** Name of the Secret that the agent keeps its keys in. `<prefix>-agent-keyring` when left out. @default none */
  readonly keyringSecret?: string;
  /** How long the gateway may be away before logging is disabled; `0s` at once, `never` not at all. @default '2m' */
  readonly disableAfter?: string;
  /** Pods of the agent; with 2, one stands by. @default 1 */
  readonly replicas?: number;
  /** Resources of the agent. @default none */
  readonly resources?: ResourcesConfig;
}

/** The gateway. */
export interface AgentGatewayConfig {
  /** Address of the gateway. */
  readonly address: string;
  /** How the gateway’s certificate is checked. @default 'pins' */
  readonly trust: 'pins' | 'ca' | 'insecure';
  /** Pins of public keys, one of which must be presented. @default [] */
  readonly pins: readonly string[];
  /** Secret key with the PEM certificates to trust. @default none */
  readonly caSecret?: SecretKeyConfig;
}

/** The gateway. As a user writes it. */
export interface AgentGatewayInput {
  /** Address of the gateway. */
  readonly address: string;
  /** How the gateway’s certificate is checked. @default 'pins' */
  readonly trust?: 'pins' | 'ca' | 'insecure';
  /** Pins of public keys, one of which must be presented. @default [] */
  readonly pins?: readonly string[];
  /** Secret key with the PEM certificates to trust. @default none */
  readonly caSecret?: SecretKeyConfig;
}

/** A change to one object. */
export interface OverrideItemConfig {
  /** Kind of the object. */
  readonly kind: string;
  /** Name of the object. */
  readonly name: string;
  /** What to change: maps merge, lists replace, null removes. The object’s kind, name and namespace stay. */
  readonly merge: Readonly<Record<string, unknown>>;
}
