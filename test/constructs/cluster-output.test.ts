import { expect } from 'chai';
import {
  ClusterOutput,
  type ClusterOutputProps,
  RETRYABLE_CODES,
} from '../../src/constructs/cluster-output.js';
import { Flow } from '../../src/constructs/flow.js';
import { LogAdapter } from '../../src/constructs/log-adapter.js';
import { at, one } from '../stack/object-parts.js';
import { refusal, render } from './support.js';

const output = (props: Partial<ClusterOutputProps> = {}) =>
  one(
    render(
      (scope) =>
        new ClusterOutput(scope, 'Output', {
          name: 'out',
          logging: LogAdapter.fromLogging({ loggingRef: 'opni-logging', namespace: 'opni' }),
          endpoint: 'http://shipper:2021/log/ingest',
          ...props,
        }),
    ),
    'ClusterOutput',
  );
const http = (props: Partial<ClusterOutputProps> = {}) => at(output(props), 'spec.http');

describe('ClusterOutput', () => {
  it('tries again whatever Data Prepper and proxies answer when they are busy', () => {
    expect(at(http(), 'retryable_response_codes')).to.deep.equal([408, 425, 429, 500, 502, 503, 504]);
  });

  it('does not try again what can never succeed, which would block the queue for ever', () => {
    for (const code of [400, 401, 403, 404, 413]) expect(RETRYABLE_CODES).not.to.include(code);
    expect(http()).not.to.have.property('error_response_as_unrecoverable');
  });

  it('pushes back when its disk is full, and retries for ever at a bounded pace', () => {
    expect(at(http(), 'buffer')).to.deep.include({
      type: 'file',
      tags: '[]',
      flush_mode: 'interval',
      overflow_action: 'block',
      retry_forever: true,
      retry_max_interval: '30s',
    });
  });

  it('waits longer for an answer than Data Prepper takes to say 408', () => {
    expect(at(http(), 'read_timeout')).to.be.greaterThan(10);
  });

  it('sends JSON arrays', () => {
    expect(http()).to.deep.include({
      json_array: true,
      content_type: 'application/json',
      format: { type: 'json' },
    });
  });

  it('keeps chunks as small as it is told, and small when it is told nothing', () => {
    expect(at(http(), 'buffer')).to.include({ chunk_limit_size: '4194304', chunk_limit_records: 5000 });
    const told = at(http({ chunkLimitBytes: 1_000_000, chunkLimitRecords: 7 }), 'buffer');
    expect(told).to.include({ chunk_limit_size: '1000000', chunk_limit_records: 7 });
  });

  it('is closed to the flows of tenants, who could pose as another cluster', () => {
    expect(at(output(), 'spec.protected')).to.equal(true);
  });

  it('logs in with references and mounts the authority, so that no secret stands in it', () => {
    const found = http({
      endpoint: 'https://shipper:2021/log/ingest',
      auth: {
        username: { name: 'account', key: 'username' },
        password: { name: 'account', key: 'password' },
      },
      ca: { name: 'tls', key: 'ca.crt' },
    });
    expect(at(found, 'auth')).to.deep.equal({
      username: { valueFrom: { secretKeyRef: { name: 'account', key: 'username' } } },
      password: { valueFrom: { secretKeyRef: { name: 'account', key: 'password' } } },
    });
    expect(at(found, 'tls_ca_cert_path')).to.deep.equal({
      mountFrom: { secretKeyRef: { name: 'tls', key: 'ca.crt' } },
    });
    expect(found).not.to.have.property('tls_verify_mode');
  });

  it('counts flows that were added after it', () => {
    let logging: LogAdapter | undefined;
    const objects = render((scope) => {
      logging = new LogAdapter(scope, 'LogAdapter', {
        name: 'opni-logging',
        namespace: 'opni',
        aggregator: { storageSize: '10Gi' },
      });
      new ClusterOutput(scope, 'Output', {
        name: 'out',
        logging,
        endpoint: 'http://shipper:2021/log/ingest',
      });
      for (const name of ['a', 'b', 'c', 'd']) {
        new Flow(scope, name, { name, namespace: 'team', logging, outputs: ['x'] });
      }
    });
    expect(logging?.bufferLimitBytes()).to.equal(2 * 1024 ** 3);
    expect(at(one(objects, 'ClusterOutput'), 'spec.http.buffer.total_limit_size')).to.equal('2048m');
  });

  it('refuses an endpoint and limits that cannot work', () => {
    const refused = (props: Partial<ClusterOutputProps>) =>
      refusal(
        (scope) =>
          new ClusterOutput(scope, 'Output', {
            name: 'out',
            logging: LogAdapter.fromLogging({ loggingRef: 'r', namespace: 'n' }),
            endpoint: 'http://shipper:2021/log/ingest',
            ...props,
          }),
      );
    expect(refused({ endpoint: 'ftp://x' })[0]).to.include('ftp://x');
    expect(refused({ chunkLimitBytes: -1 })[0]).to.include('-1');
  });

  it('can be one that exists already', () => {
    expect(ClusterOutput.fromClusterOutputName('theirs').name).to.equal('theirs');
  });
});
