import { expect } from 'chai';
import { repositoryPath } from '../support/repository.js';
import { type Crd, type CrdSchema, readCrds, schemasIn, upstreamFolder } from './crd-files.js';

/** What the description of a field says that 6.7 has and 4.10 does not. */
const ONLY_NEW = 'Unknown to Logging Operator 4.10';

interface Release {
  readonly name: string;
  /** Whether fields that are marked as new are missing there. */
  readonly lacksNewFields: boolean;
  /** Definitions of ours that this release does not have, or whose text is not at hand. */
  readonly missingKinds: readonly string[];
}

// The syslog-ng kinds and AxoSyslog belong to a release, but their text is not in the reference folder.
const NO_TEXT = [
  'AxoSyslog',
  'SyslogNGClusterFlow',
  'SyslogNGClusterOutput',
  'SyslogNGConfig',
  'SyslogNGFlow',
  'SyslogNGOutput',
];
const RELEASES: readonly Release[] = [
  { name: '6.7.0', lacksNewFields: false, missingKinds: [...NO_TEXT, 'NodeAgent'] },
  { name: '4.10.4', lacksNewFields: true, missingKinds: NO_TEXT },
];

/** What of ours is refused where upstream would take it, and what upstream does not have. */
function* differences(ours: CrdSchema, theirs: CrdSchema, path: string): Generator<string> {
  const intOrString = 'x-kubernetes-int-or-string';
  if (ours.type !== theirs.type || ours[intOrString] !== theirs[intOrString]) {
    yield `${path}: type ${ours.type}, upstream ${theirs.type}`;
  }
  const stricter = (ours.required ?? []).filter((name) => !theirs.required?.includes(name));
  if (stricter.length > 0) yield `${path}: requires ${stricter.join(', ')}`;
  if (ours.enum && String(ours.enum) !== String(theirs.enum)) yield `${path}: enum`;
  if (ours.pattern && ours.pattern !== theirs.pattern) yield `${path}: pattern`;
  for (const [name, child] of Object.entries(ours.properties ?? {})) {
    const other = theirs.properties?.[name];
    if (!other) yield `${path}.${name}`;
    else yield* differences(child, other, `${path}.${name}`);
  }
  if (ours.items && theirs.items) yield* differences(ours.items, theirs.items, `${path}[]`);
  if (ours.additionalProperties) {
    yield* differences(ours.additionalProperties, theirs.additionalProperties ?? {}, `${path}{}`);
  }
}

/** All of a definition but its schemas. */
function surface({ spec }: Crd): unknown {
  const versions = spec.versions.map(({ schema: _, ...version }) => version);
  return { ...spec, versions: versions.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

for (const release of RELEASES) {
  describe(`the bundled definitions beside those of logging-operator ${release.name}`, () => {
    const ours = [...readCrds(repositoryPath('crds')).values()];
    let theirs: ReadonlyMap<string, Crd>;

    before(function () {
      const folder = upstreamFolder(release.name);
      if (!folder) {
        console.log(
          `skipped: the definitions of logging-operator ${release.name} are not beside the checkout`,
        );
        return this.skip();
      }
      theirs = new Map([...readCrds(folder).values()].map((crd) => [crd.spec.names.kind, crd]));
    });

    it('are all there, and no more', () => {
      const expected = ours.map(({ spec }) => spec.names.kind);
      expect([...theirs.keys()]).to.have.members(
        expected.filter((kind) => !release.missingKinds.includes(kind)),
      );
    });

    it('agree in names, scope, versions, subresources and columns', () => {
      for (const crd of ours) {
        const other = theirs.get(crd.spec.names.kind);
        if (other) expect(surface(crd)).to.deep.equal(surface(other));
      }
    });

    it('type only what is there or marked as missing, with the same type, and refuse nothing that is taken there', () => {
      const found: string[] = [];
      const marked: string[] = [];
      let compared = 0;
      for (const crd of ours) {
        const other = theirs.get(crd.spec.names.kind);
        for (const version of other ? crd.spec.versions : []) {
          const schema = version.schema.openAPIV3Schema;
          const same = other?.spec.versions.find(({ name }) => name === version.name);
          if (!same) continue;
          const { spec, ...rest } = schema.properties ?? {};
          expect(Object.keys(rest)).to.deep.equal(['status']);
          const upstream = same.schema.openAPIV3Schema;
          const required = schema.required?.filter((name) => !upstream.required?.includes(name)) ?? [];
          expect(required).to.deep.equal([]);
          const root = `${crd.spec.names.kind} spec`;
          for (const [path, field] of schemasIn(spec ?? {}, root)) {
            compared += 1;
            if (field.description?.includes(ONLY_NEW)) marked.push(path);
          }
          found.push(...differences(spec ?? {}, upstream.properties?.['spec'] ?? {}, root));
        }
      }
      expect(found).to.have.members(release.lacksNewFields ? marked : []);
      expect(marked).to.have.length.above(10);
      expect(compared).to.be.above(400);
    });
  });
}
