import type * as crd from '../../imports/logging.banzaicloud.io.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import { BACKLOG } from './host-logs-config.js';
import type { ImageParts } from './images.js';
import { listOrNothing, operatorImage, operatorPlacement } from './operator-terms.js';
import { EVERY_NODE, hostReader, resourcesOr, type WorkloadProps } from './pod.js';

/** Options of the collector of container logs, Fluent Bit. */
export interface PodLogsProps extends WorkloadProps {
  readonly image?: ImageParts;
  /** Only these namespaces. @default all */
  readonly includeNamespaces?: readonly string[];
  /** Not these namespaces. @default none */
  readonly excludeNamespaces?: readonly string[];
  /** Parse JSON lines into the field `parsed`. @default false */
  readonly parseJson?: boolean;
  /** Folder that the links in /var/log/containers lead to. @default '/var/lib/docker/containers' */
  readonly containerLogDir?: string;
  /** Longest line that is read, in Fluent Bit's notation; a longer one is skipped. @default '1M' */
  readonly maxLine?: string;
  /** Folder on the node for positions and buffers. */
  readonly stateFolder: string;
  /** SELinux type of the process. @default the runtime's own */
  readonly seLinuxType?: string;
}

/** The collector of container logs in the words of the operator. */
export function podLogsSpec(props: PodLogsProps): crd.FluentbitAgentSpec {
  const containerLogDir = props.containerLogDir ?? '/var/lib/docker/containers';
  return {
    image: operatorImage(props.image, props.imagePullSecrets),
    mountPath: containerLogDir,
    extraVolumeMounts:
      containerLogDir === '/var/lib/docker/containers'
        ? undefined
        : // readOnly must be given: without it the operator crashes.
          [{ source: containerLogDir, destination: containerLogDir, readOnly: true }],
    inputTail: inputTail(props),
    filterKubernetes: {
      mergeLog: props.parseJson ? 'On' : 'Off',
      mergeLogKey: props.parseJson ? 'parsed' : undefined,
      keepLog: 'On',
      annotations: 'Off',
      labels: 'On',
    },
    forwardOptions: { requireAckResponse: true, retryLimit: 'False', storageTotalLimitSize: BACKLOG },
    bufferStorage: {
      storagePath: '/buffers',
      // A chunk is about 2 MB: half of the memory limit.
      storageMaxChunksUp: 64,
      storageBacklogMemLimit: '16M',
    },
    positiondb: { hostPath: { path: `${props.stateFolder}/positions`, type: 'DirectoryOrCreate' } },
    bufferStorageVolume: { hostPath: { path: `${props.stateFolder}/buffers`, type: 'DirectoryOrCreate' } },
    livenessDefaultCheck: true,
    healthCheck: { hcErrorsCount: 5, hcRetryFailureCount: 5, hcPeriod: 60 },
    metrics: { port: 2020, path: '/api/v1/metrics/prometheus' },
    resources: resourcesOr(DEFAULT_RESOURCES['collection.pods.resources'], props.resources),
    security: { securityContext: hostReader(props.seLinuxType) },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    ...operatorPlacement({ ...props, tolerations: props.tolerations ?? EVERY_NODE }),
  };
}

/**
 * Positions on the node together with buffers on the node: either alone loses records at a crash. Namespaces are chosen
 * by file name, `<pod>_<namespace>_<container>-<id>.log`, so that what is not wanted is not read at all.
 */
function inputTail(props: PodLogsProps): crd.FluentbitAgentSpecInputTail {
  const pattern = (namespace: string) => `/var/log/containers/*_${namespace}_*.log`;
  return {
    path: props.includeNamespaces?.length
      ? props.includeNamespaces.map(pattern).join(',')
      : '/var/log/containers/*.log',
    excludePath: listOrNothing(props.excludeNamespaces?.map(pattern))?.join(','),
    multilineParser: ['docker', 'cri'],
    readFromHead: true,
    refreshInterval: '10',
    rotateWait: '30',
    bufferMaxSize: props.maxLine ?? '1M',
    skipLongLines: 'On',
    storageType: 'filesystem',
    // A paused tail lets go of files that were rotated, read or not. What waits goes to disk instead.
    storagePauseOnChunksOverlimit: 'off',
  };
}
