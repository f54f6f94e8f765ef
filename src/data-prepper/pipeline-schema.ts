import { BYTE_COUNT } from './byte-count.js';
import type { SchemaNode } from './schema-node.js';

type Properties = Readonly<Record<string, SchemaNode>>;

const text = (extra: Partial<SchemaNode> = {}): SchemaNode => ({ type: 'string', minLength: 1, ...extra });
const oneOf = (...values: readonly string[]): SchemaNode => ({ type: 'string', enum: values });
const int = (minimum: number, maximum?: number): SchemaNode => ({
  type: 'integer',
  minimum,
  ...(maximum !== undefined && { maximum }),
});
const flag: SchemaNode = { type: 'boolean' };
const list = (items: SchemaNode, minItems = 1, maxItems?: number): SchemaNode => ({
  type: 'array',
  items,
  minItems,
  ...(maxItems !== undefined && { maxItems }),
});
const strict = (properties: Properties, ...required: readonly string[]): SchemaNode => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
});
/** A plugin is named by the only key of its object. */
const plugin = (plugins: Properties): SchemaNode => ({
  ...strict(plugins),
  minProperties: 1,
  maxProperties: 1,
});

const credentials = { username: text(), password: text() };
const duration = text({ pattern: /^[0-9]+(s|ms)$/ });

const http = strict({
  port: int(0, 65535),
  path: text({ pattern: /^\// }),
  request_timeout: int(2),
  thread_count: int(0),
  max_connection_count: int(0),
  max_pending_requests: int(0),
  max_request_length: text({ pattern: BYTE_COUNT }),
  compression: oneOf('none', 'gzip', 'snappy', 'zstd', 'automatic'),
  ssl: flag,
  ssl_certificate_file: text(),
  ssl_key_file: text(),
  authentication: plugin({
    http_basic: strict(credentials, 'username', 'password'),
    unauthenticated: { type: 'null' },
  }),
  health_check_service: flag,
  unauthenticated_health_check: flag,
});

const memoryBuffer = strict({ buffer_size: int(1), batch_size: int(1) }, 'buffer_size', 'batch_size');

const kafkaBuffer = strict(
  {
    bootstrap_servers: list(text({ pattern: /^[^\s:/]+:[0-9]{1,5}$/ })),
    topics: list(
      strict(
        {
          name: text({ pattern: /^[A-Za-z0-9._-]+$/, maxLength: 249 }),
          group_id: text({ maxLength: 255 }),
          workers: int(1, 200),
        },
        'name',
        'group_id',
      ),
      1,
      1,
    ),
    encryption: strict({ type: oneOf('none', 'ssl'), certificate: text() }, 'type'),
    authentication: strict(
      {
        sasl: plugin({
          plaintext: strict(credentials, 'username', 'password'),
          scram: strict(
            { ...credentials, mechanism: oneOf('SCRAM-SHA-256', 'SCRAM-SHA-512') },
            'username',
            'password',
            'mechanism',
          ),
        }),
      },
      'sasl',
    ),
    drain_timeout: duration,
  },
  'bootstrap_servers',
  'topics',
);

const date = strict({
  match: list(strict({ key: text(), patterns: list(text()) }, 'key', 'patterns'), 1, 1),
  from_time_received: flag,
  destination: text(),
  output_format: text(),
  source_timezone: text(),
  destination_timezone: text(),
  locale: text(),
  date_when: text(),
});

const addEntries = strict(
  {
    entries: list(
      strict({
        key: text(),
        metadata_key: text(),
        value: { type: ['string', 'number', 'boolean'] },
        format: text(),
        value_expression: text(),
        add_when: text(),
        overwrite_if_key_exists: flag,
        append_if_key_exists: flag,
      }),
    ),
  },
  'entries',
);

const selectEntries = strict({ include_keys: list(text()), select_when: text() }, 'include_keys');

const opensearch = strict(
  {
    hosts: list(text({ pattern: /^https?:\/\/[^\s/?#@]+$/ })),
    ...credentials,
    api_token: text(),
    authentication: strict({
      ...credentials,
      api_token: text(),
      client_certificate: text(),
      client_key: text(),
    }),
    cert: text(),
    insecure: flag,
    connect_timeout: int(1),
    socket_timeout: int(1),
    proxy: text(),
    path_prefix: text(),
    enable_request_compression: flag,
    index: text(),
    index_type: oneOf(
      'custom',
      'management_disabled',
      'log-analytics',
      'log-analytics-plain',
      'metric-analytics',
      'metric-analytics-plain',
      'trace-analytics-raw',
      'trace-analytics-plain-raw',
      'trace-analytics-service-map',
      'otel-v2-apm-service-map',
      'tsdb',
    ),
    action: oneOf('create', 'index', 'update', 'upsert', 'delete'),
    document_id: text(),
    document_version: text({ pattern: /\$\{/ }),
    document_version_type: oneOf('internal', 'external', 'external_gte'),
    routing: text(),
    document_root_key: text(),
    normalize_index: flag,
    bulk_size: { type: 'integer' },
    flush_timeout: int(-1),
    estimate_bulk_size_using_compression: flag,
    max_local_compressions_for_estimation: int(1),
    max_retries: int(1),
    dlq_file: text(),
    dlq: plugin({ s3: { type: 'object' } }),
    routes: list(text()),
    tags_target_key: text(),
    include_keys: list(text({ pattern: /^[^/]+$/ })),
    exclude_keys: list(text({ pattern: /^[^/]+$/ })),
  },
  'hosts',
);

const pipeline = strict(
  {
    workers: int(1),
    delay: int(0),
    source: plugin({ http }),
    buffer: plugin({ bounded_blocking: memoryBuffer, kafka: kafkaBuffer }),
    processor: list(plugin({ date, add_entries: addEntries, select_entries: selectEntries })),
    route: list({ type: 'object', additionalProperties: text(), minProperties: 1, maxProperties: 1 }),
    sink: list(plugin({ opensearch })),
  },
  'sink',
);

/**
 * JSON Schema of a pipelines file: the plugins that this project uses, with every setting that makes sense for a
 * password account, and nothing else, since Data Prepper refuses what it does not know. Names and bounds are those of
 * Data Prepper 2.16.0. What one field says about another is checked by `validatePipelines`.
 */
export const PIPELINES_SCHEMA: SchemaNode = {
  type: 'object',
  properties: { version: oneOf('2') },
  required: ['version'],
  minProperties: 2,
  additionalProperties: pipeline,
};
