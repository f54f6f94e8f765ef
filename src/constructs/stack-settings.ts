import { OpniLoggingError } from '../common/error.js';
import { VERSION } from '../common/version.js';
import type { ClusterConfig } from '../config/types.js';
import type { DataPrepperOpenSearch } from './data-prepper-config.js';
import { Images } from './images.js';
import { StackNames } from './names.js';
import type { WorkloadProps } from './pod.js';

/** What several parts of a stack read out of one cluster's configuration. */
export class StackSettings {
  readonly names: StackNames;
  readonly images: Images;

  constructor(private readonly config: ClusterConfig) {
    this.names = new StackNames(config.prefix);
    this.images = new Images(config.images, {
      operator: config.operator.version,
      dataPrepper: config.shipper.version,
      self: VERSION,
    });
  }

  /** Value of `cluster_id`. */
  get clusterId(): string {
    return this.config.cluster.id ?? this.config.cluster.name;
  }

  /** Where the shipper writes, and as whom. */
  get openSearch(): DataPrepperOpenSearch {
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

  /** Ports that the shipper sends to: OpenSearch, and the Kafka brokers that it buffers in. */
  get shipperTargets(): number[] {
    const { buffer } = this.config.shipper;
    const brokers = buffer.type === 'kafka' ? (buffer.kafka?.bootstrapServers ?? []) : [];
    const ports = [portOf(this.openSearch.url), ...brokers.map((broker) => Number(broker.split(':').pop()))];
    return [...new Set(ports)];
  }

  /** Folder on the node that survives pods. Named after the prefix, since two agents in one folder spoil each other. */
  stateFolder(part: string): string {
    return `/var/lib/opni-logging/${this.config.prefix}/${part}`;
  }

  /** Placement of workloads that are not on every node. */
  get workload(): WorkloadProps {
    const { scheduling, images } = this.config;
    return {
      imagePullSecrets: images.pullSecrets,
      nodeSelector: scheduling.nodeSelector,
      tolerations: scheduling.tolerations,
      priorityClassName: scheduling.priorityClassName,
    };
  }

  /** Placement of the collectors, which are on every node. */
  get collector(): WorkloadProps & { readonly seLinuxType?: string } {
    const { scheduling, security } = this.config;
    return {
      ...this.workload,
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
