import { Construct } from 'constructs';
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
import { ERROR_BUFFER_BYTES, LogAdapter } from './log-adapter.js';
import { LoggingOperator } from './logging-operator.js';
import type { StackNames } from './names.js';
import { NetworkPolicies } from './network-policies.js';
import { applyOverrides } from './overrides.js';
import { StackNamespace } from './stack-namespace.js';
import { StackSettings } from './stack-settings.js';

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

  private readonly settings: StackSettings;

  constructor(scope: Construct, id: string, props: LoggingStackProps) {
    super(scope, id);
    this.config = resolveConfig({ ...props, apiVersion: API_VERSION });
    const { config } = this;
    this.settings = new StackSettings(config);
    this.names = this.settings.names;

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
    this.output = this.addOutput('Output', this.names.output);
    this.addOutput('ErrorOutput', this.names.errorOutput, ERROR_BUFFER_BYTES);
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
      image: this.settings.images.reference('loggingOperator'),
      ...this.settings.workload,
      resources: operator.resources,
    });
  }

  private addShipper(): DataPrepper {
    const { shipper, namespace, cluster } = this.config;
    return new DataPrepper(this, 'Shipper', {
      name: this.names.shipper,
      namespace,
      image: this.settings.images.reference('dataPrepper'),
      clusterDomain: cluster.clusterDomain,
      opensearch: this.settings.openSearch,
      clusterId: this.settings.clusterId,
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
      ...this.settings.workload,
      resources: shipper.resources,
    });
  }

  private addLogAdapter(): LogAdapter {
    const { aggregator, collection, cluster, namespace } = this.config;
    const { pods } = collection;
    return new LogAdapter(this, 'LogAdapter', {
      name: this.names.logging,
      namespace,
      clusterDomain: cluster.clusterDomain,
      errorOutput: this.names.errorOutput,
      aggregator: {
        image: this.settings.images.parts('fluentd'),
        configReloaderImage: this.settings.images.parts('configReloader'),
        drainWatchImage: this.settings.images.parts('drainWatch'),
        drainPauseImage: this.settings.images.parts('drainPause'),
        replicas: aggregator.replicas,
        storageSize: aggregator.storage.size,
        storageClass: aggregator.storage.className,
        drain: aggregator.drain,
        ...this.settings.workload,
        resources: aggregator.resources,
      },
      pods: pods.enabled
        ? {
            image: this.settings.images.parts('fluentBit'),
            includeNamespaces: pods.includeNamespaces,
            excludeNamespaces: [...new Set([...pods.excludeNamespaces, namespace])],
            parseJson: pods.parseJson,
            maxLine: this.maxLine,
            containerLogDir: pods.containerLogDir,
            stateFolder: this.settings.stateFolder('pods'),
            ...this.settings.collector,
            resources: pods.resources,
          }
        : undefined,
    });
  }

  private addOutput(id: string, name: string, bufferLimitBytes?: number): ClusterOutput {
    const { tls, basicAuth } = this.config.shipper.intake;
    return new ClusterOutput(this, id, {
      name,
      logging: this.logAdapter,
      endpoint: this.shipper.ingestUrl,
      bufferLimitBytes,
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
      clusterId: this.settings.clusterId,
      includeLabels: collection.pods.includeLabels,
      excludeLabels: collection.pods.excludeLabels,
      multilineLanguages: collection.pods.multilineLanguages,
      messageKey: collection.pods.messageKey,
      maxJoinedBytes: Math.min(256 * 1024, Math.floor(this.shipper.chunkLimits.bytes / 4)),
    });
  }

  private addHostLogs(): HostLogs | undefined {
    const sources = hostSources(this.config);
    if (sources.journal.length + sources.files.length === 0) return undefined;
    return new HostLogs(this, 'HostLogs', {
      name: this.names.hostLogs,
      namespace: this.config.namespace,
      image: this.settings.images.reference('fluentBit'),
      ...sources,
      forwardHost: this.logAdapter.aggregatorHost,
      maxLine: this.maxLine,
      stateFolder: this.settings.stateFolder('host-logs'),
      ...this.settings.collector,
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
      image: this.settings.images.reference('opniLogging'),
      clusterId: this.settings.clusterId,
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
      ...this.settings.workload,
      resources: events.resources,
    });
  }

  private addNetworkPolicies(): void {
    const { namespace, prefix, security } = this.config;
    if (!security.networkPolicies.enabled) return;
    new NetworkPolicies(this, 'NetworkPolicies', {
      namespace,
      prefix,
      metricsNamespaces: security.networkPolicies.metricsNamespaces,
      apiServerPorts: security.networkPolicies.apiServerPorts,
      logging: this.names.logging,
      shipper: this.shipper.podSelector,
      shipperTargets: this.settings.shipperTargets,
      hostLogs: this.hostLogs?.podSelector,
      events: this.events?.podSelector,
      operator: this.operator?.podSelector,
    });
  }

  /** A record that no chunk can hold is lost, so longer lines are not read. */
  private get maxLine(): string {
    return this.shipper.chunkLimits.bytes > 2 * 1024 ** 2 ? '1M' : '128K';
  }
}
