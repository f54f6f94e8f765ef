import { expect } from 'chai';
import { createLogger, type LoggerOptions } from '../../src/common/log.js';

const START = Date.UTC(2026, 10, 24, 12);

/** A logger over a clock that only the test moves. */
function logging(options: Partial<LoggerOptions> = {}) {
  const texts: string[] = [];
  let ms = 0;
  const clock = { now: () => ms, wallMs: () => START + ms };
  const log = createLogger({ write: (text) => texts.push(text), clock, ...options });
  return {
    log,
    texts,
    lines: () => texts.map((text) => JSON.parse(text) as Record<string, unknown>),
    advance: (by: number) => {
      ms += by;
    },
  };
}

describe('the logger', () => {
  it('writes one line of JSON with time, level and message first', () => {
    const { log, texts } = logging();
    log.info('a\nline with "quotes"', { count: 2, list: ['a'] });
    expect(texts).to.deep.equal([
      '{"time":"2026-11-24T12:00:00.000Z","level":"info","message":"a\\nline with \\"quotes\\"","count":2,"list":["a"]}\n',
    ]);
  });

  for (const [level, written] of [
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const) {
    it(`writes what matters as much as "${level}" or more`, () => {
      const { log, lines } = logging({ level });
      for (const each of ['error', 'warn', 'info', 'debug'] as const) {
        log[each]('x');
        expect(log.enabled(each)).to.equal((written as readonly string[]).includes(each));
      }
      expect(lines().map((line) => line['level'])).to.deep.equal(written);
    });
  }

  it('adds the fields of its parents, the nearest last', () => {
    const { log, lines } = logging({ fields: { a: 1, b: 1, c: 1 } });
    log.child({ b: 2, c: 2 }).info('x', { c: 3 });
    expect(lines()[0]).to.include({ a: 1, b: 2, c: 3 });
  });

  it('writes an error as its message and code, without its stack', () => {
    const { log, lines } = logging();
    log.error('x', {
      error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
      other: new Error('b'),
    });
    const { time: _time, ...line } = lines()[0]!;
    expect(line).to.deep.equal({
      level: 'error',
      message: 'x',
      error: 'refused',
      code: 'ECONNREFUSED',
      other: 'b',
    });
  });

  it('writes the stack of an error when it debugs', () => {
    const { log, lines } = logging({ level: 'debug' });
    log.error('x', { error: new Error('refused') });
    expect(lines()[0]!['stack']).to.match(/^Error: refused\n/);
  });

  it('lets no field take the place of time, level or message', () => {
    const { log, lines } = logging();
    log.info('x', { level: 'fine', time: 0 });
    expect(lines()[0]).to.include({ level: 'info', level_: 'fine', time_: 0, message: 'x' });
  });

  it('writes what is no JSON, rather than to throw', () => {
    const { log, lines } = logging();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    log.info('x', { loop, kept: 1, big: 2n ** 70n, nested: { error: new Error('deep') }, absent: undefined });
    log.info('y', { big: 2n ** 70n, nested: { error: new Error('deep') } });
    expect(lines()[0]).to.include({ loop: '[not JSON]', kept: 1, big: '1180591620717411303424' });
    expect(lines()[0]).to.not.have.property('absent');
    expect(lines()[1]!['nested']).to.deep.equal({ error: 'deep' });
  });
});

describe('a limited logger', () => {
  it('writes once an interval and says how many it left out', () => {
    const { log, lines, advance } = logging();
    for (let second = 0; second < 65; second++, advance(1000)) log.limited('refused').warn(`at ${second}`);
    expect(lines().map(({ message, suppressed }) => [message, suppressed])).to.deep.equal([
      ['at 0', undefined],
      ['at 30', 29],
      ['at 60', 29],
    ]);
  });

  it('writes again at the end of the interval and not before', () => {
    const { log, lines, advance } = logging();
    log.limited('a', 100).info('first');
    advance(99);
    log.limited('a', 100).info('early');
    advance(1);
    log.limited('a', 100).info('due');
    expect(lines().map(({ message }) => message)).to.deep.equal(['first', 'due']);
  });

  it('counts each key and each level by itself, over all children', () => {
    const { log, lines } = logging();
    log.limited('a').warn('1');
    log.limited('b').warn('2');
    log.limited('a').error('3');
    log.child({ part: 'x' }).limited('a').warn('left out');
    log.warn('4');
    log.limited('a').child({ part: 'y' }).warn('left out');
    expect(lines().map(({ message }) => message)).to.deep.equal(['1', '2', '3', '4']);
  });

  it('does not count what its level leaves out anyway', () => {
    const { log, lines, advance } = logging();
    for (let time = 0; time < 3; time++) log.limited('a').debug('x');
    advance(30_000);
    log.limited('a').info('y');
    expect(lines()).to.have.length(1);
    expect(lines()[0]).to.not.have.property('suppressed');
  });
});
