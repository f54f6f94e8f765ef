import { parseBytes } from '../config/quantity.js';
import type { OpensearchCaConfig, SecretKeyConfig, ShipperBufferKafkaConfig } from '../config/types.js';
import { initScript } from '../data-prepper/init-script.js';
import { KAFKA_DRAIN_SECONDS } from '../data-prepper/kafka-buffer.js';
import type { BufferOptions, PipelineOptions } from '../data-prepper/pipeline-options.js';
import { buildPipelines, PIPELINE_DEFAULTS } from '../data-prepper/pipelines.js';
import { PLACEHOLDERS } from '../data-prepper/placeholders.js';
import { PIPELINES_FILE_NAME, renderTemplate } from '../data-prepper/render-template.js';
import { type SecretBinding, selectBindings } from '../data-prepper/secret-binding.js';
import { loggingConfig, SERVER_FILES, serverConfig } from '../data-prepper/server-config.js';
import { circuitBreakerBytes, heapBytes, type ShutdownTimes, shutdownTimes } from '../data-prepper/sizing.js';
import { stopScript } from '../data-prepper/stop-script.js';
import type { resourcesOr } from './pod.js';

/** Where Data Prepper writes, and as whom. */
export interface DataPrepperOpenSearch {
  /** Address, as in `https://opensearch.example.com:9200`. */
  readonly url: string;
  readonly username: string;
  /** Existing Secret key with the password. */
  readonly passwordSecret: SecretKeyConfig;
  /** Existing object with the certificate authority. @default public authorities */
  readonly ca?: OpensearchCaConfig;
  /** Do not verify the certificate. @default false */
  readonly insecureSkipVerify?: boolean;
  /** First part of the index names. @default 'logs' */
  readonly indexPrefix?: string;
}

/** Where records wait inside Data Prepper. */
export interface DataPrepperBuffer {
  /** @default 'memory' */
  readonly type?: 'memory' | 'kafka';
  /** Most records in a memory buffer. @default 50000 */
  readonly records?: number;
  /** Records that a worker takes at once. @default 2000 */
  readonly batchRecords?: number;
  /** The topic of a Kafka buffer. @default none */
  readonly kafka?: ShipperBufferKafkaConfig;
}

/** The HTTP port that senders write to. */
export interface DataPrepperIntake {
  /** Largest request taken, as a Kubernetes quantity. @default '20Mi' */
  readonly maxRequestBytes?: string;
  /** Existing Secret with `tls.crt`, `tls.key` and, for the senders, `ca.crt`. @default plain HTTP */
  readonly tls?: { readonly secretName: string };
  /** Existing Secret with `username` and `password`. @default no account is asked for */
  readonly basicAuth?: { readonly secretName: string };
}

/** What decides the files that a Data Prepper pod reads. */
export interface DataPrepperConfigProps {
  readonly opensearch: DataPrepperOpenSearch;
  /** Value of `cluster_id` in records that came without one. @default none is added */
  readonly clusterId?: string;
  /** Threads that process and send. @default 2 */
  readonly workers?: number;
  /** Java heap, in percent of the memory limit. @default 70 */
  readonly heapPercent?: number;
  readonly buffer?: DataPrepperBuffer;
  readonly intake?: DataPrepperIntake;
}

/** Folders in the container where what is mounted belongs. */
export const FOLDERS = {
  scripts: '/etc/opni-scripts',
  ca: '/etc/opni-ca',
  tls: '/etc/opni-tls',
} as const;

/** Names of the scripts in the ConfigMap. */
export const SCRIPTS = { init: 'render.sh', stop: 'stop.sh' } as const;

/** Keys of the Secrets that senders and brokers ask for. */
const ACCOUNT_KEYS = ['username', 'password'] as const;

