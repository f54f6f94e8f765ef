import { GONE, refuses, SECRET } from './refusals.js';

const LOGIN = { username: 'u', password: 'p' };
const KAFKA = { bootstrap_servers: ['k:1'], topics: [{ name: 't', group_id: 'g' }] };

describe('the shape of a pipelines file', () => {
  describe('at the root', () => {
    refuses('', [
      ['a file without pipelines', { intake: GONE, dlq_pipeline: GONE }, '', 'at least 2 key'],
      ['a pipeline called version', { version: {} }, 'version', 'must be string, not object'],
      ['a pipeline that is a list', { intake: [] }, 'intake', 'must be object, not array'],
    ]);
  });

  describe('of a pipeline', () => {
    refuses('intake', [
      ['an unknown key', { worker: 1 }, '.worker', 'unknown'],
      ['an unknown plugin', { source: { sqs: {} } }, '.source.sqs', 'unknown'],
      [
        'two plugins in one place',
        { buffer: { bounded_blocking: {}, kafka: KAFKA } },
        '.buffer',
        'at most 1 key',
      ],
      ['no plugin in a place', { source: {} }, '.source', 'at least 1 key'],
      ['a wrong type', { workers: '2' }, '.workers', 'must be integer, not string'],
      ['a fraction', { workers: 1.5 }, '.workers', 'must be integer, not number'],
      ['no workers', { workers: 0 }, '.workers', 'at least 1'],
      ['a negative delay', { delay: -1 }, '.delay', 'at least 0'],
      ['a missing sink', { sink: GONE }, '.sink', 'is missing'],
      ['no sink', { sink: [] }, '.sink', 'at least 1 item'],
      ['two routes in one entry', { route: [{ events: 'a', hosts: 'b' }] }, '.route[0]', 'at most 1 key'],
    ]);
  });

  describe('of the source', () => {
    refuses('intake.source.http', [
      ['a port below the range', { port: -1 }, '.port', 'at least 0'],
      ['a port above the range', { port: 65_536 }, '.port', 'at most 65535'],
      ['a path that does not begin with a slash', { path: 'in' }, '.path', 'does not match'],
      ['a request timeout below 2 ms', { request_timeout: 1 }, '.request_timeout', 'at least 2'],
      [
        'an amount of bytes without unit',
        { max_request_length: '20' },
        '.max_request_length',
        'does not match',
      ],
      ['an unknown compression', { compression: 'brotli' }, '.compression', 'none of the values'],
      ['a negative number of threads', { thread_count: -1 }, '.thread_count', 'at least 0'],
      [
        'a login without password',
        { authentication: { http_basic: { username: 'u' } } },
        '.authentication.http_basic.password',
        'is missing',
      ],
    ]);
  });

  describe('of a memory buffer', () => {
    refuses('intake.buffer.bounded_blocking', [
      ['a batch of nothing', { batch_size: 0 }, '.batch_size', 'at least 1'],
      ['a buffer of nothing', { buffer_size: 0 }, '.buffer_size', 'at least 1'],
    ]);
  });

  describe('of a Kafka buffer', () => {
    refuses(
      'intake.buffer.kafka',
      [
        ['two topics', { topics: [...KAFKA.topics, ...KAFKA.topics] }, '.topics', 'at most 1 item'],
        ['no topic', { topics: [] }, '.topics', 'at least 1 item'],
        ['a topic without group', { topics: [{ name: 't' }] }, '.topics[0].group_id', 'is missing'],
        [
          'a topic name with a blank',
          { topics: [{ name: 't t', group_id: 'g' }] },
          '.topics[0].name',
          'does not match',
        ],
        ['a broker without port', { bootstrap_servers: ['k'] }, '.bootstrap_servers[0]', 'does not match'],
        ['an unknown encryption', { encryption: { type: 'tls' } }, '.encryption.type', 'none of the values'],
        ['a drain time without unit', { drain_timeout: '30' }, '.drain_timeout', 'does not match'],
        [
          'two logins',
          { authentication: { sasl: { plaintext: LOGIN, scram: { ...LOGIN, mechanism: 'SCRAM-SHA-512' } } } },
          '.authentication.sasl',
          'at most 1 key',
        ],
        [
          'a login by SCRAM without its kind',
          { authentication: { sasl: { scram: LOGIN } } },
          '.authentication.sasl.scram.mechanism',
          'is missing',
        ],
      ],
      { buffer: { type: 'kafka', bootstrapServers: ['k:9092'], topic: 't' } },
    );
  });

  describe('of processors', () => {
    const match = { key: 'time', patterns: ['yyyy'] };
    refuses('intake.processor[0].date', [
      ['two matches', { match: [match, match] }, '.match', 'at most 1 item'],
      [
        'a match without patterns',
        { match: [{ key: 'time', patterns: [] }] },
        '.match[0].patterns',
        'at least 1 item',
      ],
      ['a match without key', { match: [{ patterns: ['yyyy'] }] }, '.match[0].key', 'is missing'],
    ]);
    refuses('intake.processor[2].add_entries', [
      ['no entries', { entries: [] }, '.entries', 'at least 1 item'],
    ]);
  });

  describe('of a sink', () => {
    refuses('intake.sink[0].opensearch', [
      ['an unknown key', { hots: [] }, '.hots', 'unknown'],
      ['missing hosts', { hosts: GONE }, '.hosts', 'is missing'],
      ['no hosts', { hosts: [] }, '.hosts', 'at least 1 item'],
      ['a host without scheme', { hosts: ['host:9200'] }, '.hosts[0]', 'does not match'],
      [
        'a host with a password in it',
        { hosts: [`https://me:${SECRET}@host`] },
        '.hosts[0]',
        'does not match',
      ],
      [
        'an index type with a hyphen',
        { index_type: 'management-disabled' },
        '.index_type',
        'none of the values',
      ],
      ['an unknown action', { action: 'replace' }, '.action', 'none of the values'],
      ['a version without expression', { document_version: '1' }, '.document_version', 'does not match'],
      ['zero retries', { max_retries: 0 }, '.max_retries', 'at least 1'],
      ['a flush timeout below -1', { flush_timeout: -2 }, '.flush_timeout', 'at least -1'],
      ['a slash in included keys', { include_keys: ['a/b'] }, '.include_keys[0]', 'does not match'],
    ]);
  });
});
