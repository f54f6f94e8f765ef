import { Construct } from 'constructs';
import { OpniLoggingError } from '../common/error.js';
import { VERSION } from '../common/version.js';
import { parseBytes } from '../config/quantity.js';
import { resolveConfig } from '../config/resolve.js';
import { API_VERSION } from '../config/schema/schema.js';
import type { ClusterConfig, ClusterInput } from '../config/types.js';
import { hostSources } from '../distributions/host-sources.js';
import { ClusterFlow } from './cluster-flow.js';
import { ClusterOutput } from './cluster-output.js';
import { DataPrepper } from './data-prepper.js';
import { EventsForwarder } from './events-forwarder.js';
import { HostLogs } from './host-logs.js';
import { Images } from './images.js';
import { LogAdapter } from './log-adapter.js';
import { LoggingOperator } from './logging-operator.js';
import { StackNames } from './names.js';
import { NetworkPolicies } from './network-policies.js';
import { applyOverrides } from './overrides.js';
import type { WorkloadProps } from './pod.js';
import { StackNamespace } from './stack-namespace.js';

/**
 * Options of {@link LoggingStack}: the configuration of one cluster, as a file would hold it, without the version of the
 * file format.
 */
export interface LoggingStackProps extends Omit<ClusterInput, 'apiVersion' | 'agent'> {}

/**
 * The whole logging stack of one cluster, from the collectors on its nodes to the account at OpenSearch.
 *
 * @throws OpniLoggingError `config` when the options are refused, with every problem
 */
export class LoggingStack extends Construct {
  /** The configuration with its defaults. */
  readonly config: ClusterConfig;
  readonly names: StackNames;
  readonly logAdapter: LogAdapter;
  readonly shipper: DataPrepper;
  readonly output: ClusterOutput;
  readonly flow: ClusterFlow;
  /** Absent when nothing of the host is collected. */
  readonly hostLogs?: HostLogs;
  /** Absent when events are off. */
  readonly events?: EventsForwarder;
  /** Absent with an external operator. */
  readonly operator?: LoggingOperator;

  private readonly images: Images;

  constructor(scope: Construct, id: string, props: LoggingStackProps) {
    super(scope, id);
    this.config = resolveConfig({ ...props, apiVersion: API_VERSION });
    const { config } = this;
    this.names = new StackNames(config.prefix);
    this.images = new Images(config.images, {
      operator: config.operator.version,
      dataPrepper: config.shipper.version,
      self: VERSION,
    });

    new StackNamespace(this, 'Namespace', {
      name: config.namespace,
      podSecurity: config.security.podSecurity,
      priorityClass:
        config.scheduling.createPriorityClass && config.scheduling.priorityClassName
          ? { name: config.scheduling.priorityClassName, value: config.scheduling.createPriorityClass.value }
          : undefined,
    });
    this.operator = this.addOperator();
    this.shipper = this.addShipper();
    this.logAdapter = this.addLogAdapter();
    this.output = this.addOutput();
    this.flow = this.addFlow();
    this.hostLogs = this.addHostLogs();
    this.events = this.addEvents();
    this.addNetworkPolicies();
    applyOverrides(this, config.overrides);
  }

  private addOperator(): LoggingOperator | undefined {
    const { operator, namespace } = this.config;
    if (operator.mode === 'external') return undefined;
    return new LoggingOperator(this, 'Operator', {
      name: this.names.operator,
      namespace,
      version: operator.version,
      image: this.images.reference('loggingOperator'),
      ...this.workload(),
      resources: operator.resources,
    });
  }

  private addShipper(): DataPrepper {
    const { shipper, namespace, cluster } = this.config;
    return new DataPrepper(this, 'Shipper', {
      name: this.names.shipper,
      namespace,
      image: this.images.reference('dataPrepper'),
      clusterDomain: cluster.clusterDomain,
      opensearch: this.openSearch(),
      replicas: shipper.replicas,
      autoscaling: shipper.autoscaling,
      workers: shipper.workers,
      heapPercent: shipper.heapPercent,
      buffer: {
        ...shipper.buffer,
        kafka: shipper.buffer.kafka && {
          groupId: `${this.names.shipper}-${cluster.name}`,
          ...shipper.buffer.kafka,
        },
      },
      intake: shipper.intake,
      ...this.workload(),
      resources: shipper.resources,
    });
  }

  private openSearch() {
    const { opensearch, cluster } = this.config;
    if (!opensearch) throw new OpniLoggingError('config', 'opensearch is missing: give url and username');
    const { prefix, layout } = opensearch.index;
    return {
      url: opensearch.url,
      username: opensearch.username,
      passwordSecret: {
        name: opensearch.passwordSecret.name ?? this.names.credentials,
        key: opensearch.passwordSecret.key,
      },
      ca: opensearch.ca,
      insecureSkipVerify: opensearch.insecureSkipVerify,
      indexPrefix: layout === 'per-cluster' ? `${prefix}-${cluster.name}` : prefix,
    };
  }

