import { expect } from 'chai';
import fc from 'fast-check';
import { OpniLoggingError } from '../../src/common/error.js';
import { formatBytes, parseBytes, parseCpu, parseDurationMs } from '../../src/config/quantity.js';
import { editDistance, nearest } from '../../src/config/suggest.js';
import { refusal } from './support.js';

describe('quantities', () => {
  it('reads bytes exactly, rounding parts of a byte up', () => {
    const table: readonly (readonly [string, number])[] = [
      ['0', 0],
      ['1024', 1024],
      ['1k', 1000],
      ['1Ki', 1024],
      ['20Gi', 20 * 2 ** 30],
      ['1.5G', 1_500_000_000],
      ['0.1Ki', 103],
      ['0.000000001k', 1],
      ['8191Ti', 8191 * 2 ** 40],
      ['7Pi', 7 * 2 ** 50],
    ];
    for (const [text, bytes] of table) expect(parseBytes(text), text).to.equal(bytes);
    expect(parseBytes('9007199254740991')).to.equal(Number.MAX_SAFE_INTEGER);
  });

  it('refuses what is no amount of bytes', () => {
    for (const text of [
      '',
      '-1',
      '1 Gi',
      '1GB',
      '1m',
      '1e3',
      '1.',
      '.5Gi',
      '9007199254740992',
      '8Pi',
      '1Ei',
    ]) {
      expect(refusal(() => parseBytes(text)).code, text).to.equal('config');
    }
  });

  it('writes bytes so that they are read back', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (bytes) => parseBytes(formatBytes(bytes)) === bytes));
    expect(formatBytes(20 * 2 ** 30)).to.equal('20Gi');
    expect(formatBytes(1_500_000)).to.equal('1500k');
    expect(formatBytes(1025)).to.equal('1025');
    expect(formatBytes(0)).to.equal('0');
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => formatBytes(wrong)).to.throw(OpniLoggingError);
  });

  it('reads cores', () => {
    for (const [text, cores] of [
      ['500m', 0.5],
      ['0.5', 0.5],
      ['2', 2],
      ['1.001', 1.001],
      ['0', 0],
    ] as const) {
      expect(parseCpu(text), text).to.equal(cores);
    }
    for (const text of ['', '1.0001', '0.5m', 'm', '1 ', '-1'])
      expect(() => parseCpu(text)).to.throw(OpniLoggingError);
  });

  it('reads lengths of time', () => {
    for (const [text, ms] of [
      ['0s', 0],
      ['5ms', 5],
      ['30s', 30_000],
      ['2m', 120_000],
      ['1h', 3_600_000],
    ] as const) {
      expect(parseDurationMs(text), text).to.equal(ms);
    }
    expect(parseDurationMs('9007199254740s')).to.equal(9_007_199_254_740_000);
    for (const text of ['', '2', '2 m', '1d', '-1s', '1.5h', 'never', '9007199254741s', '999999999999999h']) {
      expect(() => parseDurationMs(text), text).to.throw(OpniLoggingError);
    }
  });
});

describe('suggestions', () => {
  it('counts letters added, left out, changed and swapped', () => {
    for (const [a, b, distance] of [
      ['', 'abc', 3],
      ['abc', 'abc', 0],
      ['abc', 'acb', 1],
      ['abc', 'ab', 1],
      ['abc', 'axc', 1],
      ['kitten', 'sitting', 3],
    ] as const) {
      expect(editDistance(a, b)).to.equal(distance);
    }
  });

  it('measures a distance: none to itself, the same both ways, never above the longer name', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).to.equal(a === b);
        expect(distance).to.equal(editDistance(b, a));
        expect(distance).to.be.at.most(Math.max(a.length, b.length));
      }),
    );
  });

  it('suggests the nearest name, and none when nothing is near', () => {
    expect(nearest('rk2', ['rke', 'rke2'])?.name).to.equal('rke2');
    expect(nearest('storage_class', ['size', 'storageClass'])?.name).to.equal('storageClass');
    expect(nearest('foo', ['bar', 'baz'])).to.equal(undefined);
    expect(nearest('x', ['y', 'id'])).to.equal(undefined);
    expect(nearest('a'.repeat(100_000), ['a'.repeat(100_000)])).to.equal(undefined);
  });
});
