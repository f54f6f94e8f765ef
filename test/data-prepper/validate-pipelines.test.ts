import { expect } from 'chai';
import { validatePipelines } from '../../src/data-prepper/validate-pipelines.js';
import { broken, goodFile, intakeOf } from './fixtures.js';
import { GONE, refuses, SECRET } from './refusals.js';

const intake = intakeOf(goodFile());
const http = intake.source!.http;

describe('validatePipelines', () => {
  describe('of the file', () => {
    refuses('', [
      ['a pipeline name that is taken', { core: intake }, 'core', 'keeps for itself'],
      ['a missing dead letter pipeline', { dlq_pipeline: GONE }, 'dlq_pipeline', 'is missing'],
      ['two sources on one port', { second: intake }, 'second.source.http.port', "taken by 'intake'"],
    ]);
  });

  describe('of sources and buffers', () => {
    refuses('intake', [['no source', { source: GONE }, '.source', 'is missing']]);
    refuses('dlq_pipeline', [
      [
        'a source of the dead letters',
        { source: { http: { ...http, port: 1 } } },
        '.source',
        'must be absent',
      ],
    ]);
    refuses('intake.source.http', [
      ['the port of the API', { port: 4900 }, '.port', 'must not be 4900'],
      ['TLS without certificate', { ssl: true, ssl_key_file: '/k' }, '.ssl_certificate_file', 'is missing'],
      ['TLS without key', { ssl: true, ssl_certificate_file: '/c' }, '.ssl_key_file', 'is missing'],
      ['a certificate without TLS', { ssl_certificate_file: '/c' }, '.ssl_certificate_file', 'no effect'],
      ['no health check', { health_check_service: false }, '.health_check_service', 'must be true'],
    ]);
    refuses(
      'intake.source.http',
      [
        [
          'a health check behind a login',
          { unauthenticated_health_check: GONE },
          '.unauthenticated_health_check',
          'must be true',
        ],
      ],
      { intake: { basicAuth: true } },
    );
    refuses('intake.buffer.bounded_blocking', [
      [
        'a batch larger than the buffer',
        { batch_size: 50_001 },
        '.batch_size',
        'must not exceed buffer_size (50000)',
      ],
      ['a buffer below workers × batch', { buffer_size: 3_999 }, '.buffer_size', '2 × 2000 = 4000'],
    ]);
  });

  describe('of processors', () => {
    refuses('intake.processor[0].date', [
      ['a date with both ways', { from_time_received: true }, '', 'exactly one'],
      ['a date with neither way', { match: GONE }, '', 'exactly one'],
    ]);
    refuses('intake.processor[2].add_entries.entries[0]', [
      ['an entry with two keys', { metadata_key: 'm' }, '', 'exactly one of key'],
      ['an entry without key', { key: GONE }, '', 'exactly one of key'],
      ['an entry with two values', { value: 1 }, '', 'exactly one of value'],
      ['an entry without value', { value_expression: GONE }, '', 'exactly one of value'],
      [
        'an entry that overwrites and appends',
        { overwrite_if_key_exists: true, append_if_key_exists: true },
        '',
        'must not have both',
      ],
    ]);
    refuses('intake', [
      [
        'a time that a record may lack',
        { processor: intake.processor!.toSpliced(1, 1) },
        '.processor',
        'gives @timestamp',
      ],
      [
        'an id that a record may lack',
        { processor: intake.processor!.slice(0, 2) },
        '.sink[0].opensearch.document_id',
        'uses event_id',
      ],
    ]);
  });

  describe('of routes', () => {
    refuses('intake', [
      [
        'a route that leads nowhere',
        { route: [...intake.route!, { audit: 'x' }] },
        '.route[2]',
        'leads to no sink',
      ],
      ['records that take no route', { sink: intake.sink.slice(0, 2) }, '.sink', 'take no route'],
    ]);
    refuses('intake.sink[2].opensearch', [
      ['an unknown route', { routes: ['_default', 'audit'] }, '.routes', "unknown route 'audit'"],
    ]);

    it('accepts a sink without routes, which takes everything', () => {
      const file = broken((pipelines) => {
        delete pipelines['intake'].sink[2].opensearch.routes;
        pipelines['intake'].route.push({ audit: '/audit == true' });
      });
      expect(validatePipelines(file)).to.deep.equal([]);
    });
  });

  describe('of sinks', () => {
    refuses('intake.sink[0].opensearch', [
      ['a user without password', { password: GONE }, '', 'username and password together'],
      ['a password without user', { username: GONE }, '', 'username and password together'],
      ['no login', { username: GONE, password: GONE }, '', 'exactly one way'],
      ['two logins', { authentication: { client_certificate: '/c' } }, '', 'exactly one way'],
      ['a certificate that is not checked', { insecure: true, cert: '/c' }, '.cert', 'no effect'],
      ['a dead letter file', { dlq_file: '/f' }, '.dlq_file', 'stands against'],
      ['dead letters in S3', { dlq: { s3: {} } }, '.dlq', 'stands against'],
      [
        'keys both included and excluded',
        { include_keys: ['a'], exclude_keys: ['b'] },
        '',
        'must not have both',
      ],
      [
        'an index type that needs more rights',
        { index_type: 'custom' },
        '.index_type',
        'management_disabled',
      ],
      ['a missing index', { index: GONE }, '.index', 'is missing'],
      [
        'an index name in capitals',
        { index: 'Logs-${formatDateTime(/@timestamp, "yyyy")}' },
        '.index',
        'no index name',
      ],
      ['a day by the time of writing', { index: 'logs-%{yyyy.MM.dd}' }, '.index', 'time of writing'],
      ['an index without day', { index: 'logs-events' }, '.index', 'must end with the day'],
      ['a bulk that waits', { flush_timeout: 60_000 }, '.flush_timeout', 'must be -1'],
      ['a bulk that waits by default', { flush_timeout: GONE }, '.flush_timeout', 'must be -1'],
      ['retries that end', { max_retries: 3 }, '.max_retries', 'must be absent'],
      ['no document id', { document_id: GONE }, '.document_id', 'is missing'],
      ['a fixed document id', { document_id: 'one' }, '.document_id', 'one field'],
      ['an action that refuses repeated records', { action: 'create' }, '.action', 'must be index'],
    ]);
    refuses('dlq_pipeline.sink[0].opensearch', [
      ['dead letters in a changing index', { index: 'd-${/x}' }, '.index', 'fixed name'],
    ]);
  });

  describe('of secrets', () => {
    refuses('intake.sink[0].opensearch', [
      ['a password in clear', { password: SECRET }, '.password', 'in clear'],
      ['a token in clear', { api_token: SECRET }, '.api_token', 'in clear'],
      ['a placeholder within a name', { username: 'a@@OPENSEARCH_PASSWORD@@' }, '.username', 'placeholder'],
      ['a password as user name', { username: '@@OPENSEARCH_PASSWORD@@' }, '.username', 'placeholder'],
      ['a placeholder in a list', { routes: ['@@KAFKA_PASSWORD@@'] }, '.routes[0]', 'placeholder'],
    ]);
  });

  it('reports every problem of a file, not only the first', () => {
    const problems = validatePipelines(
      broken(({ intake: { source, sink } }) => {
        source.http.health_check_service = false;
        sink[0].opensearch.flush_timeout = 60_000;
        sink[1].opensearch.max_retries = 2;
      }),
    );
    expect(problems.map(({ path }) => path)).to.deep.equal([
      'intake.source.http.health_check_service',
      'intake.sink[0].opensearch.flush_timeout',
      'intake.sink[1].opensearch.max_retries',
    ]);
  });

  it('costs less than 5 ms of CPU', () => {
    const file = goodFile();
    const before = process.cpuUsage();
    for (let round = 0; round < 20; round++) validatePipelines(file);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 20 / 1000).to.be.below(5);
  });
});
