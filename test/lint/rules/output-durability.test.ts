import { expect } from 'chai';
import { outputDurability } from '../../../src/lint/rules/output-durability.js';
import { type Breach, BUFFER, check, describeRule, setWith } from '../support.js';

const http = (refuses: string, name: string, value: unknown, fix: string, path = name): Breach => ({
  refuses,
  objects: setWith('output', ['spec', 'http', ...name.split('.')], value),
  path: `ClusterOutput logs/shipper spec.http.${path}`,
  fix,
});
const buffer = (refuses: string, name: string, value: unknown, fix: string): Breach =>
  http(refuses, `buffer.${name}`, value, fix);

const CODES = 'retryable_response_codes';
const ALL = [408, 425, 429, 500, 502, 503, 504];

describeRule(
  outputDurability,
  [
    http('records that are not sent as an array', 'json_array', undefined, '`json_array: true`'),
    http('a format that cannot be an array', 'format', { type: 'csv' }, '`type: json`', 'format.type'),
    http('retries of 503 alone, which is the default', CODES, undefined, '[408, 425, 429,'),
    http('no retry of an overload answer', CODES, [408, 500, 502, 503, 504], '[408, 425, 429,'),
    http('retries of what is too large and stays so', CODES, [...ALL, 413], '[408, 425, 429,'),
    http('dropping what was refused', 'error_response_as_unrecoverable', false, 'remove `error_response'),
    http(
      'the content of a certificate where a path belongs',
      'tls_ca_cert_path',
      { valueFrom: { secretKeyRef: { name: 'ca', key: 'ca.crt' } } },
      '`mountFrom',
      'tls_ca_cert_path.valueFrom',
    ),
    http('no buffer', 'buffer', undefined, '`buffer: {type: file'),
    buffer('a buffer in memory', 'type', 'memory', '`type: file`'),
    buffer('a buffer that is off', 'disabled', true, 'remove `disabled`'),
    buffer('a full buffer that throws', 'overflow_action', undefined, '`overflow_action: block`'),
    buffer('a full buffer that drops', 'overflow_action', 'drop_oldest_chunk', '`overflow_action: block`'),
    buffer('an end of retries', 'retry_forever', false, '`retry_forever: true`'),
    buffer('waits without a ceiling', 'retry_max_interval', undefined, '`retry_max_interval: 30s`'),
    {
      ...buffer('chunks that wait for the end of their time slice', 'tags', undefined, '`tags: "[]"`'),
      objects: setWith('output', ['spec', 'http', 'buffer'], {
        ...BUFFER,
        tags: 'tag,time',
        flush_mode: 'lazy',
      }),
    },
    {
      ...buffer('the default chunk keys without an interval', 'tags', undefined, '`flush_mode: interval`'),
      objects: setWith('output', ['spec', 'http', 'buffer'], {
        ...BUFFER,
        tags: undefined,
        flush_mode: undefined,
      }),
    },
  ],
  () => {
    it('takes time as a chunk key when chunks are sent at an interval', () => {
      const objects = setWith('output', ['spec', 'http', 'buffer', 'tags'], 'tag,time');
      expect(check(outputDurability, objects)).to.deep.equal([]);
    });

    it('takes a path of a certificate that is mounted', () => {
      const objects = setWith('output', ['spec', 'http', 'tls_ca_cert_path'], {
        mountFrom: { secretKeyRef: {} },
      });
      expect(check(outputDurability, objects)).to.deep.equal([]);
    });

    it('leaves outputs to other systems alone', () => {
      const objects = setWith('output', ['spec', 'http'], { endpoint: 'https://example.com/in' });
      expect(check(outputDurability, objects)).to.deep.equal([]);
    });
  },
);
