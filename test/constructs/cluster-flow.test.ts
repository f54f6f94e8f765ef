import { expect } from 'chai';
import { ClusterFlow, type ClusterFlowProps } from '../../src/constructs/cluster-flow.js';
import { LogAdapter } from '../../src/constructs/log-adapter.js';
import { LoggingStack } from '../../src/constructs/logging-stack.js';
import { at, one } from '../stack/object-parts.js';
import { defaults } from '../stack/stack-cases.js';
import { refusal, render } from './support.js';

const LOGGING = LogAdapter.fromLogging({ loggingRef: 'opni-logging', namespace: 'opni' });
const PROPS: ClusterFlowProps = { name: 'flow', logging: LOGGING, outputs: ['out'], clusterId: 'c1' };

interface Condition {
  readonly key: string;
  readonly pattern: string;
}
interface Grep {
  readonly exclude?: readonly Condition[];
  readonly or?: readonly { readonly regexp: readonly Condition[] }[];
}
type Filter = Readonly<Record<string, unknown>> & { readonly grep?: Grep };

const spec = (props: Partial<ClusterFlowProps> = {}) =>
  one(
    render((scope) => new ClusterFlow(scope, 'Flow', { ...PROPS, ...props })),
    'ClusterFlow',
  )['spec'];
const filters = (props: Partial<ClusterFlowProps> = {}) => at(spec(props), 'filters') as Filter[];
const names = (props: Partial<ClusterFlowProps> = {}) =>
  filters(props).map((filter) => Object.keys(filter).join());
const transformer = (props: Partial<ClusterFlowProps> = {}) =>
  filters(props).find((filter) => 'record_transformer' in filter)!['record_transformer'] as {
    readonly records: readonly Readonly<Record<string, string>>[];
    readonly remove_keys: string;
  };

type LogRecord = {
  readonly log_type?: string;
  readonly kubernetes?: { readonly labels: Record<string, string> };
};

/** Whether the filters let a record through, as Fluentd's grep decides. */
function passes(record: LogRecord, props: Partial<ClusterFlowProps>): boolean {
  const value = (key: string) => {
    const label = /^\$\['kubernetes'\]\['labels'\]\['(.*)'\]$/.exec(key);
    return label ? record.kubernetes?.labels[label[1]!] : (record as Record<string, string | undefined>)[key];
  };
  const holds = ({ key, pattern }: Condition) => {
    const text = value(key);
    return text !== undefined && new RegExp(pattern.slice(1, -1)).test(text);
  };
  return filters(props).every(
    ({ grep }) =>
      grep === undefined ||
      (!(grep.exclude ?? []).some(holds) && (grep.or ?? []).every(({ regexp }) => regexp.some(holds))),
  );
}
const pod = (labels: Record<string, string>): LogRecord => ({ kubernetes: { labels } });
const HOST: LogRecord = { log_type: 'controlplane' };

