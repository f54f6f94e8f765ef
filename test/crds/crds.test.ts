import { expect } from 'chai';
import { repositoryPath } from '../support/repository.js';
import { type CrdSchema, readCrds, schemasIn } from './crd-files.js';

/** Keywords that our definitions use. All are allowed in a structural schema. */
const KEYWORDS = new Set([
  'additionalProperties',
  'description',
  'enum',
  'items',
  'pattern',
  'properties',
  'required',
  'type',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What apiextensions would say against one schema of a structural schema. */
function structuralProblems(schema: CrdSchema): string[] {
  const problems: string[] = [];
  const say = (wrong: boolean | undefined, what: string) => wrong && problems.push(what);
  for (const key of Object.keys(schema)) say(!KEYWORDS.has(key), `keyword ${key}`);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  say(intOrString && schema.type !== undefined, 'int-or-string with a type');
  say(!intOrString && !TYPES.includes(schema.type ?? ''), `type ${schema.type}`);
  say(
    (schema.type === 'array') !== (schema.items !== undefined),
    'items without array, or array without items',
  );
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  say(schema.properties && schema.additionalProperties && true, 'properties and additionalProperties');
  say(preserves && schema.type !== 'object', 'unknown fields preserved in what is no object');
  say(
    schema.type === 'object' && !preserves && !schema.properties && !schema.additionalProperties,
    'an object of which everything would be pruned',
  );
  for (const name of schema.required ?? []) say(!(name in (schema.properties ?? {})), `required ${name}`);
  return problems;
}

describe('the bundled definitions', () => {
  const crds = readCrds(repositoryPath('crds'));

  it('are structural schemas as apiextensions demands', () => {
    const problems: string[] = [];
    for (const [file, crd] of crds) {
      for (const version of crd.spec.versions) {
        const root = version.schema.openAPIV3Schema;
        expect(root.type, file).to.equal('object');
        for (const [path, schema] of schemasIn(root)) {
          problems.push(
            ...structuralProblems(schema).map((what) => `${file} ${version.name} ${path}: ${what}`),
          );
        }
      }
    }
    expect(problems).to.deep.equal([]);
  });

  it('have one stored version, which is listed first and served like the others', () => {
    for (const [file, { spec }] of crds) {
      expect(
        spec.versions.map(({ storage }) => storage),
        file,
      ).to.deep.equal(spec.versions.map((_, index) => index === 0));
      expect(
        spec.versions.every(({ served }) => served),
        file,
      ).to.equal(true);
    }
  });

  it('are named after what they define and marked as ours', () => {
    for (const [file, { metadata, spec }] of crds) {
      const { kind, plural } = spec.names;
      expect(file).to.equal(`${spec.group}_${plural}.yaml`);
      expect(metadata.name).to.equal(`${plural}.${spec.group}`);
      expect(metadata.labels).to.include({ 'app.kubernetes.io/managed-by': 'opni-logging' });
      expect(metadata.annotations).to.include({ 'opni-logging/definition': 'bundled' });
      expect(spec.names).to.include({ singular: kind.toLowerCase(), listKind: `${kind}List` });
    }
  });

  it('keep unknown fields at the top of every spec and status', () => {
    for (const [file, { spec }] of crds) {
      for (const version of spec.versions) {
        const fields = version.schema.openAPIV3Schema.properties ?? {};
        expect(Object.keys(fields), file).to.have.members(['spec', 'status']);
        for (const field of Object.values(fields)) {
          expect(field['x-kubernetes-preserve-unknown-fields'], file).to.equal(true);
        }
      }
    }
  });

  it('are the same for a namespaced kind and its cluster-wide twin, but for what only one of them has', () => {
    const specOf = (plural: string) => {
      const crd = crds.get(`logging.banzaicloud.io_${plural}.yaml`);
      return crd?.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties ?? {};
    };
    const { protected: _, ...clusterOutput } = specOf('clusteroutputs');
    expect(specOf('outputs')).to.deep.equal(clusterOutput).and.to.have.property('http');
    const { match: _match, ...clusterFlow } = specOf('clusterflows');
    const { match: _own, localOutputRefs, ...flow } = specOf('flows');
    expect(flow).to.deep.equal(clusterFlow).and.to.have.property('filters');
    expect(localOutputRefs?.type).to.equal('array');
  });

  it('are small enough for an apply that keeps a copy in an annotation', () => {
    const sizes = [...crds.values()].map((crd) => JSON.stringify(crd).length);
    expect(Math.max(...sizes)).to.be.below(16_000);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(64_000);
  });
});