  private addLogAdapter(): LogAdapter {
    const { aggregator, collection, cluster, namespace, operator } = this.config;
    const { pods } = collection;
    return new LogAdapter(this, 'LogAdapter', {
      name: this.names.logging,
      namespace,
      operatorVersion: operator.version,
      clusterDomain: cluster.clusterDomain,
      errorOutput: this.names.output,
      aggregator: {
        image: this.images.parts('fluentd'),
        configReloaderImage: this.images.parts('configReloader'),
        drainWatchImage: this.images.parts('drainWatch'),
        drainPauseImage: this.images.parts('drainPause'),
        replicas: aggregator.replicas,
        storageSize: aggregator.storage.size,
        storageClass: aggregator.storage.className,
        drain: aggregator.drain,
        ...this.workload(),
        resources: aggregator.resources,
      },
      pods: pods.enabled
        ? {
            image: this.images.parts('fluentBit'),
            includeNamespaces: pods.includeNamespaces,
            excludeNamespaces: [...new Set([...pods.excludeNamespaces, namespace])],
            parseJson: pods.parseJson,
            containerLogDir: pods.containerLogDir,
            stateFolder: this.stateFolder('pods'),
            ...this.collector(),
            resources: pods.resources,
          }
        : undefined,
    });
  }

  private addOutput(): ClusterOutput {
    const { tls, basicAuth } = this.config.shipper.intake;
    return new ClusterOutput(this, 'Output', {
      name: this.names.output,
      logging: this.logAdapter,
      endpoint: this.shipper.ingestUrl,
      chunkLimitBytes: this.shipper.chunkLimits.bytes,
      chunkLimitRecords: this.shipper.chunkLimits.records,
      ca: tls && { name: tls.secretName, key: 'ca.crt' },
      auth: basicAuth && {
        username: { name: basicAuth.secretName, key: 'username' },
        password: { name: basicAuth.secretName, key: 'password' },
      },
    });
  }

  private addFlow(): ClusterFlow {
    const { collection } = this.config;
    return new ClusterFlow(this, 'Flow', {
      name: this.names.flow,
      logging: this.logAdapter,
      outputs: [this.output.name],
      clusterId: this.clusterId,
      includeLabels: collection.pods.includeLabels,
      excludeLabels: collection.pods.excludeLabels,
      multilineLanguages: collection.pods.multilineLanguages,
      messageKey: collection.pods.messageKey,
    });
  }

  private addHostLogs(): HostLogs | undefined {
    const sources = hostSources(this.config);
    if (sources.journal.length + sources.files.length === 0) return undefined;
    return new HostLogs(this, 'HostLogs', {
      name: this.names.hostLogs,
      namespace: this.config.namespace,
      image: this.images.reference('fluentBit'),
      ...sources,
      forwardHost: this.logAdapter.aggregatorHost,
      stateFolder: this.stateFolder('host-logs'),
      ...this.collector(),
      resources: this.config.collection.hostLogs.resources,
    });
  }

  private addEvents(): EventsForwarder | undefined {
    const { collection, cluster, namespace, shipper } = this.config;
    const { events } = collection;
    if (!events.enabled) return undefined;
    return new EventsForwarder(this, 'Events', {
      name: this.names.events,
      namespace,
      image: this.images.reference('opniLogging'),
      clusterId: this.clusterId,
      clusterName: cluster.name,
      shipperUrl: this.shipper.ingestUrl,
      includeNamespaces: events.includeNamespaces,
      excludeNamespaces: events.excludeNamespaces,
      types: events.types,
      excludeReasons: events.excludeReasons,
      replicas: events.replicas,
      spool: events.spool,
      intakeMaxBytes: parseBytes(shipper.intake.maxRequestBytes),
      intakeCaSecret: shipper.intake.tls?.secretName,
      intakeAuthSecret: shipper.intake.basicAuth?.secretName,
      ...this.workload(),
      resources: events.resources,
    });
  }

  private addNetworkPolicies(): void {
    const { namespace, prefix, security, shipper, opensearch } = this.config;
    if (!security.networkPolicies.enabled) return;
    const { buffer } = shipper;
    const brokers = buffer.type === 'kafka' ? (buffer.kafka?.bootstrapServers ?? []) : [];
    const targets = [
      portOf(opensearch?.url ?? ''),
      ...brokers.map((broker) => Number(broker.split(':').pop())),
    ];
    new NetworkPolicies(this, 'NetworkPolicies', {
      namespace,
      prefix,
      metricsNamespaces: security.networkPolicies.metricsNamespaces,
      apiServerPorts: security.networkPolicies.apiServerPorts,
      logging: this.names.logging,
      shipper: this.shipper.podSelector,
      shipperTargets: [...new Set(targets)],
      hostLogs: this.hostLogs?.podSelector,
      events: this.events?.podSelector,
      operator: this.operator?.podSelector,
    });
  }

  private get clusterId(): string {
    return this.config.cluster.id ?? this.config.cluster.name;
  }

  /** Folder on the node that survives pods. Named after the prefix, since two agents in one folder spoil each other. */
  private stateFolder(part: string): string {
    return `/var/lib/opni-logging/${this.config.prefix}/${part}`;
  }

  /** Placement of workloads that are not on every node. */
  private workload(): WorkloadProps {
    const { scheduling, images } = this.config;
    return {
      imagePullSecrets: images.pullSecrets,
      nodeSelector: scheduling.nodeSelector,
      tolerations: scheduling.tolerations,
      priorityClassName: scheduling.priorityClassName,
    };
  }

  /** Placement of the collectors, which are on every node. */
  private collector(): WorkloadProps & { readonly seLinuxType?: string } {
    const { scheduling, security } = this.config;
    return {
      ...this.workload(),
      nodeSelector: scheduling.collectorNodeSelector,
      tolerations: scheduling.collectorTolerations,
      seLinuxType: security.selinux.enabled ? security.selinux.type : undefined,
    };
  }
}

/** Port of a URL, the scheme's own where it names none. */
function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
