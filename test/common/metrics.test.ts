import { expect } from 'chai';
import { MetricsRegistry } from '../../src/common/metrics.js';

const linesOf = (registry: MetricsRegistry) =>
  registry
    .text()
    .split('\n')
    .filter((line) => !line.startsWith('#'));

describe('metrics', () => {
  it('are text with help and type before the values, and a line feed at the end', () => {
    const registry = new MetricsRegistry();
    const posts = registry.counter('posts_total', 'Requests by status.', ['code']);
    const mark = registry.gauge('rv_mark', 'Where it is.');
    posts.inc({ code: '200' });
    posts.inc({ code: '200' }, 2);
    posts.inc({ code: '429' });
    mark.set({}, 7);
    expect(registry.text()).to.equal(
      '# HELP posts_total Requests by status.\n# TYPE posts_total counter\nposts_total{code="200"} 3\nposts_total{code="429"} 1\n' +
        '# HELP rv_mark Where it is.\n# TYPE rv_mark gauge\nrv_mark 7\n',
    );
  });

  it('begin at 0 when a counter has no labels, and are left out while a gauge has no value', () => {
    const registry = new MetricsRegistry();
    registry.counter('a_total', 'A.');
    registry.gauge('b', 'B.');
    expect(registry.text()).to.equal(
      '# HELP a_total A.\n# TYPE a_total counter\na_total 0\n# HELP b B.\n# TYPE b gauge\n',
    );
  });

  it('escape help and labels', () => {
    const registry = new MetricsRegistry();
    registry
      .counter('a_total', 'back\\slash, "quotes"\nand a new line', ['what'])
      .inc({ what: 'a\\b "c"\nd' });
    expect(registry.text()).to.equal(
      '# HELP a_total back\\\\slash, "quotes"\\nand a new line\n# TYPE a_total counter\na_total{what="a\\\\b \\"c\\"\\nd"} 1\n',
    );
  });

  it('keep whole numbers above 2^53 as they are (case 12)', () => {
    const registry = new MetricsRegistry();
    const mark = registry.gauge('rv_mark', 'Mark.');
    mark.set({}, '36893488147419103233');
    expect(linesOf(registry)).to.include('rv_mark 36893488147419103233');
    expect(() => mark.set({}, '1\nfaked 2')).to.throw(TypeError, 'rv_mark');
  });

  it('write what is no finite number in the words of Prometheus', () => {
    const registry = new MetricsRegistry();
    const gauge = registry.gauge('a', 'A.', ['n']);
    gauge.set({ n: '1' }, Number.POSITIVE_INFINITY);
    gauge.set({ n: '2' }, Number.NEGATIVE_INFINITY);
    gauge.set({ n: '3' }, Number.NaN);
    expect(linesOf(registry)).to.include.members(['a{n="1"} +Inf', 'a{n="2"} -Inf', 'a{n="3"} NaN']);
  });

  it('count observations in every bucket that they fit, a bound included', () => {
    const registry = new MetricsRegistry();
    const age = registry.histogram('age_seconds', 'Age.', [0.5, 1, 10], ['type']);
    for (const value of [0.5, 0.75, 1, 11]) age.observe({ type: 'Warning' }, value);
    expect(linesOf(registry)).to.deep.equal([
      'age_seconds_bucket{type="Warning",le="0.5"} 1',
      'age_seconds_bucket{type="Warning",le="1"} 3',
      'age_seconds_bucket{type="Warning",le="10"} 3',
      'age_seconds_bucket{type="Warning",le="+Inf"} 4',
      'age_seconds_sum{type="Warning"} 13.25',
      'age_seconds_count{type="Warning"} 4',
      '',
    ]);
  });

  it('show a histogram without labels from the beginning', () => {
    const registry = new MetricsRegistry();
    registry.histogram('a', 'A.', [1]);
    expect(linesOf(registry)).to.deep.equal([
      'a_bucket{le="1"} 0',
      'a_bucket{le="+Inf"} 0',
      'a_sum 0',
      'a_count 0',
      '',
    ]);
  });

  it('are read anew each time they are asked for', () => {
    const registry = new MetricsRegistry();
    let value: number | undefined;
    registry.read('queue_bytes', 'Queue.', 'gauge', () => value);
    registry.read('lines_total', 'Lines.', 'counter', () => [
      { labels: { type: 'ADDED' }, value: '9007199254740993' },
      { labels: { type: 'DELETED' }, value: 2 },
    ]);
    const lines = ['lines_total{type="ADDED"} 9007199254740993', 'lines_total{type="DELETED"} 2', ''];
    expect(linesOf(registry)).to.deep.equal(lines);
    value = 5;
    expect(linesOf(registry)).to.deep.equal(['queue_bytes 5', ...lines]);
  });

  it('refuse names that are none or taken, counters that fall and bounds that do not ascend', () => {
    const registry = new MetricsRegistry();
    const counter = registry.counter('a_total', 'A.');
    expect(() => registry.gauge('a_total', 'A.')).to.throw(TypeError, 'already');
    expect(() => registry.gauge('a-b', 'A.')).to.throw(TypeError, 'a-b');
    expect(() => registry.gauge('b', 'B.', ['__c'])).to.throw(TypeError, '__c');
    expect(() => registry.histogram('h', 'H.', [1, 1])).to.throw(TypeError, 'ascend');
    expect(() => registry.histogram('h', 'H.', [1], ['le'])).to.throw(TypeError, 'le');
    expect(() => counter.inc({}, -1)).to.throw(TypeError, '-1');
    expect(() => counter.inc({}, Number.NaN)).to.throw(TypeError);
    expect(linesOf(registry)).to.deep.equal(['a_total 0', '']);
  });
});
