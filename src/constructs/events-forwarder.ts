import { Construct } from 'constructs';
import type { Volume } from 'kubernetes-types/core/v1.js';
import { yamlText } from '../common/yaml.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import { parseBytes } from '../config/quantity.js';
import type { CollectionEventsSpoolConfig } from '../config/types.js';
import { leaseRule, readRule } from './access.js';
import {
  EVENTS_FORWARDER_DEFAULTS,
  type EventsFolderFile,
  type EventsForwarderFile,
} from './events-forwarder-config.js';
import { KubeObject } from './kube-object.js';
import type { PodSelector } from './labels.js';
import type { WorkloadProps } from './pod.js';
import {
  PROGRAM_CONFIG_FOLDER,
  PROGRAM_DRAIN_SECONDS,
  PROGRAM_PORT,
  Program,
  programLabels,
  type SecretFiles,
  secretFiles,
} from './program.js';

/** Options of {@link EventsForwarder}. */
export interface EventsForwarderProps extends WorkloadProps {
  /** Name of the Deployment, and of all that belongs to it. */
  readonly name: string;
  readonly namespace: string;
  /** Image of this project, as repository:tag. */
  readonly image: string;
  /** Value of `cluster_id` in every document. */
  readonly clusterId: string;
  /** Name of the cluster, in every line of the log. @default none */
  readonly clusterName?: string;
  /** Intake of the shipper, as in `http://opni-shipper.opni.svc.cluster.local:2021/log/ingest`. */
  readonly shipperUrl: string;
  /** Only events of these namespaces; all when empty. @default [] */
  readonly includeNamespaces?: readonly string[];
  /** Not events of these namespaces. @default [] */
  readonly excludeNamespaces?: readonly string[];
  /** Only events of these types; all when empty. @default [] */
  readonly types?: readonly ('Normal' | 'Warning')[];
  /** Not events of these reasons. @default [] */
  readonly excludeReasons?: readonly string[];
  /** Pods, 1 or 2; with 2, one stands by. @default 1 */
  readonly replicas?: number;
  /** Disk for events that the shipper cannot take for a time. @default none: the API server's own hour is the buffer */
  readonly spool?: CollectionEventsSpoolConfig;
  /** Largest request that the shipper takes, in bytes. @default the forwarder's own limit is below it */
  readonly intakeMaxBytes?: number;
  /** Existing Secret whose `ca.crt` signed the intake's certificate. @default public authorities */
  readonly intakeCaSecret?: string;
  /** Existing Secret with `username` and `password` of the intake. @default no login */
  readonly intakeAuthSecret?: string;
}

const COMPONENT = 'events';
const CA_KEY = 'ca.crt';
const DATA_FOLDER = '/var/lib/opni-logging';
const DEAD_LETTER_BYTES = 16 * 1024 ** 2;
/** How much of the volume the spool may take. The rest is for dead letters and for the file system itself. */
const SPOOL_SHARE = 0.8;

/**
 * Ships the cluster's events to the shipper: the program `opni-logging events` with the rights to read events and to
 * keep one Lease, and no others.
 */
export class EventsForwarder extends Construct {
  readonly deployment: KubeObject;
  readonly podSelector: PodSelector;

  constructor(scope: Construct, id: string, props: EventsForwarderProps) {
    super(scope, id);
    const { name, namespace, spool } = props;
    const ca = optionalFiles('intake-ca', props.intakeCaSecret, [CA_KEY]);
    const auth = optionalFiles('intake-auth', props.intakeAuthSecret, ['username', 'password']);
    const secrets = [ca, auth].filter((files) => files !== undefined);
    const file = eventsFile(props, ca, auth);

    if (spool) {
      new KubeObject(this, 'Spool', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, namespace, labels: programLabels(name, COMPONENT) },
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(spool.storageClass === undefined ? {} : { storageClassName: spool.storageClass }),
          resources: { requests: { storage: spool.size } },
        },
      });
    }
    const program = new Program(this, 'Program', {
      ...props,
      component: COMPONENT,
      args: ['events', '--config', `${PROGRAM_CONFIG_FOLDER}/events.yaml`],
      files: { 'events.yaml': yamlText(file) },
      replicas: props.replicas === 2 ? 2 : 1,
      exclusive: spool !== undefined,
      defaultResources: DEFAULT_RESOURCES['collection.events.resources'],
      clusterRules: [readRule('', ['events']), readRule('events.k8s.io', ['events'])],
      namespaceRules: [leaseRule([name])],
      volumes: [dataVolume(props), ...secrets.map(({ volume }) => volume)],
      mounts: [{ name: 'data', mountPath: DATA_FOLDER }, ...secrets.map(({ mount }) => mount)],
    });
    this.deployment = program.deployment;
    this.podSelector = program.podSelector;
    this.node.addValidation({ validate: () => problemsOf(props) });
  }
}

