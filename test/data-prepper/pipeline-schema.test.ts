import { Ajv } from 'ajv';
import { expect } from 'chai';
import { toDocument } from '../../src/data-prepper/pipeline-model.js';
import { PIPELINES_SCHEMA } from '../../src/data-prepper/pipeline-schema.js';
import { checkSchema } from '../../src/data-prepper/schema-node.js';
import { goodFile, type Loose } from './fixtures.js';

/** JSON Schema proper: patterns as text. */
const asJson = (schema: unknown): Loose =>
  JSON.parse(JSON.stringify(schema, (_key, value) => (value instanceof RegExp ? value.source : value)));

const documents = [
  goodFile({ intake: { basicAuth: true, tls: { certificateFile: '/c', keyFile: '/k' } }, caFile: '/ca' }),
  goodFile({
    buffer: {
      type: 'kafka',
      bootstrapServers: ['k:9092'],
      topic: 't',
      authentication: { mechanism: 'scram-sha-512' },
    },
  }),
].map(toDocument);

/** Every document that differs from the given one in one place: a value of another kind, a key more, a key less. */
function* variants(document: Loose, path: readonly (string | number)[] = []): Iterable<Loose> {
  const node = path.reduce((value: Loose, key) => value[key], document);
  const replaced = (value: unknown): Loose => {
    const copy = structuredClone(document);
    if (path.length === 0) return value;
    path.slice(0, -1).reduce((parent: Loose, key) => parent[key], copy)[path.at(-1)!] = value;
    return copy;
  };
  for (const value of [null, true, 0, -2, 70_000, 1.5, '', 'x', '/x', [], ['x'], {}, { x: 'x' }])
    yield replaced(value);
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield replaced({ ...node, surplus: 1 });
  for (const key of Object.keys(node)) {
    if (!Array.isArray(node))
      yield replaced(Object.fromEntries(Object.entries(node).filter(([name]) => name !== key)));
    yield* variants(document, [...path, Array.isArray(node) ? Number(key) : key]);
  }
}

describe('the pipelines schema', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(asJson(PIPELINES_SCHEMA));

  it('accepts the files that are built', () => {
    for (const document of documents) {
      expect(validate(document), JSON.stringify(validate.errors)).to.equal(true);
      expect(checkSchema(document, PIPELINES_SCHEMA, '')).to.deep.equal([]);
    }
  });

  it('says the same as ajv of every file that differs in one place', () => {
    let refused = 0;
    let accepted = 0;
    for (const document of documents) {
      for (const variant of variants(document)) {
        const expected = validate(variant) === true;
        expect(checkSchema(variant, PIPELINES_SCHEMA, '').length === 0, JSON.stringify(variant)).to.equal(
          expected,
        );
        if (expected) accepted++;
        else refused++;
      }
    }
    expect(refused).to.be.above(1_000);
    expect(accepted).to.be.above(100);
  });

  it('refuses unknown keys at every object but a route', () => {
    const open: string[] = [];
    const walk = (node: Loose, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if (node.type === 'object' && node.additionalProperties !== false) open.push(path);
      for (const [key, child] of Object.entries(node)) walk(child, `${path}/${key}`);
    };
    walk(asJson(PIPELINES_SCHEMA), '');
    expect(open).to.deep.equal([
      '',
      '/additionalProperties/properties/route/items',
      '/additionalProperties/properties/sink/items/properties/opensearch/properties/dlq/properties/s3',
    ]);
  });
});
