import { expect } from 'chai';
import fc from 'fast-check';
import { mergePatch } from '../../src/constructs/merge-patch.js';

const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 4 }),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('json'), { maxKeys: 4 }),
  ),
}));

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const copy = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

/** Whether null stands anywhere in maps, where it means removal. */
const holdsNull = (value: unknown): boolean =>
  value === null || (isMap(value) && Object.values(value).some(holdsNull));

/** The patch that turns one value into another without nulls in it (RFC 7396 read backwards). */
function difference(from: unknown, to: unknown): unknown {
  if (!isMap(from) || !isMap(to)) return to;
  const removed = Object.keys(from).filter((key) => !(key in to));
  const changed = Object.keys(to).map((key) => [key, difference(from[key], to[key])] as const);
  return { ...Object.fromEntries(removed.map((key) => [key, null])), ...Object.fromEntries(changed) };
}

describe('merge patch', () => {
  // The examples of RFC 7396, appendix A.
  for (const [target, patch, result] of [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ] as const) {
    it(`of ${JSON.stringify(target)} with ${JSON.stringify(patch)} is ${JSON.stringify(result)}`, () => {
      expect(mergePatch(target, patch)).to.deep.equal(result);
    });
  }

  it('changes neither of the two', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = copy([target, patch]);
        mergePatch(target, patch);
        expect([target, patch]).to.deep.equal(before);
      }),
    );
  });

  it('does the same a second time', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).to.deep.equal(once);
      }),
    );
  });

  it('with an empty map leaves a map as it is', () => {
    fc.assert(
      fc.property(json.filter(isMap), (target) => {
        expect(mergePatch(target, {})).to.deep.equal(target);
      }),
    );
  });

  it('reaches every value that holds no null', () => {
    const whole = json.filter((value) => !holdsNull(value));
    fc.assert(
      fc.property(whole, whole, (from, to) => {
        expect(mergePatch(from, difference(from, to))).to.deep.equal(to);
      }),
    );
  });

  it('leaves keys alone that it does not name', () => {
    fc.assert(
      fc.property(json.filter(isMap), json.filter(isMap), (target, patch) => {
        const merged = mergePatch(target, patch) as Record<string, unknown>;
        for (const key of Object.keys(target).filter((name) => !(name in patch))) {
          expect(merged[key]).to.deep.equal(target[key]);
        }
      }),
    );
  });

  it('takes names of JavaScript’s own properties for ordinary keys', () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      const patch = JSON.parse(`{"${key}": {"a": 1}}`) as object;
      expect(JSON.stringify(mergePatch({}, patch)), key).to.equal(JSON.stringify(patch));
    }
  });
});
