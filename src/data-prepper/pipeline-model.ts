/**
 * A Data Prepper pipelines file, as far as this project writes it. Field names are those of the file, so rendering is
 * a plain dump. Times are whole milliseconds unless a field says otherwise.
 */
export interface PipelinesFile {
  /** Version of the file format, not of the program. */
  readonly version: '2';
  /** Pipelines by name. They stand beside `version` at the root of the file. */
  readonly pipelines: Readonly<Record<string, Pipeline>>;
}

/** One pipeline: a source, a buffer, processors in order, routes, and one or more sinks. */
export interface Pipeline {
  /** Threads that read the buffer. */
  readonly workers?: number;
  /** Longest wait for a batch to fill, in milliseconds. */
  readonly delay?: number;
  /** Absent in `dlq_pipeline` only: that one is fed by the failures of the others. */
  readonly source?: { readonly http: HttpSource };
  readonly buffer?: PipelineBuffer;
  readonly processor?: readonly Processor[];
  /** Route names and the condition of each. An event may take several; `_default` takes what no route takes. */
  readonly route?: readonly Readonly<Record<string, string>>[];
  readonly sink: readonly { readonly opensearch: OpenSearchSink }[];
}

/** Credentials of HTTP basic authentication. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** Intake over HTTP: takes a JSON array of objects by POST. */
export interface HttpSource {
  readonly port?: number;
  readonly path?: string;
  readonly request_timeout?: number;
  /** Amount with a unit of `b`, `kb`, `mb` or `gb` (powers of 1024), of the decompressed body. */
  readonly max_request_length?: string;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'zstd' | 'automatic';
  readonly ssl?: boolean;
  readonly ssl_certificate_file?: string;
  readonly ssl_key_file?: string;
  readonly authentication?: { readonly http_basic?: BasicCredentials; readonly unauthenticated?: null };
  readonly health_check_service?: boolean;
  readonly unauthenticated_health_check?: boolean;
  readonly thread_count?: number;
  readonly max_connection_count?: number;
  readonly max_pending_requests?: number;
}

/** Buffer in memory, or a Kafka topic. */
export type PipelineBuffer = { readonly bounded_blocking: MemoryBuffer } | { readonly kafka: KafkaBuffer };

/** Buffer in memory; its content dies with the process. */
export interface MemoryBuffer {
  /** Records in the buffer and in flight together. */
  readonly buffer_size: number;
  /** Most records that one worker takes at a time. */
  readonly batch_size: number;
}

/** Durable buffer: one topic of an existing Kafka cluster. */
export interface KafkaBuffer {
  readonly bootstrap_servers: readonly string[];
  readonly topics: readonly { readonly name: string; readonly group_id: string; readonly workers?: number }[];
  readonly encryption?: { readonly type: 'none' | 'ssl'; readonly certificate?: string };
  readonly authentication?: {
    readonly sasl: {
      readonly plaintext?: BasicCredentials;
      readonly scram?: BasicCredentials & { readonly mechanism: ScramMechanism };
    };
  };
  /** A number with the unit `s` or `ms`. */
  readonly drain_timeout?: string;
}

/** Kinds of SCRAM that Kafka knows. */
export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

/** The processors in use. */
export type Processor =
  | { readonly date: DateProcessor }
  | { readonly add_entries: { readonly entries: readonly AddedEntry[] } }
  | { readonly select_entries: { readonly include_keys: readonly string[]; readonly select_when?: string } };

/** Parses a field into a time, or takes the time of receipt. */
export interface DateProcessor {
  readonly match?: readonly { readonly key: string; readonly patterns: readonly string[] }[];
  readonly from_time_received?: boolean;
  readonly destination?: string;
  readonly date_when?: string;
}

/** One field that `add_entries` makes. */
export interface AddedEntry {
  readonly key?: string;
  readonly metadata_key?: string;
  readonly value?: string | number | boolean;
  readonly format?: string;
  readonly value_expression?: string;
  readonly add_when?: string;
  readonly overwrite_if_key_exists?: boolean;
  readonly append_if_key_exists?: boolean;
}

/** Writes documents to OpenSearch in bulk. */
export interface OpenSearchSink {
  readonly hosts: readonly string[];
  readonly username?: string;
  readonly password?: string;
  readonly api_token?: string;
  readonly authentication?: Readonly<Record<string, string>>;
  /** File of the certificate authority. */
  readonly cert?: string;
  /** Trust any certificate. */
  readonly insecure?: boolean;
  readonly index?: string;
  readonly index_type?: string;
  readonly action?: 'create' | 'index' | 'update' | 'upsert' | 'delete';
  readonly document_id?: string;
  /** MiB of one bulk request. */
  readonly bulk_size?: number;
  /** Longest wait of a partial bulk; -1 sends at the end of each batch. */
  readonly flush_timeout?: number;
  readonly max_retries?: number;
  readonly dlq_file?: string;
  readonly dlq?: unknown;
  readonly routes?: readonly string[];
  readonly include_keys?: readonly string[];
  readonly exclude_keys?: readonly string[];
}

/** Name that Data Prepper reserves for the pipeline that receives what other sinks could not write. */
export const DEAD_LETTER_PIPELINE = 'dlq_pipeline';

/** Name of the built-in route that takes what no other route takes. */
export const DEFAULT_ROUTE = '_default';

/** The document as it stands in the file: pipelines beside `version`. */
export function toDocument(file: PipelinesFile): Readonly<Record<string, unknown>> {
  return { version: file.version, ...file.pipelines };
}
