import type * as crd from '../../imports/logging.banzaicloud.io.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import type { ImageParts } from './images.js';
import { operatorImage, operatorPlacement } from './operator-terms.js';
import { resourcesOr, type WorkloadProps } from './pod.js';

/** Options of the aggregator, Fluentd. */
export interface AggregatorProps extends WorkloadProps {
  readonly image?: ImageParts;
  readonly configReloaderImage?: ImageParts;
  readonly drainWatchImage?: ImageParts;
  readonly drainPauseImage?: ImageParts;
  /** Number of pods. @default 1 */
  readonly replicas?: number;
  /** Size of each pod's disk buffer, as a Kubernetes quantity. @default '20Gi' */
  readonly storageSize?: string;
  /** Storage class. @default the cluster's default */
  readonly storageClass?: string;
  /** Whether the volume of a pod that scaling down removed is emptied. @default true */
  readonly drain?: boolean;
}

/** Size of the disk buffer when none is given. */
export const DEFAULT_STORAGE = '20Gi';

/** One node should not take several disks of the aggregator along. */
const SPREAD = {
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'fluentd' } },
};

/** Port of the aggregator's Service, which the operator does not let anyone change. */
export const AGGREGATOR_PORT = 24240;
/** Port of the aggregator's metrics. */
export const AGGREGATOR_METRICS_PORT = 24231;

/** The aggregator in the words of the operator. */
export function aggregatorSpec(props: AggregatorProps): crd.LoggingSpecFluentd {
  const replicas = props.replicas ?? 1;
  const pullSecrets = props.imagePullSecrets;
  return {
    image: operatorImage(props.image, pullSecrets),
    configReloaderImage: operatorImage(props.configReloaderImage, pullSecrets),
    resources: resourcesOr(DEFAULT_RESOURCES['aggregator.resources'], props.resources),
    scaling: {
      replicas,
      podManagementPolicy: 'Parallel',
      drain: {
        enabled: props.drain ?? true,
        image: operatorImage(props.drainWatchImage, pullSecrets),
        pauseImage: operatorImage(props.drainPauseImage, pullSecrets),
      },
    },
    bufferStorageVolume: {
      pvc: {
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: props.storageClass,
          resources: { requests: { storage: props.storageSize ?? DEFAULT_STORAGE } },
        },
      },
    },
    // Not null, which throws Fluentd's own log away. The operator keeps its pods out of collection.
    fluentLogDestination: 'stdout',
    livenessDefaultCheck: true,
    readinessDefaultCheck: {
      bufferFreeSpace: true,
      bufferFreeSpaceThreshold: 90,
      initialDelaySeconds: 5,
      periodSeconds: 30,
      timeoutSeconds: 3,
      failureThreshold: 1,
    },
    metrics: { port: AGGREGATOR_METRICS_PORT, prometheusAnnotations: false, serviceMonitor: false },
    security: {
      podSecurityContext: {
        runAsNonRoot: true,
        runAsUser: 100,
        runAsGroup: 101,
        fsGroup: 101,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      // The root stays writable: Fluentd keeps sockets, its own log and refused chunks outside of its volume.
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
    pdb: replicas > 1 ? { maxUnavailable: 1 } : undefined,
    topologySpreadConstraints: replicas > 1 ? [SPREAD] : undefined,
    ...operatorPlacement(props),
  };
}
