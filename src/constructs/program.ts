import { Construct } from 'constructs';
import type { Container, PodSpec, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import type { ResourcesConfig } from '../config/types.js';
import { Access } from './access.js';
import { KubeObject } from './kube-object.js';
import { KEEP_DOLLARS, labelsFor, type PodSelector, selectorFor } from './labels.js';
import { configHash, placement, RESTRICTED, resourcesOr, type WorkloadProps } from './pod.js';

/** Folder in the container that holds the program's configuration files. */
export const PROGRAM_CONFIG_FOLDER = '/etc/opni-logging';
/** Port of the program's own HTTP server: `/healthz`, `/readyz` and `/metrics`. */
export const PROGRAM_PORT = 8080;
/** Time for a program to finish its work after it was told to stop, in seconds. */
export const PROGRAM_DRAIN_SECONDS = 25;

const PROGRAM_NAME = 'opni-logging';
/** Between the end of the drain and the kill, in seconds. */
const KILL_MARGIN_SECONDS = 5;
/** User and group of the image; neither has a name or a home. */
const PROGRAM_ID = 65532;

/** Options of {@link Program}. */
export interface ProgramProps extends WorkloadProps {
  /** Name of the Deployment and of all that belongs to it. */
  readonly name: string;
  readonly namespace: string;
  /** Its part in the stack, such as `events`; also the container's name. */
  readonly component: string;
  /** Image of this project, as repository:tag; its entry point is `opni-logging`. */
  readonly image: string;
  /** Arguments of `opni-logging`. */
  readonly args: readonly string[];
  /** Configuration files: name and text. */
  readonly files: Readonly<Record<string, string>>;
  /** Pods; with 2, one is active and one stands by. */
  readonly replicas: 1 | 2;
  /** Whether the old pod must be gone before a new one starts, because both need one volume. @default false */
  readonly exclusive?: boolean;
  /** Requests and limits where none are given. */
  readonly defaultResources: ResourcesConfig;
  readonly clusterRules: readonly PolicyRule[];
  readonly namespaceRules: readonly PolicyRule[];
  /** Volumes besides the configuration. */
  readonly volumes: readonly Volume[];
  /** Mounts besides the configuration. */
  readonly mounts: readonly VolumeMount[];
}

/**
 * A program of this project as a Deployment: account and rights, configuration, probes, metrics, and what a standby
 * needs. It runs without root and without any privilege.
 *
 * A pod that stands by counts as ready. Otherwise an update would wait for a new pod that waits for the old one's
 * Lease.
 */
export class Program extends Construct {
  readonly deployment: KubeObject;
  readonly podSelector: PodSelector;

  constructor(scope: Construct, id: string, props: ProgramProps) {
    super(scope, id);
    const { name, namespace, files } = props;
    const labels = programLabels(name, props.component);
    const metadata = { name, namespace, labels };
    const selector = selectorFor({ name: PROGRAM_NAME, instance: name });
    this.podSelector = selector;

    const { clusterRules, namespaceRules } = props;
    new Access(this, 'Access', { ...metadata, clusterRules, namespaceRules });
    new KubeObject(this, 'Config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, annotations: KEEP_DOLLARS },
      data: files,
    });
    this.deployment = new KubeObject(this, 'Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: props.replicas,
        selector: { matchLabels: selector },
        strategy: props.exclusive
          ? { type: 'Recreate' }
          : { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels, annotations: configHash(...Object.entries(files).flat()) },
          spec: podSpec(props, selector),
        },
      },
    });
    // Addresses of pods that are not ready as well: that is when somebody looks at the metrics.
    new KubeObject(this, 'Metrics', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        selector,
        ports: [{ name: 'metrics', port: PROGRAM_PORT, targetPort: 'http' }],
      },
    });
    if (props.replicas > 1) {
      new KubeObject(this, 'DisruptionBudget', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata,
        spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
      });
    }
  }
}

/** Labels of a program's objects. */
export const programLabels = (name: string, component: string): Record<string, string> =>
  labelsFor({ name: PROGRAM_NAME, instance: name, component });

function podSpec(props: ProgramProps, selector: PodSelector): PodSpec {
  return {
    ...placement(props),
    ...(props.replicas > 1 ? { topologySpreadConstraints: [oneNodeEach(selector)] } : {}),
    serviceAccountName: props.name,
    automountServiceAccountToken: true,
    terminationGracePeriodSeconds: PROGRAM_DRAIN_SECONDS + KILL_MARGIN_SECONDS,
    securityContext: {
      runAsUser: PROGRAM_ID,
      runAsGroup: PROGRAM_ID,
      fsGroup: PROGRAM_ID,
      fsGroupChangePolicy: 'OnRootMismatch',
    },
    containers: [container(props)],
    volumes: [{ name: 'config', configMap: { name: props.name } }, ...props.volumes],
  };
}

function container(props: ProgramProps): Container {
  return {
    name: props.component,
    image: props.image,
    args: [...props.args],
    ports: [{ name: 'http', containerPort: PROGRAM_PORT }],
    // Alive as long as its loop turns: a server that is away is no reason to restart.
    livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 15, failureThreshold: 4 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 5 },
    resources: resourcesOr(props.defaultResources, props.resources),
    securityContext: RESTRICTED,
    volumeMounts: [{ name: 'config', mountPath: PROGRAM_CONFIG_FOLDER, readOnly: true }, ...props.mounts],
  };
}

/** Two nodes where there are two, and both pods on one node rather than none. */
const oneNodeEach = (matchLabels: PodSelector) => ({
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels },
});

/** Keys of a Secret as files in the container. */
export interface SecretFiles {
  readonly volume: Volume;
  readonly mount: VolumeMount;
  /** Path of a key's file. */
  path(key: string): string;
}

/**
 * Mounts single keys of a Secret as files: they follow the Secret when it changes, and never show in the environment.
 *
 * @param name name of the volume, and of the folder
 * @param optional whether the pod starts without the Secret. @default false
 */
export function secretFiles(
  name: string,
  secret: string,
  keys: readonly string[],
  optional = false,
): SecretFiles {
  const folder = `/var/run/secrets/opni-logging/${name}`;
  const items = keys.map((key) => ({ key, path: key }));
  return {
    volume: {
      name,
      secret: { secretName: secret, items, defaultMode: 0o440, ...(optional ? { optional } : {}) },
    },
    mount: { name, mountPath: folder, readOnly: true },
    path: (key) => `${folder}/${key}`,
  };
}
