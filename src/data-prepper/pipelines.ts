import { formatByteCount } from './byte-count.js';
import { kafkaBuffer } from './kafka-buffer.js';
import {
  DEAD_LETTER_PIPELINE,
  DEFAULT_ROUTE,
  type HttpSource,
  type OpenSearchSink,
  type Pipeline,
  type PipelineBuffer,
  type PipelinesFile,
  type Processor,
} from './pipeline-model.js';
import type { BufferOptions, IntakeOptions, PipelineOptions } from './pipeline-options.js';
import { PLACEHOLDERS } from './placeholders.js';

/** Name of the pipeline that takes everything in. It is part of metric names. */
export const INTAKE_PIPELINE = 'intake';

/** Defaults of the options, where other parts of the stack need them too. */
export const PIPELINE_DEFAULTS = {
  indexPrefix: 'logs',
  workers: 2,
  readDelayMs: 50,
  bufferRecords: 50_000,
  batchRecords: 2_000,
  port: 2021,
  path: '/log/ingest',
  requestTimeoutMs: 10_000,
  maxRequestBytes: 20 * 1024 ** 2,
} as const;

/** Takes milliseconds, microseconds, nanoseconds or none, and `Z` as well as `+00:00` (tried with Data Prepper 2.16.0). */
const TIME_PATTERN = "yyyy-MM-dd'T'HH:mm:ss[.SSSSSSSSS][.SSSSSS][.SSS]XXX";

/** Kinds of records: the last part of the index name, the field that identifies one, and what tells the kind. */
const KINDS = [
  { index: 'events', id: 'event_id', route: { name: 'events', when: '/log_type == "event"' } },
  { index: 'hosts', id: 'log_id', route: { name: 'hosts', when: '/log_type == "controlplane"' } },
  { index: 'pods', id: 'log_id', route: { name: DEFAULT_ROUTE, when: undefined } },
] as const;

/**
 * The pipelines of the shipper: one HTTP intake, a route and an index a day for each kind of record, and a pipeline for
 * dead letters.
 *
 * The index is a function of the record's own time and the document id one of the record, so a record that is sent
 * twice is written once. Nothing is sampled or dropped: what OpenSearch refuses ends as text in the dead letters.
 * An event that was updated has an `event_id` of its own (uid and resource version), so plain indexing keeps both.
 *
 * @param options addresses, names, sizes; no secret
 * @returns the file, with placeholders where secrets belong; check it with `validatePipelines`
 */
export function buildPipelines(options: PipelineOptions): PipelinesFile {
  const workers = options.workers ?? PIPELINE_DEFAULTS.workers;
  const delay = options.readDelayMs ?? PIPELINE_DEFAULTS.readDelayMs;
  const intake: Pipeline = {
    workers,
    delay,
    source: { http: httpSource(options.intake ?? {}) },
    buffer: intakeBuffer(options.buffer ?? { type: 'memory' }),
    processor: intakeProcessors(options.clusterId),
    route: KINDS.flatMap(({ route }) => (route.when === undefined ? [] : [{ [route.name]: route.when }])),
    sink: KINDS.map((kind) => ({
      opensearch: {
        routes: [kind.route.name],
        ...connection(options),
        index: `${indexPrefix(options)}-${kind.index}-\${formatDateTime(/@timestamp, "yyyy.MM.dd")}`,
        ...writeOnly(),
        action: 'index',
        document_id: `\${/${kind.id}}`,
      },
    })),
  };
  return {
    version: '2',
    pipelines: { [INTAKE_PIPELINE]: intake, [DEAD_LETTER_PIPELINE]: deadLetters(options, delay) },
  };
}

const indexPrefix = (options: PipelineOptions): string =>
  options.indexPrefix ?? PIPELINE_DEFAULTS.indexPrefix;

function httpSource(intake: IntakeOptions): HttpSource {
  return {
    port: intake.port ?? PIPELINE_DEFAULTS.port,
    path: intake.path ?? PIPELINE_DEFAULTS.path,
    request_timeout: intake.requestTimeoutMs ?? PIPELINE_DEFAULTS.requestTimeoutMs,
    max_request_length: formatByteCount(intake.maxRequestBytes ?? PIPELINE_DEFAULTS.maxRequestBytes),
    compression: intake.compression ?? 'gzip',
    health_check_service: true,
    ...(intake.tls && {
      ssl: true,
      ssl_certificate_file: intake.tls.certificateFile,
      ssl_key_file: intake.tls.keyFile,
    }),
    ...(intake.basicAuth && {
      authentication: {
        http_basic: { username: PLACEHOLDERS.intakeUsername, password: PLACEHOLDERS.intakePassword },
      },
      // The kubelet cannot log in.
      unauthenticated_health_check: true,
    }),
  };
}

function intakeBuffer(buffer: BufferOptions): PipelineBuffer {
  if (buffer.type === 'kafka') return { kafka: kafkaBuffer(buffer) };
  return {
    bounded_blocking: {
      buffer_size: buffer.records ?? PIPELINE_DEFAULTS.bufferRecords,
      batch_size: buffer.batchRecords ?? PIPELINE_DEFAULTS.batchRecords,
    },
  };
}

/** Every record leaves with a time and an id: a document with an empty id is refused by OpenSearch (2.16.0, measured). */
function intakeProcessors(clusterId?: string): readonly Processor[] {
  const destination = '@timestamp';
  const generate = (key: string, add_when: string) => ({ key, value_expression: 'generateUuid()', add_when });
  return [
    { date: { match: [{ key: 'time', patterns: [TIME_PATTERN] }], destination } },
    { date: { from_time_received: true, destination, date_when: '/@timestamp == null' } },
    {
      add_entries: {
        entries: [
          generate('log_id', '/log_id == null and /log_type != "event"'),
          generate('event_id', '/event_id == null and /log_type == "event"'),
          ...(clusterId === undefined
            ? []
            : [{ key: 'cluster_id', value: clusterId, add_when: '/cluster_id == null' }]),
        ],
      },
    },
  ];
}

function connection(
  options: PipelineOptions,
): Pick<OpenSearchSink, 'hosts' | 'username' | 'password' | 'cert' | 'insecure'> {
  return {
    hosts: [options.opensearchUrl],
    username: options.username,
    password: PLACEHOLDERS.opensearchPassword,
    ...(options.insecureSkipVerify
      ? { insecure: true }
      : options.caFile !== undefined && { cert: options.caFile }),
  };
}

/** No templates, no policies, no rollover: the account may only write. A bulk never waits, so a drained pipeline lost nothing. */
function writeOnly(): Pick<OpenSearchSink, 'index_type' | 'flush_timeout'> {
  return { index_type: 'management_disabled', flush_timeout: -1 };
}

/** Keeps the refused document as one text: kept as fields it would be refused again, for the same reason (measured). */
function deadLetters(options: PipelineOptions, delay: number): Pipeline {
  return {
    workers: 1,
    delay,
    buffer: { bounded_blocking: { buffer_size: 10_000, batch_size: 500 } },
    processor: [
      { add_entries: { entries: [{ key: 'document', value_expression: 'toJsonString()' }] } },
      { select_entries: { include_keys: ['document', '_failure_metadata', 'cluster_id', '@timestamp'] } },
    ],
    sink: [
      {
        opensearch: { ...connection(options), index: `${indexPrefix(options)}-dead-letters`, ...writeOnly() },
      },
    ],
  };
}
