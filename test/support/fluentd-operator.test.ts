import { expect } from 'chai';
import { checkFluentdConfig, paramOf, parseFluentd, renderFluentdConfig } from './fluentd-config.js';
import type { JsonMap } from './fluentd-plugins.js';
import { expectGolden } from './golden.js';

const durable: JsonMap = {
  endpoint: 'http://opni-shipper.opni.svc:2021/log/ingest',
  content_type: 'application/json',
  json_array: true,
  retryable_response_codes: [408, 425, 429, 500, 502, 503, 504],
  read_timeout: 60,
  buffer: {
    type: 'file',
    tags: '[]',
    flush_mode: 'interval',
    flush_interval: '5s',
    flush_thread_count: 2,
    flush_at_shutdown: false,
    chunk_limit_size: '2MB',
    total_limit_size: '8GB',
    overflow_action: 'block',
    retry_max_interval: '30s',
  },
};

const flow = (name: string, spec: JsonMap): JsonMap => ({
  metadata: { name, namespace: 'opni' },
  spec: { loggingRef: 'opni', match: [{ select: {} }], globalOutputRefs: ['opni-output'], ...spec },
});
const output = (name: string, http: JsonMap = durable): JsonMap => ({
  metadata: { name, namespace: 'opni' },
  spec: { loggingRef: 'opni', protected: true, http },
});
const logging = (spec: JsonMap = {}): JsonMap => ({
  metadata: { name: 'opni-logging' },
  spec: { loggingRef: 'opni', controlNamespace: 'opni', fluentd: {}, ...spec },
});

const OUR_FLOW = flow('opni-flow', {
  match: [{ exclude: { namespaces: ['opni'] } }, { select: {} }],
  filters: [
    { detectExceptions: { languages: ['java', 'python'], multiline_flush_interval: '0.1' } },
    { dedot: { de_dot_nested: true, de_dot_separator: '-' } },
    { record_modifier: { records: [{ cluster_id: 'c1' }] } },
    { elasticsearch_genid: { hash_id_key: 'log_id' } },
  ],
});

/** The inside of the label of a Logging with one flow and one output. */
function rendered(spec: JsonMap, http?: JsonMap, root: JsonMap = {}): string {
  const text = renderFluentdConfig({
    logging: logging(root),
    clusterFlows: [flow('f', spec)],
    clusterOutputs: [output('opni-output', http)],
  });
  const label = /<label @[0-9a-f]{32}>\n(.*?)<\/label>/s.exec(text)?.[1] ?? '';
  return label.replace(/^ {2}/gm, '');
}

