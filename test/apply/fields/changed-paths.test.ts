import { expect } from 'chai';
import fc from 'fast-check';
import { changedPaths, changesOf } from '../../../src/apply/fields/after-dry-run.js';
import { appliedBy, liveOf } from '../unit-support.js';

const ME = 'opni-logging';

describe('changedPaths', () => {
  const CASES: readonly (readonly [
    what: string,
    before: unknown,
    after: unknown,
    paths: readonly string[],
  ])[] = [
    ['nothing', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['a value', { spec: { a: 1, b: 2 } }, { spec: { a: 1, b: 3 } }, ['.spec.b']],
    ['an addition and a removal', { a: 1 }, { b: 1 }, ['.a', '.b']],
    ['a type', { a: { b: 1 } }, { a: [1] }, ['.a']],
    ['a map that comes', {}, { a: { b: 1 } }, ['.a']],
    ['names with dots and slashes', { 'a.b/c': 1 }, { 'a.b/c': 2 }, ['["a.b/c"]']],
    [
      'an item by its name',
      { c: [{ name: 'x', v: 1 }, { name: 'y' }] },
      { c: [{ name: 'x', v: 2 }, { name: 'y' }] },
      ['.c[name="x"].v'],
    ],
    ['an item that comes', { c: [{ name: 'x' }] }, { c: [{ name: 'x' }, { name: 'y' }] }, ['.c[name="y"]']],
    [
      'the order of items',
      { c: [{ name: 'x' }, { name: 'y' }] },
      { c: [{ name: 'y' }, { name: 'x' }] },
      ['.c'],
    ],
    ['the first item of a list', { c: [] }, { c: [{ name: 'y' }] }, ['.c']],
    ['a list without names', { c: [1, 2] }, { c: [2, 1] }, ['.c']],
    [
      'two items of one name',
      {
        c: [
          { name: 'x', v: 1 },
          { name: 'x', v: 2 },
        ],
      },
      { c: [{ name: 'x', v: 2 }] },
      ['.c'],
    ],
    [
      'the order of a list next to one whose name begins alike',
      { envFrom: 1, env: [{ name: 'x' }, { name: 'y' }] },
      { envFrom: 2, env: [{ name: 'y' }, { name: 'x' }] },
      ['.envFrom', '.env'],
    ],
  ];
  for (const [what, before, after, paths] of CASES) {
    it(`4: tells of ${what}`, () => expect(changedPaths(before, after)).to.deep.equal(paths));
  }

  it('stops at fifty', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`k${index}`, index]));
    expect(changedPaths({}, many)).to.have.length(50);
  });

  it('is empty exactly when both are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(changedPaths(a, structuredClone(a))).to.deep.equal([]);
        let equal = true;
        try {
          expect(a).to.deep.equal(b);
        } catch {
          equal = false;
        }
        expect(changedPaths(a, b).length === 0).to.equal(equal);
      }),
    );
  });

  it('finds the one value that differs, wherever it is', () => {
    const names = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(names, fc.anything({ maxDepth: 1 }), (path, other) => {
        fc.pre(typeof other !== 'object' && typeof other !== 'function');
        const nest = (value: unknown) =>
          path.reduceRight<unknown>((inner, name) => ({ [name]: inner, same: 1 }), value);
        expect(changedPaths(nest('before'), nest(other))).to.deep.equal(
          other === 'before' ? [] : [path.map((name) => `.${name}`).join('')],
        );
      }),
    );
  });
});

describe('changesOf', () => {
  const NONE = { changed: false, values: [], paths: [] };
  const object = (metadata: object, parts: object = {}) =>
    liveOf('v1/ConfigMap', { data: { a: '1' }, ...parts, metadata });

  it('2: sees no change in bookkeeping and status', () => {
    const before = object({ generation: 1, creationTimestamp: 'x' }, { status: { seen: 1 } });
    const after = object({ generation: 2, uid: 'u2', resourceVersion: '8', selfLink: '/x' }, { status: {} });
    expect(changesOf(before, after, ME)).to.deep.equal(NONE);
  });

  it('3: tells the values that change', () => {
    const after = object({ labels: { x: 'y' } }, { data: { a: '2' } });
    const paths = ['.data.a', '.metadata.labels'];
    expect(changesOf(object({}), after, ME)).to.deep.equal({ changed: true, values: paths, paths });
  });

  it('tells what becomes ours, and what no longer is, when no value changes', () => {
    const before = object({ managedFields: [appliedBy(ME, { 'f:data': { 'f:a': {}, 'f:b': {} } })] });
    const after = object({ managedFields: [appliedBy(ME, { 'f:data': { 'f:a': {}, 'f:c': {} } })] });
    expect(changesOf(before, after, ME)).to.deep.equal({
      changed: true,
      values: [],
      paths: ['.data.c', '.data.b'],
    });
    expect(changesOf(object({}), before, ME).paths).to.deep.equal(['.data.a', '.data.b']);
  });

  it('11: sees no change in what others own', () => {
    const before = object({ managedFields: [appliedBy('flux', { 'f:data': {} })] });
    const after = object({ managedFields: [appliedBy('flux', { 'f:data': { 'f:a': {} } })] });
    expect(changesOf(before, after, ME)).to.deep.equal(NONE);
  });
});
