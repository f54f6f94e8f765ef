import { Ajv } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { CONFIG_SHAPE } from '../../src/config/cluster-shape.js';
import { Findings } from '../../src/config/findings.js';
import { plainValue } from '../../src/config/located.js';
import { withoutNulls } from '../../src/config/merge.js';
import { parseConfigText } from '../../src/config/parse.js';
import { CONFIG_SCHEMA } from '../../src/config/schema/schema.js';
import { type ObjectShape, type Shape, shapeOf } from '../../src/config/shape.js';
import { reportMissing, Validator } from '../../src/config/validate.js';

const ajv = new Ajv({ allErrors: false, strict: false });
const oracle = ajv.compile(CONFIG_SCHEMA);

const TEXTS = (
  'a prod-eu-1 A_b x.y 20Gi 512 1.5Gi 500m 0.5 2 1.30 1.24 2.16.0 2.15.9 https://x:9200 http://x/ x:9092 repo:tag ' +
  '/var/log/a.log /etc/x docker.service 30s never opni-logging/v1 opni-logging/v2 rke2 kafka memory pins 6.7 4.10 é _t a_t'
)
  .split(' ')
  .concat('', `sha256:${'a'.repeat(64)}`, `sha256:${'A'.repeat(43)}`, 'a'.repeat(63), 'a'.repeat(64));

const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, 1, -1, 1.5, 'x', [], {}, [1], { a: 1 }, [null]),
  fc.constantFrom(...TEXTS),
);

/** Values for a shape: mostly what it allows, sometimes not. */
function valuesFor(shape: Shape): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: mostlyRight(shape) }, { weight: 1, arbitrary: anything });
}

function mostlyRight(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'object': {
      const known = [...shape.properties].map(
        ([key, child]) => [key, valuesFor(child)] as [string, fc.Arbitrary<unknown>],
      );
      const right = fc.record(Object.fromEntries(known), {
        requiredKeys: known.map(([key]) => key).filter((key) => shape.required.includes(key)),
      });
      const some = fc
        .tuple(right, fc.array(fc.nat(known.length - 1), { maxLength: 12 }))
        .map(([value, drop]) => {
          const entries = Object.entries(value as Record<string, unknown>);
          const dropped = drop
            .map((index) => known[index]![0])
            .filter((key) => !shape.required.includes(key));
          return Object.fromEntries(entries.filter(([key]) => !dropped.includes(key)));
        });
      const extended = some.map((value) => ({ ...value, zzz: 1 }));
      const lacking = some.map((value) => Object.fromEntries(Object.entries(value).slice(1)));
      return fc.oneof(
        { weight: 60, arbitrary: some },
        { weight: 1, arbitrary: extended },
        { weight: 1, arbitrary: lacking },
      );
    }
    case 'textMap':
      return fc.dictionary(fc.constantFrom('a', 'b.c/d'), valuesFor(shape.value), { maxKeys: 2 });
    case 'list':
      return fc.array(valuesFor(shape.item), { minLength: shape.minItems, maxLength: 2 });
    case 'integer':
      return fc.integer({ min: Math.max(shape.minimum, -10), max: Math.min(shape.maximum, 1_000_000) });
    case 'boolean':
      return fc.boolean();
    case 'any':
      return fc.constantFrom({}, { a: null, b: [null, 1, 'x'] });
    default: {
      const { pattern, values } = shape;
      const right = TEXTS.filter(
        (text) =>
          (values?.includes(text) ?? pattern?.test(text) ?? text !== '') && text.length <= shape.maxLength,
      );
      const fitting = values ?? (right.length > 0 ? right : TEXTS);
      return fc.oneof(
        { weight: 40, arbitrary: fc.constantFrom(...fitting) },
        { weight: 1, arbitrary: fc.constantFrom(...TEXTS) },
      );
    }
  }
}

function verdict(value: unknown): { ours: boolean; theirs: boolean } {
  const { root, problems } = parseConfigText('a.json', JSON.stringify(value));
  expect(problems).to.deep.equal([]);
  const findings = new Findings(100);
  new Validator(findings).check(root!, CONFIG_SHAPE);
  const merged = withoutNulls(root!);
  let missing = 0;
  reportMissing(merged, CONFIG_SHAPE, () => {
    missing += 1;
  });
  return { ours: findings.count + missing === 0, theirs: oracle(plainValue(merged)) };
}

describe('validation', () => {
  it('agrees with a JSON Schema validator on what to accept', () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(mostlyRight(CONFIG_SHAPE), (value) => {
        const { ours, theirs } = verdict(value);
        seen[theirs ? 'accepted' : 'refused'] += 1;
        expect(ours, JSON.stringify(oracle.errors?.[0])).to.equal(theirs);
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.accepted, seen.refused), JSON.stringify(seen)).to.be.above(20);
  });

  it('agrees with it for every setting by itself', () => {
    const base = {
      apiVersion: 'opni-logging/v1',
      cluster: { name: 'a', distribution: 'rke2' },
      opensearch: { url: 'https://x:9200', username: 'u' },
    };
    for (const [key, shape] of CONFIG_SHAPE.properties) {
      fc.assert(
        fc.property(fc.oneof(valuesFor(shape), anything), (value) => {
          const { ours, theirs } = verdict({ ...base, [key]: value });
          expect(ours, `${key}: ${JSON.stringify(value)}`).to.equal(theirs);
        }),
        { numRuns: 60 },
      );
    }
  });
});

describe('shapes', () => {
  it('knows the units of amounts by their patterns', () => {
    const at = (...keys: string[]) =>
      keys.reduce<Shape>((shape, key) => (shape as ObjectShape).properties.get(key)!, CONFIG_SHAPE);
    expect(at('aggregator', 'storage', 'size')).to.include({ unit: 'bytes' });
    expect(at('shipper', 'resources', 'limits', 'cpu')).to.include({ unit: 'cpu' });
    expect(at('agent', 'disableAfter')).to.include({ unit: 'duration' });
    expect(at('cluster', 'name')).to.include({ unit: undefined });
    expect(at('cluster', 'id')).to.include({ unit: undefined });
  });

  it('refuses a schema keyword that the validator does not know', () => {
    expect(() => shapeOf({ type: 'string', format: 'uri' }, {})).to.throw('schema keyword "format"');
    expect(() => shapeOf({ type: 'number' }, {})).to.throw('schema type "number"');
  });
});