describe('renderer of the operator’s Fluentd configuration', () => {
  it('renders the whole file of our flow: source, router, label with filters in order, error output', () => {
    const text = renderFluentdConfig({
      logging: logging({ errorOutputRef: 'opni-output' }),
      clusterFlows: [OUR_FLOW],
      clusterOutputs: [output('opni-output')],
    });
    expectGolden('support/fluentd-our-flow.conf', text);
    expect(checkFluentdConfig(text)).to.deep.equal([]);
    const label = parseFluentd(text).sections.find(({ name }) => name === 'label');
    expect(
      label?.sections.map((section) => `${section.name} ${section.argument} ${paramOf(section, '@type')}`),
    ).to.deep.equal([
      'match kubernetes.** detect_exceptions',
      'filter ** dedot',
      'filter ** record_modifier',
      'filter ** elasticsearch_genid',
      'match ** http',
    ]);
  });

  it('makes the label from name, namespace, sorted namespaces and labels', () => {
    const spec = { match: [{ select: { namespaces: ['b', 'a'], labels: { y: '2', x: '1' } } }] };
    const text = renderFluentdConfig({
      logging: logging(),
      clusterFlows: [flow('f', spec)],
      clusterOutputs: [output('opni-output')],
    });
    // md5 of fopniabx1y2
    expect(text)
      .to.contain('@label @7955b951124a343a412103672daf2a13')
      .and.contain('<label @7955b951124a343a412103672daf2a13>');
    expect(text).to.contain('      labels x:1,y:2\n      namespaces a,b\n      negate false\n');
    expect(text).to.contain('    metrics_labels {"id":"clusterflow:opni:f"}\n');
  });

  it('sends errors to null without errorOutputRef', () => {
    const text = renderFluentdConfig({ logging: logging(), clusterFlows: [], clusterOutputs: [] });
    expect(text).to.contain(
      '<label @ERROR>\n  <match **>\n    @type null\n    @id main-fluentd-error\n  </match>\n</label>\n',
    );
  });

  it('writes the buffer defaults of the operator when there is no buffer', () => {
    expect(rendered({}, { endpoint: 'http://a' })).to.equal(`<match **>
  @type http
  @id clusterflow:opni:f:clusteroutput:opni:opni-output
  endpoint http://a
  <buffer tag,time>
    @type file
    path /buffers/clusterflow:opni:f:clusteroutput:opni:opni-output.*.buffer
    retry_forever true
    timekey 10m
    timekey_wait 1m
  </buffer>
</match>
`);
  });

  it('writes buffer, format and auth in this order, Secrets as mounted files or literals', () => {
    const secretKeyRef = { name: 'tls', key: 'ca.crt' };
    const text = rendered(
      {},
      {
        endpoint: 'https://a',
        auth: { username: { value: 'u' }, password: { value: 'p' } },
        format: { type: 'json' },
        tls_ca_cert_path: { mountFrom: { secretKeyRef } },
        headers: { b: '<2>', a: '1' },
        buffer: { type: 'memory', tags: '', retry_forever: false },
      },
    );
    expect(text).to.equal(`<match **>
  @type http
  @id clusterflow:opni:f:clusteroutput:opni:opni-output
  endpoint https://a
  headers {"a":"1","b":"\\u003c2\\u003e"}
  tls_ca_cert_path /fluentd/secret/opni-tls-ca.crt
  <buffer>
    @type memory
    retry_forever false
    timekey 10m
    timekey_wait 1m
  </buffer>
  <format>
    @type json
  </format>
  <auth>
    password p
    username u
  </auth>
</match>
`);
  });

  it('cannot express false and 0 where the operator takes them as unset', () => {
    const text = rendered(
      {},
      { endpoint: 'http://a', json_array: false, read_timeout: 0, error_response_as_unrecoverable: false },
    );
    expect(text).to.not.match(/json_array|read_timeout/);
    expect(text).to.contain('error_response_as_unrecoverable false');
  });

  it('copies to two outputs', () => {
    const text = renderFluentdConfig({
      logging: logging(),
      clusterFlows: [flow('f', { globalOutputRefs: ['b', 'a'] })],
      clusterOutputs: [output('a'), output('b')],
    });
    expect(text).to.contain(
      '  <match **>\n    @type copy\n    <store>\n      @type http\n      @id clusterflow:opni:f:clusteroutput:opni:b\n',
    );
    expect(checkFluentdConfig(text)).to.deep.equal([]);
  });

  it('drops buffer paths with several workers', () => {
    expect(rendered({}, undefined, { fluentd: { workers: 2 } })).to.not.contain('path ');
  });

  it('sees only objects of its loggingRef and control namespace', () => {
    const other = {
      ...flow('other', {}),
      spec: { ...(flow('other', {})['spec'] as JsonMap), loggingRef: 'x' },
    };
    const elsewhere = { ...flow('elsewhere', {}), metadata: { name: 'elsewhere', namespace: 'default' } };
    const text = renderFluentdConfig({
      logging: logging(),
      clusterFlows: [other, elsewhere],
      clusterOutputs: [],
    });
    expect(text).to.not.match(/other|elsewhere|<route>/);
  });

  const refused: [string, () => string, string][] = [
    ['a dangling output', () => rendered({ globalOutputRefs: ['x'] }), 'no ClusterOutput x'],
    ['a dangling error output', () => rendered({}, undefined, { errorOutputRef: 'x' }), 'no ClusterOutput x'],
    [
      'select and exclude in one match',
      () => rendered({ match: [{ select: {}, exclude: {} }] }),
      'select and exclude',
    ],
    [
      'a Secret value that nobody gives',
      () =>
        rendered(
          {},
          {
            endpoint: 'https://a',
            tls_private_key_passphrase: { valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
          },
        ),
      'no secretValue option',
    ],
  ];
  for (const [title, act, message] of refused) {
    it(`refuses ${title}`, () => expect(act).to.throw(message));
  }
});