/** A Secret whose keys become files for the init container. */
export interface MountedSecret {
  readonly secretName: string;
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

/** Everything that a Data Prepper pod reads, worked out once. */
export interface DataPrepperConfig {
  readonly options: PipelineOptions;
  /** Files of the ConfigMap by name. They hold no secret. */
  readonly files: Readonly<Record<string, string>>;
  readonly secrets: readonly MountedSecret[];
  readonly heap: number;
  readonly times: ShutdownTimes;
}

/** Works out the files, secrets and times of a Data Prepper pod. */
export function dataPrepperConfig(
  props: DataPrepperConfigProps,
  resources: ReturnType<typeof resourcesOr>,
): DataPrepperConfig {
  const options = pipelineOptions(props);
  const template = renderTemplate(buildPipelines(options));
  const secrets = mountedSecrets(props);
  const heap = heapBytes(parseBytes(resources.limits['memory']!), props.heapPercent);
  const times = shutdownTimes({
    ...(props.buffer?.type === 'kafka'
      ? { kafkaDrainSeconds: KAFKA_DRAIN_SECONDS }
      : { bufferRecords: props.buffer?.records ?? PIPELINE_DEFAULTS.bufferRecords }),
  });
  return {
    options,
    secrets,
    heap,
    times,
    files: {
      [PIPELINES_FILE_NAME]: template,
      [SERVER_FILES.config]: serverConfig({
        circuitBreakerBytes: circuitBreakerBytes(heap),
        processorShutdownSeconds: times.processorSeconds,
        sinkShutdownSeconds: times.sinkSeconds,
      }),
      [SERVER_FILES.logging]: loggingConfig(),
      [SCRIPTS.init]: initScript({ secrets: selectBindings(template, bindings(props)) }),
      [SCRIPTS.stop]: stopScript({ sleepSeconds: times.sleepSeconds, timeoutSeconds: times.answerSeconds }),
    },
  };
}

function pipelineOptions({
  opensearch,
  clusterId,
  workers,
  buffer,
  intake,
}: DataPrepperConfigProps): PipelineOptions {
  return {
    opensearchUrl: opensearch.url.replace(/\/$/, ''),
    username: opensearch.username,
    clusterId,
    ...(opensearch.ca && { caFile: `${FOLDERS.ca}/ca.crt` }),
    insecureSkipVerify: opensearch.insecureSkipVerify,
    indexPrefix: opensearch.indexPrefix,
    workers,
    buffer: bufferOptions(buffer),
    intake: {
      maxRequestBytes: parseBytes(intake?.maxRequestBytes ?? '20Mi'),
      ...(intake?.tls && {
        tls: { certificateFile: `${FOLDERS.tls}/tls.crt`, keyFile: `${FOLDERS.tls}/tls.key` },
      }),
      basicAuth: intake?.basicAuth !== undefined,
    },
  };
}

function bufferOptions(buffer: DataPrepperBuffer = {}): BufferOptions {
  if (buffer.type !== 'kafka' || !buffer.kafka) {
    return { type: 'memory', records: buffer.records, batchRecords: buffer.batchRecords };
  }
  const { bootstrapServers, topic, groupId, encryption, auth } = buffer.kafka;
  return {
    type: 'kafka',
    bootstrapServers,
    topic,
    groupId,
    encryption: { type: encryption },
    ...(auth && { authentication: { mechanism: auth.mechanism } }),
  };
}

const account = (secretName: string, folder: string): MountedSecret => ({
  secretName,
  items: ACCOUNT_KEYS.map((key) => ({ key, path: `${folder}/${key}` })),
});

function mountedSecrets({ opensearch, intake, buffer }: DataPrepperConfigProps): MountedSecret[] {
  const { name, key } = opensearch.passwordSecret;
  const kafka = buffer?.type === 'kafka' ? buffer.kafka?.auth : undefined;
  return [
    { secretName: name, items: [{ key, path: 'opensearch/password' }] },
    ...(intake?.basicAuth ? [account(intake.basicAuth.secretName, 'intake')] : []),
    ...(kafka ? [account(kafka.secretName, 'kafka')] : []),
  ];
}

const PLACEHOLDER_FILES: Readonly<Record<string, SecretBinding['placeholder']>> = {
  'opensearch/password': PLACEHOLDERS.opensearchPassword,
  'intake/username': PLACEHOLDERS.intakeUsername,
  'intake/password': PLACEHOLDERS.intakePassword,
  'kafka/username': PLACEHOLDERS.kafkaUsername,
  'kafka/password': PLACEHOLDERS.kafkaPassword,
};

function bindings(props: DataPrepperConfigProps): SecretBinding[] {
  return mountedSecrets(props).flatMap(({ secretName, items }) =>
    items.map(({ key, path }) => ({
      placeholder: PLACEHOLDER_FILES[path]!,
      file: path,
      description: `key "${key}" of Secret "${secretName}"`,
    })),
  );
}