const optionalFiles = (volume: string, secret: string | undefined, keys: readonly string[]) =>
  secret === undefined ? undefined : secretFiles(volume, secret, keys);

/** What `events.yaml` says: every value in full, so that the file alone tells what runs. */
function eventsFile(props: EventsForwarderProps, ca?: SecretFiles, auth?: SecretFiles): EventsForwarderFile {
  const { source } = EVENTS_FORWARDER_DEFAULTS;
  return {
    cluster: { id: props.clusterId, ...(props.clusterName ? { name: props.clusterName } : {}) },
    source: {
      ...source,
      namespaces: { include: props.includeNamespaces ?? [], exclude: props.excludeNamespaces ?? [] },
      types: { ...source.types, include: props.types ?? [] },
      reasons: { ...source.reasons, exclude: props.excludeReasons ?? [] },
    },
    shipper: {
      url: props.shipperUrl,
      ...(ca ? { caFile: ca.path(CA_KEY) } : {}),
      ...(auth
        ? { basicAuth: { usernameFile: auth.path('username'), passwordFile: auth.path('password') } }
        : {}),
      ...EVENTS_FORWARDER_DEFAULTS.shipper,
      maxBatchBytes: Math.min(
        EVENTS_FORWARDER_DEFAULTS.shipper.maxBatchBytes,
        props.intakeMaxBytes ?? Number.POSITIVE_INFINITY,
      ),
    },
    queue: EVENTS_FORWARDER_DEFAULTS.queue,
    ...(props.spool ? { spool: spoolFolder(props.spool) } : {}),
    deadLetters: { folder: `${DATA_FOLDER}/dead-letters`, maxBytes: DEAD_LETTER_BYTES },
    standby: { ...EVENTS_FORWARDER_DEFAULTS.standby, leaseName: props.name },
    server: { port: PROGRAM_PORT },
    drainSeconds: PROGRAM_DRAIN_SECONDS,
    logLevel: EVENTS_FORWARDER_DEFAULTS.logLevel,
    firstStart: EVENTS_FORWARDER_DEFAULTS.firstStart,
  };
}

const spoolFolder = ({ size }: CollectionEventsSpoolConfig): EventsFolderFile => ({
  folder: `${DATA_FOLDER}/spool`,
  maxBytes: Math.floor(parseBytes(size) * SPOOL_SHARE),
});

/** The root file system is read-only, and dead letters need a place even without a spool. */
function dataVolume({ name, spool }: EventsForwarderProps): Volume {
  return spool
    ? { name: 'data', persistentVolumeClaim: { claimName: name } }
    : { name: 'data', emptyDir: { sizeLimit: '32Mi' } };
}

function problemsOf({
  name,
  replicas = 1,
  spool,
  intakeCaSecret,
  shipperUrl,
}: EventsForwarderProps): string[] {
  return [
    ...(replicas === 1 || replicas === 2 ? [] : [`${name}: replicas is ${replicas}; give 1 or 2`]),
    // The standby could not mount the volume of the active pod, and would not know what is in it.
    ...(spool && replicas > 1
      ? [`${name}: a spool belongs to one pod; give replicas 1, or leave the spool out to have a standby`]
      : []),
    ...(intakeCaSecret && !shipperUrl.startsWith('https:')
      ? [`${name}: intakeCaSecret is given but ${shipperUrl} is no https address; give one, or leave it out`]
      : []),
  ];
}
