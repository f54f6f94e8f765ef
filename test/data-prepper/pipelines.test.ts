import { expect } from 'chai';
import type { PipelineOptions } from '../../src/data-prepper/pipeline-options.js';
import { renderTemplate } from '../../src/data-prepper/render-template.js';
import { validatePipelines } from '../../src/data-prepper/validate-pipelines.js';
import { deadLettersOf, goodFile, intakeOf, sinksOf } from './fixtures.js';

const http = (options: Partial<PipelineOptions> = {}) => intakeOf(goodFile(options)).source!.http;

describe('buildPipelines', () => {
  it('makes a file that its own validation accepts, for every option', () => {
    const variants: Partial<PipelineOptions>[] = [
      {},
      { caFile: '/etc/ca/ca.crt' },
      { insecureSkipVerify: true, caFile: '/etc/ca/ca.crt' },
      { indexPrefix: 'team-a', workers: 8, readDelayMs: 0, username: 'no' },
      { buffer: { type: 'memory', records: 4000, batchRecords: 100 } },
      { buffer: { type: 'kafka', bootstrapServers: ['kafka-0:9092', 'kafka-1:9092'], topic: 'logs' } },
      {
        intake: {
          basicAuth: true,
          tls: { certificateFile: '/etc/tls/tls.crt', keyFile: '/etc/tls/tls.key' },
        },
      },
      { intake: { port: 8080, path: '/in', requestTimeoutMs: 2, maxRequestBytes: 1, compression: 'none' } },
    ];
    for (const variant of variants)
      expect(validatePipelines(goodFile(variant)), JSON.stringify(variant)).to.deep.equal([]);
  });

  it('sends events, host records and all others to an index each, by the day of the record', () => {
    const day = '${formatDateTime(/@timestamp, "yyyy.MM.dd")}';
    const summary = sinksOf(intakeOf(goodFile())).map(({ routes, index, document_id }) => ({
      routes,
      index,
      document_id,
    }));
    expect(summary).to.deep.equal([
      { routes: ['events'], index: `logs-events-${day}`, document_id: '${/event_id}' },
      { routes: ['hosts'], index: `logs-hosts-${day}`, document_id: '${/log_id}' },
      { routes: ['_default'], index: `logs-pods-${day}`, document_id: '${/log_id}' },
    ]);
    expect(intakeOf(goodFile()).route).to.deep.equal([
      { events: '/log_type == "event"' },
      { hosts: '/log_type == "controlplane"' },
    ]);
  });

  it('gives an id to every record that has none, of whatever kind', () => {
    const entries = intakeOf(goodFile()).processor!.flatMap((one) =>
      'add_entries' in one ? one.add_entries.entries : [],
    );
    expect(entries).to.deep.equal([
      {
        key: 'log_id',
        value_expression: 'generateUuid()',
        add_when: '/log_id == null and /log_type != "event"',
      },
      {
        key: 'event_id',
        value_expression: 'generateUuid()',
        add_when: '/event_id == null and /log_type == "event"',
      },
    ]);
  });

  it('falls back to the time of receipt only after the own time of the record was tried', () => {
    const [own, receipt] = intakeOf(goodFile()).processor!.flatMap((one) =>
      'date' in one ? [one.date] : [],
    );
    expect(own!.match![0]!.key).to.equal('time');
    expect(receipt).to.deep.equal({
      from_time_received: true,
      destination: '@timestamp',
      date_when: '/@timestamp == null',
    });
  });

  it('writes every sink without waiting, without rollover rights and with endless retries', () => {
    const file = goodFile();
    for (const sink of [...sinksOf(intakeOf(file)), ...sinksOf(deadLettersOf(file))]) {
      expect(sink)
        .to.include({ flush_timeout: -1, index_type: 'management_disabled' })
        .and.not.have.property('max_retries');
    }
  });

  it('keeps a dead letter as one text, so that it cannot be refused for the same reason again', () => {
    const { processor, source, sink } = deadLettersOf(goodFile({ indexPrefix: 'team' }));
    expect(source).to.equal(undefined);
    expect(processor).to.deep.equal([
      { add_entries: { entries: [{ key: 'document', value_expression: 'toJsonString()' }] } },
      { select_entries: { include_keys: ['document', '_failure_metadata', 'cluster_id', '@timestamp'] } },
    ]);
    expect(sink[0]!.opensearch)
      .to.include({ index: 'team-dead-letters' })
      .and.not.have.property('document_id');
  });

  it('checks certificates against the given file, or not at all when told so', () => {
    const all = (options: Partial<PipelineOptions>) => {
      const file = goodFile(options);
      return [...sinksOf(intakeOf(file)), ...sinksOf(deadLettersOf(file))];
    };
    for (const sink of all({})) expect(sink).to.not.have.any.keys('cert', 'insecure');
    for (const sink of all({ caFile: '/ca.crt' }))
      expect(sink).to.include({ cert: '/ca.crt' }).and.not.have.property('insecure');
    for (const sink of all({ caFile: '/ca.crt', insecureSkipVerify: true })) {
      expect(sink).to.include({ insecure: true }).and.not.have.property('cert');
    }
  });

  it('has the documented defaults', () => {
    const { workers, delay, buffer } = intakeOf(goodFile());
    expect({ workers, delay, buffer }).to.deep.equal({
      workers: 2,
      delay: 50,
      buffer: { bounded_blocking: { buffer_size: 50_000, batch_size: 2_000 } },
    });
    expect(http()).to.deep.equal({
      port: 2021,
      path: '/log/ingest',
      request_timeout: 10_000,
      max_request_length: '20mb',
      compression: 'gzip',
      health_check_service: true,
    });
  });

  it('takes every setting of the intake', () => {
    const intake = {
      port: 8443,
      path: '/in',
      requestTimeoutMs: 5_000,
      maxRequestBytes: 1_500,
      compression: 'none',
    } as const;
    expect(http({ intake })).to.include({
      port: 8443,
      path: '/in',
      request_timeout: 5_000,
      max_request_length: '1500b',
      compression: 'none',
    });
    expect(http({ intake: { tls: { certificateFile: '/tls.crt', keyFile: '/tls.key' } } })).to.include({
      ssl: true,
      ssl_certificate_file: '/tls.crt',
      ssl_key_file: '/tls.key',
    });
  });

  it('asks senders, but not the kubelet, to log in when told so', () => {
    expect(http()).to.not.have.any.keys('authentication', 'unauthenticated_health_check');
    expect(http({ intake: { basicAuth: true } })).to.deep.include({
      authentication: { http_basic: { username: '@@INTAKE_USERNAME@@', password: '@@INTAKE_PASSWORD@@' } },
      unauthenticated_health_check: true,
    });
  });

  describe('with a Kafka buffer', () => {
    const kafka = { type: 'kafka', bootstrapServers: ['kafka:9092'], topic: 'logs' } as const;
    const bufferOf = (buffer: PipelineOptions['buffer']) => intakeOf(goodFile({ buffer })).buffer;

    it('uses TLS and no login by default', () => {
      expect(bufferOf(kafka)).to.deep.equal({
        kafka: {
          bootstrap_servers: ['kafka:9092'],
          topics: [{ name: 'logs', group_id: 'opni-shipper' }],
          encryption: { type: 'ssl' },
          drain_timeout: '30s',
        },
      });
    });

    it('takes group, authority, and plain text on request', () => {
      expect(
        bufferOf({ ...kafka, groupId: 'g', encryption: { caFile: '/kafka.crt' } }),
      ).to.deep.nested.include({
        'kafka.topics[0].group_id': 'g',
        'kafka.encryption': { type: 'ssl', certificate: '/kafka.crt' },
      });
      expect(
        bufferOf({ ...kafka, encryption: { type: 'none', caFile: '/kafka.crt' } }),
      ).to.deep.nested.include({
        'kafka.encryption': { type: 'none' },
      });
    });

    it('logs in by each mechanism, with user and password from the Secret', () => {
      const login = { username: '@@KAFKA_USERNAME@@', password: '@@KAFKA_PASSWORD@@' };
      const sasl = {
        plain: { plaintext: login },
        'scram-sha-256': { scram: { ...login, mechanism: 'SCRAM-SHA-256' } },
        'scram-sha-512': { scram: { ...login, mechanism: 'SCRAM-SHA-512' } },
      } as const;
      for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
        const buffer = { ...kafka, authentication: { mechanism } };
        expect(bufferOf(buffer)).to.deep.nested.include({ 'kafka.authentication.sasl': sasl[mechanism] });
        expect(validatePipelines(goodFile({ buffer }))).to.deep.equal([]);
      }
    });
  });

  it('is the same text for the same options', () => {
    expect(renderTemplate(goodFile())).to.equal(renderTemplate(goodFile()));
  });
});
