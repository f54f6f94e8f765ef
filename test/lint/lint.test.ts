import { expect } from 'chai';
import { formatProblem } from '../../src/common/error.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { lintObjects } from '../../src/lint/lint.js';
import { RULES } from '../../src/lint/rules.js';
import { changed, type GoodName, goodObjects, goodSet, setWith } from './support.js';

const CONTEXT = { operatorVersion: '6.7', maxRequestBytes: 20 * 1024 ** 2 } as const;

/** Every place in a value that is below another one. */
function* placesIn(value: unknown, path: readonly (string | number)[] = []): Generator<(string | number)[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    yield place;
    yield* placesIn(child, place);
  }
}

describe('lintObjects', () => {
  it('finds nothing in objects that keep every rule, and nothing in none', () => {
    expect(lintObjects(goodSet(), CONTEXT)).to.deep.equal([]);
    expect(lintObjects([], CONTEXT)).to.deep.equal([]);
  });

  it('says object and field, what breaks, the rule, and the fix', () => {
    const problems = lintObjects(setWith('output', ['spec', 'http', 'json_array'], false), CONTEXT);
    expect(problems.map(formatProblem)).to.deep.equal([
      'ClusterOutput logs/shipper spec.http.json_array: is not true: Data Prepper refuses anything but an array ' +
        'with 400, and the chunk is lost [output-durability]\n    fix: `json_array: true`',
    ]);
  });

  it('tells all problems of all objects in one pass, in the order of the rules', () => {
    const objects = goodSet({
      agent: changed('agent', ['spec', 'tolerations'], []),
      output: changed('output', ['spec', 'http', 'buffer', 'type'], 'memory'),
      flow: changed('flow', ['spec', 'match'], []),
    });
    const ids = lintObjects(objects, CONTEXT).map(({ message }) => /\[([a-z-]+)\]$/.exec(message)?.[1]);
    // The flow takes nothing at all, and so no host logs either.
    expect(ids).to.deep.equal(['flow-match', 'flow-match', 'output-durability', 'collector-durability']);
  });

  it('leaves the objects as they are, and finds the same again', () => {
    const objects = setWith('flow', ['spec', 'globalOutputRefs'], ['gone']);
    const before = structuredClone(objects);
    const first = lintObjects(objects, CONTEXT);
    expect(first.length).to.equal(1);
    expect(lintObjects(objects, CONTEXT)).to.deep.equal(first);
    expect(objects).to.deep.equal(before);
  });

  it('never fails at a field of the wrong type, which the schemas refuse', () => {
    let tried = 0;
    for (const [name, object] of Object.entries(goodObjects())) {
      for (const part of ['spec', 'data']) {
        if (!(part in object)) continue;
        for (const place of placesIn({ [part]: (object as unknown as KubernetesObject)[part] })) {
          for (const value of [undefined, null, 'text', 7, true, [], [null], {}, { x: null }]) {
            const objects = setWith(name as GoodName, place, value);
            for (const operatorVersion of ['6.7', '4.10'] as const) {
              expect(() => lintObjects(objects, { ...CONTEXT, operatorVersion })).not.to.throw();
            }
            tried += 1;
          }
        }
      }
    }
    expect(tried).to.be.greaterThan(500);
  });

  it('has rules whose names are unique and in kebab-case', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const id of ids) expect(id).to.match(/^[a-z]+(-[a-z]+)*$/);
  });
});
