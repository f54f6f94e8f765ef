import { expect } from 'chai';
import fc from 'fast-check';
import { type LocatedMap, plainValue } from '../../src/config/located.js';
import { merge, withoutNulls } from '../../src/config/merge.js';
import { parseConfigText } from '../../src/config/parse.js';

type Plain = Record<string, unknown>;
const locate = (value: Plain): LocatedMap => parseConfigText('a', JSON.stringify(value)).root!;
const merged = (base: Plain, over: Plain) => plainValue(merge(locate(base), locate(over)));
const resolved = (base: Plain, over: Plain) =>
  plainValue(withoutNulls(merge(locate(base), locate(over)))) as Plain;

const key = fc.constantFrom('a', 'b', 'c');
const { tree } = fc.letrec<{ tree: Plain; node: unknown }>((tie) => ({
  tree: fc.dictionary(key, tie('node'), { maxKeys: 3 }),
  node: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie('tree'),
  ),
}));

/** The rules of a merge, said in the plainest way. */
function model(base: Plain, over: Plain): Plain {
  const out: Plain = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = out[name];
    const both = isMap(below) && isMap(value);
    out[name] = both ? model(below, value) : value;
  }
  return out;
}
function isMap(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('merge', () => {
  it('merges maps, replaces lists, and removes what is null', () => {
    const base = { a: { x: 1, y: 2 }, l: [1, 2], n: 1, m: { z: 1 } };
    expect(resolved(base, { a: { y: 3 }, l: [], n: null, m: null })).to.deep.equal({
      a: { x: 1, y: 3 },
      l: [],
    });
  });

  it('keeps null inside a list', () => {
    expect(resolved({}, { l: [null, { a: null }] })).to.deep.equal({ l: [null, { a: null }] });
  });

  it('follows its rules for any two maps and changes neither', () => {
    fc.assert(
      fc.property(tree, tree, (base, over) => {
        const [below, above] = [locate(base), locate(over)];
        expect(plainValue(merge(below, above))).to.deep.equal(model(base, over));
        expect([plainValue(below), plainValue(above)]).to.deep.equal([base, over]);
      }),
    );
  });

  it('has the empty map as its neutral element and gives a map merged with itself back', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(merged({}, value)).to.deep.equal(value);
        expect(merged(value, {})).to.deep.equal(value);
        expect(merged(value, value)).to.deep.equal(value);
      }),
    );
  });

  it('takes every value from one of the two files, with its place', () => {
    const base = parseConfigText('base', 'a: {x: 1}\nb: 1\n').root!;
    const over = parseConfigText('over', '\na: {y: 2}\n').root!;
    const both = merge(base, over);
    const file = (name: string) => both.entries.get(name)?.value.source?.file;
    expect([file('a'), file('b')]).to.deep.equal(['over', 'base']);
  });

  it('leaves no null outside of lists', () => {
    const clean = (value: unknown): boolean =>
      Array.isArray(value) || (isMap(value) ? Object.values(value).every(clean) : value !== null);
    fc.assert(fc.property(tree, tree, (base, over) => clean(resolved(base, over))));
  });
});
