import { expect } from 'chai';
import fc from 'fast-check';
import { parentId, setIdOf, setNamed } from '../../../src/apply/set/apply-set.js';

/** Parents and their ids; the first and the last are those of kubectl's own tests. */
const VECTORS = [
  [
    { name: 'my-set', namespace: 'test', kind: 'Secret', group: '' },
    'applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1',
  ],
  [
    { name: 'my-set', namespace: 'test', kind: 'ConfigMap', group: '' },
    'applyset-gixR4KUFBNRxOPyC-scYMHmBW0ziohNNkE_oCmTLycQ-v1',
  ],
  [
    { name: 'my-set', namespace: '', kind: 'ApplySet', group: 'company.com' },
    'applyset-rhp1a-HVAVT_dFgyEygyA1BEB82HPp2o10UiFTpqtAs-v1',
  ],
] as const;

describe('the id of a set', () => {
  for (const [parent, id] of VECTORS) {
    it(`is what kubectl makes of the ${parent.kind} ${parent.name}`, () => {
      expect(parentId(parent)).to.equal(id);
    });
  }

  it('is that of the ConfigMap of its inventory', () => {
    expect(setIdOf({ namespace: 'test', inventory: 'my-set' })).to.equal(VECTORS[1][1]);
  });

  it('is always a value that a label can have', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (namespace, inventory) => {
        const id = setIdOf({ namespace, inventory });
        expect(id).to.have.length(55);
        expect(id).to.match(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/);
      }),
    );
  });

  it('is another one in another namespace, and under another name', () => {
    const ids = [
      setIdOf(setNamed('a', 'b')),
      setIdOf(setNamed('b', 'a')),
      setIdOf(setNamed('a', 'c')),
      setIdOf(setNamed('c', 'b')),
    ];
    expect(new Set(ids).size).to.equal(4);
  });

  it('does not depend on the lock', () => {
    const { namespace, inventory } = setNamed('logs', 'main');
    expect(setIdOf({ namespace, inventory })).to.equal(setIdOf(setNamed('logs', 'main')));
    expect(setNamed('logs', 'main')).to.deep.equal({
      namespace: 'logs',
      inventory: 'main-inventory',
      lock: 'main-apply',
    });
  });
});