describe('ClusterFlow', () => {
  it('leaves its own namespace out and takes the rest, which the trailing entry is for', () => {
    expect(at(spec(), 'match')).to.deep.equal([{ exclude: { namespaces: ['opni'] } }, { select: {} }]);
    const more = at(spec({ excludeNamespaces: ['opni', 'noise'] }), 'match.0');
    expect(more).to.deep.equal({ exclude: { namespaces: ['opni', 'noise'] } });
  });

  it('joins exceptions before all other filters, and makes the id after them', () => {
    const all = names({
      multilineLanguages: ['java'],
      includeLabels: { a: '1', b: '2' },
      excludeLabels: { c: '3' },
    });
    expect(all).to.deep.equal([
      'detectExceptions',
      'grep',
      'grep',
      'grep',
      'dedot',
      'record_transformer',
      'elasticsearch_genid',
    ]);
    expect(names({ multilineLanguages: [] })).to.deep.equal([
      'dedot',
      'record_transformer',
      'elasticsearch_genid',
    ]);
  });

  it('asks for labels under their real names, before dots are replaced in them', () => {
    const order = names({
      includeLabels: { 'app.kubernetes.io/name': 'x' },
      excludeLabels: { 'a.b/c': 'y' },
    });
    expect(order.lastIndexOf('grep')).to.be.lessThan(order.indexOf('dedot'));
  });

  describe('with labels to include', () => {
    const props = { includeLabels: { 'app.kubernetes.io/part-of': 'shop', tier: 'web' } };

    it('takes pods that carry all of them', () => {
      expect(passes(pod({ 'app.kubernetes.io/part-of': 'shop', tier: 'web', other: 'x' }), props)).to.equal(
        true,
      );
      expect(passes(pod({ 'app.kubernetes.io/part-of': 'shop' }), props)).to.equal(false);
      expect(passes(pod({ tier: 'web' }), props)).to.equal(false);
      expect(passes(pod({}), props)).to.equal(false);
    });

    it('lets host logs pass, which have no labels', () => {
      expect(passes(HOST, props)).to.equal(true);
    });

    it('takes the whole value and takes it literally', () => {
      const version = { includeLabels: { version: '1.2.3' } };
      expect(passes(pod({ version: '1.2.3' }), version)).to.equal(true);
      for (const other of ['1x2x3', '1.2.34', '11.2.3']) {
        expect(passes(pod({ version: other }), version), other).to.equal(false);
      }
    });

    it('escapes whatever else has a meaning in an expression', () => {
      const value = 'a.b*c+d?e^f$g{h}i(j)k|l[m]n\\o/p';
      expect(passes(pod({ odd: value }), { includeLabels: { odd: value } })).to.equal(true);
      expect(passes(pod({ odd: 'a' }), { includeLabels: { odd: value } })).to.equal(false);
    });
  });

  describe('with labels to exclude', () => {
    const props = { excludeLabels: { debug: 'true', 'app.kubernetes.io/name': 'noisy' } };

    it('leaves pods out that carry any of them, and keeps the rest and the host logs', () => {
      expect(passes(pod({ debug: 'true' }), props)).to.equal(false);
      expect(passes(pod({ 'app.kubernetes.io/name': 'noisy', debug: 'false' }), props)).to.equal(false);
      expect(passes(pod({ debug: 'truer' }), props)).to.equal(true);
      expect(passes(HOST, props)).to.equal(true);
    });
  });

  it('stamps the cluster, the time and the text on every record', () => {
    expect(transformer()).to.deep.equal({
      enable_ruby: true,
      records: [
        {
          cluster_id: 'c1',
          log: "${record['log'] || record['message'] || record['MESSAGE']}",
          time: "${record['time'] || time.utc.iso8601(6)}",
        },
      ],
      remove_keys: 'MESSAGE',
    });
  });

  it('renames the text when another key is asked for, and keeps one copy of it', () => {
    const { records, remove_keys } = transformer({ messageKey: 'message' });
    expect(records[0]).to.have.property('message').and.not.be.empty;
    expect(records[0]).not.to.have.property('log');
    expect(remove_keys.split(',')).to.deep.equal(['MESSAGE', 'log']);
  });

  it('never removes the key that it just wrote the text to', () => {
    for (const messageKey of ['log', 'message', 'MESSAGE', 'text']) {
      expect(transformer({ messageKey }).remove_keys.split(','), messageKey).not.to.include(messageKey);
    }
  });

  it('refuses to put the text where a record has something else', () => {
    for (const messageKey of ['time', 'cluster_id', 'log_id', 'log_type', 'kubernetes', 'node']) {
      const props = { ...defaults('rke2'), collection: { pods: { messageKey } } };
      expect(
        refusal((scope) => new LoggingStack(scope, 'Stack', props)),
        messageKey,
      ).to.have.length(1);
    }
  });

  it('joins exceptions in the key that the collector writes, whatever the text is called later', () => {
    expect(filters({ multilineLanguages: ['go'], messageKey: 'message' })[0]).to.deep.equal({
      detectExceptions: {
        languages: ['go'],
        max_bytes: 262144,
        max_lines: 1000,
        message: 'log',
        multiline_flush_interval: '1',
      },
    });
  });

  it('refuses to send nowhere', () => {
    expect(refusal((scope) => new ClusterFlow(scope, 'Flow', { ...PROPS, outputs: [] }))).to.deep.equal([
      'Flow: flow flow has no output: name at least one',
    ]);
  });

  it('refuses a cluster id that Fluentd would run, and a language that breaks at the first record', () => {
    const refused = (props: Partial<ClusterFlowProps>) =>
      refusal((scope) => new ClusterFlow(scope, 'Flow', { ...PROPS, ...props }));
    expect(refused({ clusterId: '${`id`}' })[0]).to.include('clusterId');
    expect(refused({ multilineLanguages: ['cobol'] })[0]).to.include('"cobol" is not known');
  });
});
