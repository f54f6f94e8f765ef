import { Construct } from 'constructs';
import { formatProblem } from '../common/error.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import { parseBytes } from '../config/quantity.js';
import type { ShipperAutoscalingConfig } from '../config/types.js';
import { buildPipelines, PIPELINE_DEFAULTS } from '../data-prepper/pipelines.js';
import { type ChunkLimits, checkBufferFits, chunkLimits } from '../data-prepper/sizing.js';
import { validatePipelines } from '../data-prepper/validate-pipelines.js';
import { type DataPrepperConfigProps, dataPrepperConfig } from './data-prepper-config.js';
import { podSpec, reloadAnnotations } from './data-prepper-pod.js';
import { KubeObject } from './kube-object.js';
import { KEEP_DOLLARS, labelsFor, type PodSelector, selectorFor } from './labels.js';
import { configHash, resourcesOr, type WorkloadProps } from './pod.js';

/** Options of {@link DataPrepper}. */
export interface DataPrepperProps extends DataPrepperConfigProps, WorkloadProps {
  /** Name of the Deployment, Service and what belongs to them. */
  readonly name: string;
  readonly namespace: string;
  /** Data Prepper image, as repository:tag. From 2.16.0. */
  readonly image: string;
  /** DNS domain of the cluster. @default 'cluster.local' */
  readonly clusterDomain?: string;
  /** Number of pods. Of no effect with autoscaling. @default 2 */
  readonly replicas?: number;
  /** Let the number of pods follow the CPU load. @default a fixed number */
  readonly autoscaling?: ShipperAutoscalingConfig;
}

/**
 * A Kafka buffer splits requests above one MiB, and is silent about what it then fails to write (read in its source).
 * JSON is seldom twice its MessagePack. A smaller chunk would hold no long record, and what no chunk holds is lost.
 */
const KAFKA_CHUNK_BYTES = 480 * 1024;

/**
 * Data Prepper: takes records on one HTTP port and writes them to OpenSearch.
 *
 * The password never stands in an object: an init container puts it into the pipelines, in a volume in memory. A pod
 * stops by asking Data Prepper to drain, because it has no shutdown hook of its own.
 */
export class DataPrepper extends Construct {
  readonly name: string;
  readonly deployment: KubeObject;
  readonly podSelector: PodSelector;
  /** URL that senders post JSON arrays to. */
  readonly ingestUrl: string;
  /** Limits with which a sender's chunk is never refused for its size. */
  readonly chunkLimits: ChunkLimits;

  /**
   * A Data Prepper that exists already.
   *
   * @param ingestUrl URL that it takes JSON arrays at
   * @param maxRequestBytes largest request that it takes. @default 10 MiB, as Data Prepper has it
   */
  static fromIngestUrl(
    ingestUrl: string,
    maxRequestBytes = 10 * 1024 ** 2,
  ): Pick<DataPrepper, 'ingestUrl' | 'chunkLimits'> {
    return { ingestUrl, chunkLimits: chunkLimits(maxRequestBytes, PIPELINE_DEFAULTS.bufferRecords) };
  }

  constructor(scope: Construct, id: string, props: DataPrepperProps) {
    super(scope, id);
    const { name, namespace } = props;
    this.name = name;
    const names = { name: 'data-prepper', instance: name, component: 'shipper' };
    const labels = labelsFor(names);
    const metadata = { name, namespace, labels };
    const selector = selectorFor(names);
    this.podSelector = selector;
    const resources = resourcesOr(DEFAULT_RESOURCES['shipper.resources'], props.resources);
    const config = dataPrepperConfig(props, resources);
    const scheme = props.intake?.tls ? 'https' : 'http';
    const host = `${name}.${namespace}.svc.${props.clusterDomain ?? 'cluster.local'}`;
    this.ingestUrl = `${scheme}://${host}:${PIPELINE_DEFAULTS.port}${PIPELINE_DEFAULTS.path}`;
    const buffered =
      props.buffer?.type === 'kafka' ? undefined : (props.buffer?.records ?? PIPELINE_DEFAULTS.bufferRecords);
    const largest = parseBytes(props.intake?.maxRequestBytes ?? '20Mi');
    this.chunkLimits =
      buffered === undefined
        ? { bytes: Math.min(chunkLimits(largest).bytes, KAFKA_CHUNK_BYTES) }
        : chunkLimits(largest, buffered);

    new KubeObject(this, 'ServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      automountServiceAccountToken: false,
    });
    new KubeObject(this, 'Config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, annotations: KEEP_DOLLARS },
      data: config.files,
    });
    new KubeObject(this, 'Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector, ports: [{ name: 'intake', port: PIPELINE_DEFAULTS.port, targetPort: 'intake' }] },
    });
    this.deployment = new KubeObject(this, 'Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        ...metadata,
        annotations: reloadAnnotations(config, props),
      },
      spec: {
        ...(props.autoscaling ? {} : { replicas: props.replicas ?? 2 }),
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels, annotations: configHash(...Object.values(config.files)) },
          spec: podSpec(props, config, resources, selector),
        },
      },
    });
    if (props.autoscaling) this.scale(props.autoscaling, metadata, config.times.graceSeconds);
    if (props.autoscaling || (props.replicas ?? 2) > 1) {
      new KubeObject(this, 'DisruptionBudget', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata,
        spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
      });
    }
    this.node.addValidation({
      validate: () => [
        ...((props.buffer?.type === 'kafka') === (props.buffer?.kafka !== undefined)
          ? []
          : ["buffer: give type 'kafka' and kafka together, or neither"]),
        ...validatePipelines(buildPipelines(config.options)).map(formatProblem),
        ...(buffered === undefined
          ? []
          : checkBufferFits({
              memoryLimitBytes: parseBytes(resources.limits['memory']!),
              heapPercent: props.heapPercent,
              records: buffered,
            }).map(formatProblem)),
      ],
    });
  }

  private scale(
    autoscaling: ShipperAutoscalingConfig,
    metadata: { readonly name: string; readonly namespace: string },
    graceSeconds: number,
  ) {
    new KubeObject(this, 'Autoscaler', {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name },
        minReplicas: autoscaling.minReplicas,
        maxReplicas: autoscaling.maxReplicas,
        metrics: [
          {
            type: 'Resource',
            resource: {
              name: 'cpu',
              target: { type: 'Utilization', averageUtilization: autoscaling.targetCpuPercent },
            },
          },
        ],
        // Every pod that goes has to drain first, so pods go slowly.
        behavior: {
          scaleDown: {
            stabilizationWindowSeconds: 600,
            policies: [{ type: 'Pods', value: 1, periodSeconds: Math.max(120, graceSeconds) }],
          },
        },
      },
    });
  }
}
