/** What {@link buildPipelines} needs to know. Secrets are never part of it. */
export interface PipelineOptions {
  /** Address of OpenSearch, as in `https://opensearch.example.com:9200`; no user, path or query. */
  readonly opensearchUrl: string;
  /** Account that may write this cluster's indices. Its password comes from the Secret when the pod starts. */
  readonly username: string;
  /** PEM file, in the container, of the authority that signed OpenSearch's certificate. @default - the JVM's own list */
  readonly caFile?: string;
  /** Trust any certificate of OpenSearch; then `caFile` is not used. @default false */
  readonly insecureSkipVerify?: boolean;
  /** Value of `cluster_id` in records that came without one, as refused records do. @default - none is added */
  readonly clusterId?: string;
  /** First part of the index names: `<prefix>-pods-…`, `-hosts-…`, `-events-…`, `-dead-letters`. @default 'logs' */
  readonly indexPrefix?: string;
  /** Threads that process and write. @default 2 */
  readonly workers?: number;
  /** Longest wait for a batch to fill, in milliseconds. @default 50 */
  readonly readDelayMs?: number;
  /** Where records wait between intake and OpenSearch. @default - memory, 50,000 records */
  readonly buffer?: BufferOptions;
  /** The HTTP intake. @default - port 2021, plain HTTP, no login */
  readonly intake?: IntakeOptions;
}

/** Where records wait between intake and OpenSearch. */
export type BufferOptions = MemoryBufferOptions | KafkaBufferOptions;

/** Buffer in memory. What it holds is lost when the process dies without its shutdown hook. */
export interface MemoryBufferOptions {
  readonly type: 'memory';
  /** Most records in the buffer and in flight. A request with more is refused with 413. @default 50000 */
  readonly records?: number;
  /** Most records a worker takes at a time, which is also about one bulk request. @default 2000 */
  readonly batchRecords?: number;
}

/** Buffer in one topic of an existing Kafka cluster; it survives the loss of the pod. */
export interface KafkaBufferOptions {
  readonly type: 'kafka';
  /** Brokers as `host:port`. */
  readonly bootstrapServers: readonly string[];
  /** Topic that exists already and that nothing else uses. */
  readonly topic: string;
  /** Consumer group. @default 'opni-shipper' */
  readonly groupId?: string;
  /** Encryption between the shipper and the brokers. @default - TLS, checked against the JVM's list of authorities */
  readonly encryption?: {
    /** @default 'ssl' */
    readonly type?: 'ssl' | 'none';
    /** PEM file, in the container, of the authority that signed the brokers' certificates. @default - the JVM's own list */
    readonly caFile?: string;
  };
  /** SASL login. User and password come from the Secret when the pod starts. @default - no login */
  readonly authentication?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' };
}

/** The HTTP intake. */
export interface IntakeOptions {
  /** @default 2021 */
  readonly port?: number;
  /** @default '/log/ingest' */
  readonly path?: string;
  /** Time until a request is answered with 408, in milliseconds. @default 10000 */
  readonly requestTimeoutMs?: number;
  /** Largest decompressed body, in bytes; a larger one is refused with 413. @default 20971520 (20 MiB) */
  readonly maxRequestBytes?: number;
  /** Serve HTTPS with these PEM files of the container; the key must not be encrypted. @default - plain HTTP */
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  /** Ask for user and password, both from the Secret when the pod starts. @default false */
  readonly basicAuth?: boolean;
  /** Content encoding taken besides plain bodies. @default 'gzip' */
  readonly compression?: 'gzip' | 'none';
}
