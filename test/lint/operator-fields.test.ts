import { expect } from 'chai';
import {
  KINDS_OF_ONE_VERSION,
  NEW_FIELDS,
  OLD_FIELDS,
  type VersionedFields,
} from '../../src/lint/operator-fields.js';
import { type CrdSchema, readCrds, upstreamFolder } from '../crds/crd-files.js';

/** Differences that the tables leave out: fields of newer Kubernetes versions, and of syslog-ng. */
const LEFT_OUT =
  /^spec\.syslogNG\.|\.pvc\.(annotations|labels)$|(podCertificate|fileKeyRef|seLinuxChangePolicy|stopSignal|restartPolicyRules)$/;

/** Paths that one schema has and the other has not; of what is below a missing path, nothing. */
function* missingIn(other: CrdSchema | undefined, schema: CrdSchema, path: string): Generator<string> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const same = other?.properties?.[name];
    if (same) yield* missingIn(same, child, `${path}.${name}`);
    else yield `${path}.${name}`;
  }
  if (schema.items && other?.items) yield* missingIn(other.items, schema.items, `${path}[]`);
}

const listed = (fields: VersionedFields): string[] =>
  Object.entries(fields).flatMap(([kind, list]) => list.map(({ path }) => `${kind} ${path}`));

describe('the fields that one generation of the operator has and the other has not', () => {
  let old: ReadonlyMap<string, CrdSchema>;
  let current: ReadonlyMap<string, CrdSchema>;

  before(function () {
    const folders = [upstreamFolder('4.10.4'), upstreamFolder('6.7.0')];
    const [first, second] = folders.map((folder) => {
      const crds = folder === undefined ? [] : [...readCrds(folder).values()];
      return new Map(
        crds.map(({ spec }) => {
          const { schema } = spec.versions.find(({ storage }) => storage) ?? spec.versions[0]!;
          return [spec.names.kind, schema.openAPIV3Schema.properties?.['spec'] ?? {}] as const;
        }),
      );
    });
    if (!first?.size || !second?.size) {
      console.log('skipped: the definitions of both generations of the operator are not beside the checkout');
      return this.skip();
    }
    old = first;
    current = second;
  });

  const differences = (from: ReadonlyMap<string, CrdSchema>, to: ReadonlyMap<string, CrdSchema>): string[] =>
    [...to].flatMap(([kind, schema]) => {
      const other = from.get(kind);
      if (other === undefined) return [];
      const paths = [...missingIn(other, schema, 'spec')].filter((path) => !LEFT_OUT.test(path));
      return paths.map((path) => `${kind} ${path}`);
    });

  it('are those that 6.7.0 has more', () => {
    expect(listed(NEW_FIELDS).sort()).to.deep.equal(differences(old, current).sort());
  });

  it('are those that 6.7.0 has no more', () => {
    expect(listed(OLD_FIELDS).sort()).to.deep.equal(differences(current, old).sort());
  });

  it('are not told for kinds that only one generation has', () => {
    const gone = [...old.keys()].filter((kind) => !current.has(kind));
    const ofOld = Object.keys(KINDS_OF_ONE_VERSION).filter((kind) => KINDS_OF_ONE_VERSION[kind] === '4.10');
    expect(ofOld).to.have.members(gone);
  });
});
