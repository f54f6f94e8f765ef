import { expect } from 'chai';
import fc from 'fast-check';
import {
  type InventoryEntry,
  inventoryObject,
  isSameInventory,
  parseInventory,
} from '../../../src/apply/inventory/inventory.js';
import { PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import { keyOf } from '../../../src/apply/set/object-ref.js';
import { VERSION } from '../../../src/common/version.js';
import { inventoryOf, member, parentOf, SET } from './members.js';

const ID = 'applyset.kubernetes.io/id';
const TOOLING = 'applyset.kubernetes.io/tooling';
const KINDS = 'applyset.kubernetes.io/contains-group-kinds';
const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces';

const MEMBERS = [
  member('apps/Deployment/logs/b', { uid: 'u1' }),
  member('/ConfigMap/logs/a', { uid: 'u2' }),
  member('/ConfigMap/web/a'),
  member('/Secret/app/s', { recreating: true }),
  member('apiextensions.k8s.io/CustomResourceDefinition//d', { kept: true }),
];

describe('the ConfigMap of an inventory', () => {
  it('is a parent as ApplySet tools know it', () => {
    const { apiVersion, kind, metadata } = inventoryObject(SET, inventoryOf(MEMBERS));
    expect({ apiVersion, kind }).to.deep.equal({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(metadata).to.deep.include({ name: 'main-inventory', namespace: 'logs' });
    expect(metadata.labels?.[ID]).to.match(/^applyset-[\w-]{43}-v1$/);
    expect(metadata.annotations).to.include({
      [TOOLING]: `opni-logging/v${VERSION}`,
      [KINDS]: 'ConfigMap,CustomResourceDefinition.apiextensions.k8s.io,Deployment.apps,Secret',
      [NAMESPACES]: 'app,web',
    });
  });

  it('has these keys also when nothing is in it', () => {
    const { annotations } = inventoryObject(SET, inventoryOf([])).metadata;
    expect(annotations).to.include({ [KINDS]: '', [NAMESPACES]: '' });
  });

  it('is no member of the set itself', () => {
    const { metadata } = inventoryObject(SET, inventoryOf(MEMBERS));
    expect(metadata.labels).to.not.have.property(PART_OF_LABEL);
  });

  it('holds one row for each member in a fixed order, whatever the order of the members', () => {
    const object = inventoryObject(SET, inventoryOf(MEMBERS));
    expect(object).to.deep.equal(inventoryObject(SET, inventoryOf([...MEMBERS].reverse())));
    expect(JSON.parse((object['data'] as Record<string, string>)['inventory.json'] ?? '')).to.deep.equal({
      schema: 1,
      generation: 3,
      phase: 'applied',
      digest: 'abc',
      entries: [
        ['', 'v1', 'ConfigMap', 'logs', 'a', 'u2', ''],
        ['', 'v1', 'ConfigMap', 'web', 'a', '', ''],
        ['', 'v1', 'Secret', 'app', 's', '', 'recreating'],
        ['apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', '', 'd', '', 'kept'],
        ['apps', 'v1', 'Deployment', 'logs', 'b', 'u1', ''],
      ],
    });
  });

  it('gives back what was written', () => {
    const { entries, ...rest } = parseInventory(SET, parentOf(inventoryOf(MEMBERS, { phase: 'deleting' })));
    expect(rest).to.deep.equal({ generation: 3, phase: 'deleting', digest: 'abc' });
    expect(entries).to.have.deep.members(MEMBERS);
  });

  it('gives back any members, names with colons and upper case included', () => {
    const text = fc.string({ unit: 'grapheme' });
    const entries = fc.uniqueArray(
      fc.record<InventoryEntry>(
        {
          group: text,
          version: text,
          kind: text,
          name: fc.oneof(fc.constant('system:Foo'), text),
          namespace: text.filter(Boolean),
          uid: text.filter(Boolean),
          kept: fc.constant(true),
        },
        { requiredKeys: ['group', 'version', 'kind', 'name'] },
      ),
      { selector: keyOf },
    );
    fc.assert(
      fc.property(
        entries,
        fc.constantFrom('applying', 'applied', 'deleting'),
        fc.nat(),
        (list, phase, generation) => {
          const inventory = inventoryOf(list, { phase, generation });
          const read = parseInventory(SET, parentOf(inventory));
          expect(read.entries).to.have.deep.members(list);
          expect(isSameInventory(read, inventory)).to.equal(true);
        },
      ),
    );
  });

  it('is taken from any version of this tool', () => {
    const parent = parentOf(inventoryOf(MEMBERS));
    for (const tooling of ['opni-logging/v99.0.0-rc.1', 'opni-logging/']) {
      const annotations = { ...parent.metadata.annotations, [TOOLING]: tooling };
      const older = { ...parent, metadata: { ...parent.metadata, annotations } };
      expect(parseInventory(SET, older).entries).to.have.length(MEMBERS.length);
    }
  });
});

describe('isSameInventory', () => {
  const inventory = inventoryOf(MEMBERS);

  it('minds neither the number nor the order', () => {
    const other = inventoryOf([...MEMBERS].reverse(), { generation: 9 });
    expect(isSameInventory(inventory, other)).to.equal(true);
  });

  it('minds everything else', () => {
    const others = [
      inventoryOf(MEMBERS, { phase: 'applying' }),
      inventoryOf(MEMBERS, { digest: 'abd' }),
      inventoryOf(MEMBERS.slice(1)),
      inventoryOf(MEMBERS.map((entry) => ({ ...entry, uid: 'other' }))),
      inventoryOf(MEMBERS.map((entry) => ({ ...entry, version: 'v2' }))),
      inventoryOf(MEMBERS.map(({ recreating: _, ...entry }) => entry)),
      inventoryOf(MEMBERS.map(({ kept: _, ...entry }) => entry)),
    ];
    expect(others.filter((other) => isSameInventory(inventory, other))).to.deep.equal([]);
  });
});
