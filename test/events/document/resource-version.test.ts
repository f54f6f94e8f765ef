import { expect } from 'chai';
import fc from 'fast-check';
import { compareVersions, isNewer, isVersion } from '../../../src/events/document/resource-version.js';

const SEED = 20_261_125;
const anyVersion = fc.oneof(fc.nat(20).map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }));

describe('resource versions', () => {
  it(`are compared as the numbers that they are, of any size (case 12, seed ${SEED})`, () => {
    const property = fc.property(anyVersion, anyVersion, (a, b) => {
      const expected = a < b ? -1 : a > b ? 1 : 0;
      expect(Math.sign(compareVersions(String(a), String(b)))).to.equal(expected);
      expect(isNewer(String(a), String(b))).to.equal(a > b);
      expect(isVersion(String(a))).to.equal(true);
    });
    fc.assert(property, { numRuns: 3000, seed: SEED });
  });

  it('differ by one beyond what a number of this language can hold (case 12)', () => {
    for (const limit of [2n ** 53n, 2n ** 63n, 2n ** 64n, 10n ** 20n]) {
      expect(isNewer(String(limit + 1n), String(limit))).to.equal(true);
      expect(isNewer(String(limit), String(limit + 1n))).to.equal(false);
      expect(isNewer(String(limit), String(limit))).to.equal(false);
      expect(isNewer(String(limit), String(limit - 1n))).to.equal(true);
    }
  });

  it('are all newer than none', () => {
    expect(isNewer('0', undefined)).to.equal(true);
  });

  it('are decimal numbers of up to 128 bits, and nothing else', () => {
    expect(isVersion(String(2n ** 128n - 1n))).to.equal(true);
    for (const other of [
      '',
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      ' 1',
      '1\n',
      '0x1',
      'abc',
      '9'.repeat(40),
      7,
      null,
      undefined,
      {},
    ]) {
      expect(isVersion(other), JSON.stringify(other)).to.equal(false);
    }
  });
});
