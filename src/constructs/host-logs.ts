import { Construct } from 'constructs';
import type { PodSpec, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import { shortHash } from '../common/hash.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import type { FileSource, JournalSource } from '../distributions/distribution.js';
import { AGGREGATOR_PORT } from './aggregator.js';
import { CONFIG_FOLDER, HTTP_PORT, hostLogsConfig, STATE_FOLDER } from './host-logs-config.js';
import { KubeObject } from './kube-object.js';
import { KEEP_DOLLARS, labelsFor, type PodSelector, selectorFor } from './labels.js';
import {
  configHash,
  EVERY_NODE,
  hostReader,
  NODE_NAME_ENV,
  placement,
  resourcesOr,
  type WorkloadProps,
} from './pod.js';

/** Options of {@link HostLogs}. */
export interface HostLogsProps extends WorkloadProps {
  /** Name of the DaemonSet and what belongs to it. */
  readonly name: string;
  readonly namespace: string;
  /** Fluent Bit image, as repository:tag. */
  readonly image: string;
  /** Units to read from the journal. */
  readonly journal: readonly JournalSource[];
  /** Files to read. */
  readonly files: readonly FileSource[];
  /** Folders of the node that hold the files, or their parents; mounted whole and read-only. */
  readonly folders: readonly string[];
  /** Host of the aggregator. */
  readonly forwardHost: string;
  /** Port of the aggregator. @default 24240 */
  readonly forwardPort?: number;
  /** Longest line that is read, in Fluent Bit's notation; a longer one is skipped. @default '1M' */
  readonly maxLine?: string;
  /** Folder on the node for positions and buffers. */
  readonly stateFolder: string;
  /** SELinux type of the process. @default the runtime's own */
  readonly seLinuxType?: string;
}

/**
 * Collects the logs of the node and of the control plane outside of pods: one DaemonSet of Fluent Bit, with positions
 * and buffers on the node, so that restarts neither lose nor repeat.
 *
 * Fluent Bit runs as root and may read every file, because the files belong to root and others, with a read-only root
 * and read-only mounts; only its own state folder can be written.
 */
export class HostLogs extends Construct {
  readonly daemonSet: KubeObject;
  readonly podSelector: PodSelector;

  constructor(scope: Construct, id: string, props: HostLogsProps) {
    super(scope, id);
    const { name, namespace } = props;
    const names = { name: 'fluent-bit', instance: name, component: 'host-logs' };
    const labels = labelsFor(names);
    this.podSelector = selectorFor(names);
    const config = hostLogsConfig({ ...props, forwardPort: props.forwardPort ?? AGGREGATOR_PORT });

    new KubeObject(this, 'ServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, labels },
      automountServiceAccountToken: false,
    });
    new KubeObject(this, 'Config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels, annotations: KEEP_DOLLARS },
      data: { 'fluent-bit.conf': config.main, 'parsers.conf': config.parsers },
    });
    this.daemonSet = new KubeObject(this, 'DaemonSet', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: this.podSelector },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
        template: {
          metadata: { labels, annotations: configHash(config.main, config.parsers) },
          spec: this.podSpec(props),
        },
      },
    });
    this.node.addValidation({
      validate: () => [
        ...(props.journal.length + props.files.length > 0
          ? []
          : ['host logs have no source: give journal units or files, or leave the construct out']),
        ...repeatedIds([...props.journal, ...props.files]).map(
          (repeated) =>
            `host logs have two sources with the id ${repeated}: they would share one position file`,
        ),
      ],
    });
  }

  private podSpec(props: HostLogsProps): PodSpec {
    const mounts = [...hostMounts(props), { name: 'state', mountPath: STATE_FOLDER }];
    return {
      ...placement({ ...props, tolerations: props.tolerations ?? EVERY_NODE }),
      serviceAccountName: props.name,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 15,
      containers: [
        {
          name: 'fluent-bit',
          image: props.image,
          command: ['/fluent-bit/bin/fluent-bit', '-c', `${CONFIG_FOLDER}/fluent-bit.conf`],
          env: NODE_NAME_ENV,
          ports: [{ name: 'http', containerPort: HTTP_PORT }],
          // Alive as long as it answers: an aggregator that is away is no reason to restart.
          livenessProbe: {
            httpGet: { path: '/', port: 'http' },
            initialDelaySeconds: 15,
            periodSeconds: 20,
            failureThreshold: 6,
          },
          readinessProbe: { httpGet: { path: '/api/v1/health', port: 'http' }, periodSeconds: 15 },
          resources: resourcesOr(DEFAULT_RESOURCES['collection.hostLogs.resources'], props.resources),
          securityContext: hostReader(props.seLinuxType),
          volumeMounts: [{ name: 'config', mountPath: CONFIG_FOLDER, readOnly: true }, ...mounts],
        },
      ],
      volumes: [
        { name: 'config', configMap: { name: props.name } },
        ...hostVolumes(props),
        { name: 'state', hostPath: { path: props.stateFolder, type: 'DirectoryOrCreate' } },
      ],
    };
  }
}

const repeatedIds = (sources: readonly { readonly id: string }[]) =>
  sources.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) !== index);

/** Distinct for every folder, and at most 63 characters. */
const volumeName = (folder: string) => {
  const words = folder.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = ['host', ...words].join('-');
  return name.length <= 50 && /^(\/[a-z0-9]+(-[a-z0-9]+)*)+$/.test(folder) && !folder.includes('-')
    ? name
    : `host-${shortHash(folder)}`;
};

// The journal cannot be read without the machine's id. It never changes, so mounting the single file is safe.
const MACHINE_ID = '/etc/machine-id';

function hostMounts(props: HostLogsProps): VolumeMount[] {
  const paths = props.journal.length > 0 ? [...props.folders, MACHINE_ID] : props.folders;
  return paths.map((path) => ({ name: volumeName(path), mountPath: path, readOnly: true }));
}

function hostVolumes(props: HostLogsProps): Volume[] {
  const folders = props.folders.map((path) => ({ name: volumeName(path), hostPath: { path } }));
  return props.journal.length > 0
    ? [...folders, { name: volumeName(MACHINE_ID), hostPath: { path: MACHINE_ID, type: 'File' } }]
    : folders;
}
