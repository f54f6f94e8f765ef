import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalQuantity } from '../../../src/apply/fields/quantity.js';

const CANONICAL: readonly (readonly [given: unknown, canonical: string])[] = [
  ['0', '0'],
  ['0Gi', '0'],
  ['0.00m', '0'],
  [1, '1'],
  [0.5, '500m'],
  [0.25, '250m'],
  ['0.1', '100m'],
  ['0.5', '500m'],
  ['1.0', '1'],
  ['1.50', '1500m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['1001m', '1001m'],
  ['1000', '1k'],
  ['1000k', '1M'],
  ['1024', '1024'],
  ['999999', '999999'],
  ['1500k', '1500k'],
  ['2000000M', '2T'],
  ['1024Mi', '1Gi'],
  ['1000Mi', '1000Mi'],
  ['0.5Gi', '512Mi'],
  ['1.5Ki', '1536'],
  ['31.25Ki', '32000'],
  ['1Ki', '1Ki'],
  ['9P', '9P'],
  ['7Ei', '7Ei'],
];

const UNKNOWN: readonly unknown[] = [
  ...[
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '.5',
    '1.',
    '1.125',
    '007',
    '00',
    '1e3',
    '1E3',
    '12e-1',
    '1K',
    '1ki',
    '1kk',
  ],
  ...['1n', '1u', 'Gi', '1_000', '0x10', '1,5', '\u0661'],
  // Below one step of a binary suffix, or with a fraction that no suffix takes.
  ...['0.5Ki', '1.01Ki', '0.01m', '0.5m'],
  // What does not fit into 64 bits, in thousandths for decimal suffixes, may be rounded or cut by the server.
  ...['10P', '9E', '8Ei', '9999999999999999', '9223372036854775807', '1000000000000000'],
  ...[-1, 1.125, 1e21, Number.NaN, Number.POSITIVE_INFINITY, true, null, undefined, {}, ['1'], 1n],
];

/** The amount of a quantity in thousandths of hundredths, by another way of reckoning. */
function amountOf(text: string): bigint {
  const [, number = '', suffix = ''] = /^([\d.]+)(\D*)$/.exec(text) ?? [];
  const [whole = '', decimals = ''] = number.split('.');
  const hundredths = BigInt(whole + decimals.padEnd(2, '0'));
  if (suffix === 'm') return hundredths;
  const exponent = ' kMGTPE'.indexOf(suffix.charAt(0).replace('K', 'k') || ' ');
  return (
    hundredths * 1000n * (suffix.endsWith('i') ? 2n ** BigInt(10 * exponent) : 10n ** BigInt(3 * exponent))
  );
}

const quantities = fc
  .tuple(
    fc.oneof(fc.bigInt(0n, 4096n), fc.bigInt(0n, 10n ** 15n - 1n)),
    fc.constantFrom('', '.0', '.5', '.25', '.75', '.1', '.01', '.00'),
    fc.constantFrom('', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'),
  )
  .map((parts) => parts.join(''));

describe('canonicalQuantity', () => {
  for (const [given, canonical] of CANONICAL) {
    it(`makes ${canonical} of ${JSON.stringify(given)}`, () => {
      expect(canonicalQuantity(given)).to.equal(canonical);
    });
  }

  it('gives no answer where the server keeps another spelling, rounds, or refuses', () => {
    const answered = UNKNOWN.filter((given) => canonicalQuantity(given) !== undefined);
    expect(answered).to.deep.equal([]);
  });

  it('never changes the amount', () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const canonical = canonicalQuantity(text);
        if (canonical !== undefined) expect(amountOf(canonical)).to.equal(amountOf(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('never gives a fraction, a zero in front, or a suffix that a larger one could replace', () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const canonical = canonicalQuantity(text);
        if (canonical === undefined) return;
        const [, number = '', suffix = ''] = /^(0|[1-9]\d*)(m|k|[MGTPE]|[KMGTPE]i)?$/.exec(canonical) ?? [];
        expect(number).to.not.equal('');
        const binary = /i$/.test(text);
        if (number !== '0' && !suffix.startsWith('E')) {
          expect(BigInt(number) % (binary ? 1024n : 1000n)).to.not.equal(0n);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('says the same again of what it said', () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const canonical = canonicalQuantity(text);
        // A binary amount that no suffix fits is written like a decimal one, and read as such.
        if (canonical === undefined || (text.endsWith('i') && !canonical.endsWith('i'))) return;
        const again = canonicalQuantity(canonical);
        if (/^\d{16}/.test(canonical)) expect(again).to.be.oneOf([canonical, undefined]);
        else expect(again).to.equal(canonical);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows all amounts of a gibibyte in all spellings', () => {
    const spellings = ['1Gi', '1024Mi', '1048576Ki', '1.00Gi'].map(canonicalQuantity);
    expect(new Set(spellings)).to.deep.equal(new Set(['1Gi']));
    expect(canonicalQuantity('1073741824')).to.equal('1073741824');
  });
});
