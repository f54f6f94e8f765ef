import type { PodSpec, Probe, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import type { ResourcesConfig } from '../config/types.js';
import { INIT_FOLDERS } from '../data-prepper/init-script.js';
import { API_PORT } from '../data-prepper/intake-rules.js';
import { PIPELINE_DEFAULTS } from '../data-prepper/pipelines.js';
import { PIPELINES_FILE_NAME } from '../data-prepper/render-template.js';
import { javaOptions, SERVER_CONFIG_FOLDER, SERVER_FILES } from '../data-prepper/server-config.js';
import {
  type DataPrepperConfig,
  type DataPrepperConfigProps,
  FOLDERS,
  SCRIPTS,
} from './data-prepper-config.js';
import { placement, RESTRICTED, type WorkloadProps } from './pod.js';

/** What the pod needs to know besides its files. */
export interface DataPrepperPodProps extends DataPrepperConfigProps, WorkloadProps {
  readonly name: string;
  /** Data Prepper image, as repository:tag. */
  readonly image: string;
}

/** The image's user. */
const USER = 1000;

/** The pod of Data Prepper: an init container that puts the secrets in, and Data Prepper itself. */
export function podSpec(
  props: DataPrepperPodProps,
  config: DataPrepperConfig,
  resources: ResourcesConfig,
  selector: Record<string, string>,
): PodSpec {
  const securityContext = { ...RESTRICTED, runAsUser: USER, runAsGroup: USER };
  const scripts: VolumeMount = { name: 'scripts', mountPath: FOLDERS.scripts, readOnly: true };
  const pipelines: VolumeMount = { name: 'pipelines', mountPath: INIT_FOLDERS.output };
  const health = probe(props);
  return {
    ...placement(props),
    serviceAccountName: props.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: config.times.graceSeconds,
    securityContext: { fsGroup: USER, fsGroupChangePolicy: 'OnRootMismatch' },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selector },
      },
    ],
    initContainers: [
      {
        name: 'render-pipelines',
        image: props.image,
        command: ['bash', `${FOLDERS.scripts}/${SCRIPTS.init}`],
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
        securityContext,
        volumeMounts: [
          scripts,
          pipelines,
          { name: 'templates', mountPath: INIT_FOLDERS.templates, readOnly: true },
          { name: 'secrets', mountPath: INIT_FOLDERS.secrets, readOnly: true },
        ],
      },
    ],
    containers: [
      {
        name: 'data-prepper',
        image: props.image,
        env: [{ name: 'JAVA_OPTS', value: javaOptions(config.heap) }],
        ports: [
          { name: 'intake', containerPort: PIPELINE_DEFAULTS.port },
          { name: 'api', containerPort: API_PORT },
        ],
        // The intake opens once OpenSearch has answered. Ten minutes, then a new start: a failed start may hang for ever.
        startupProbe: { ...health, periodSeconds: 10, failureThreshold: 60 },
        readinessProbe: { ...health, periodSeconds: 10 },
        // The intake, not the API: after some failures the process stays, and only the intake is gone.
        livenessProbe: { ...health, periodSeconds: 20, failureThreshold: 6 },
        lifecycle: { preStop: { exec: { command: ['bash', `${FOLDERS.scripts}/${SCRIPTS.stop}`] } } },
        resources: resources as PodSpec['containers'][number]['resources'],
        securityContext,
        volumeMounts: [
          scripts,
          { ...pipelines, readOnly: true },
          { name: 'config', mountPath: SERVER_CONFIG_FOLDER, readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
          ...(props.opensearch.ca ? [{ name: 'ca', mountPath: FOLDERS.ca, readOnly: true }] : []),
          ...(props.intake?.tls ? [{ name: 'tls', mountPath: FOLDERS.tls, readOnly: true }] : []),
        ],
      },
    ],
    volumes: volumes(props, config),
  };
}

const probe = (props: DataPrepperPodProps): Probe => ({
  httpGet: { path: '/health', port: 'intake', ...(props.intake?.tls ? { scheme: 'HTTPS' } : {}) },
  timeoutSeconds: 5,
});

function volumes(props: DataPrepperPodProps, config: DataPrepperConfig): Volume[] {
  const files = (name: string, keys: readonly string[]): Volume => ({
    name,
    configMap: { name: props.name, items: keys.map((key) => ({ key, path: key })) },
  });
  return [
    files('scripts', Object.values(SCRIPTS)),
    files('templates', [PIPELINES_FILE_NAME]),
    files('config', Object.values(SERVER_FILES)),
    {
      name: 'secrets',
      projected: {
        defaultMode: 0o440,
        sources: config.secrets.map(({ secretName, items }) => ({
          secret: { name: secretName, items: items.map((item) => ({ ...item })) },
        })),
      },
    },
    { name: 'pipelines', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
    ...(props.opensearch.ca ? [caVolume(props.opensearch.ca)] : []),
    ...(props.intake?.tls
      ? [{ name: 'tls', secret: { secretName: props.intake.tls.secretName, defaultMode: 0o440 } }]
      : []),
  ];
}

function caVolume(ca: NonNullable<DataPrepperPodProps['opensearch']['ca']>): Volume {
  const items = [{ key: ca.key, path: 'ca.crt' }];
  return ca.kind === 'Secret'
    ? { name: 'ca', secret: { secretName: ca.name, items, defaultMode: 0o440 } }
    : { name: 'ca', configMap: { name: ca.name, items } };
}

/**
 * A pod reads its Secrets and the certificate authority once, when it starts. Where Reloader runs, these annotations
 * make it restart the pods for a new password or certificate.
 */
export function reloadAnnotations(
  config: DataPrepperConfig,
  props: DataPrepperPodProps,
): Record<string, string> {
  const { ca } = props.opensearch;
  const secrets = [
    ...config.secrets.map(({ secretName }) => secretName),
    ...(props.intake?.tls ? [props.intake.tls.secretName] : []),
    ...(ca?.kind === 'Secret' ? [ca.name] : []),
  ];
  return {
    'secret.reloader.stakater.com/reload': [...new Set(secrets)].sort().join(','),
    ...(ca?.kind === 'ConfigMap' ? { 'configmap.reloader.stakater.com/reload': ca.name } : {}),
  };
}
