import { expect } from 'chai';
import {
  apiVersionOfRef,
  compareRefs,
  describeRef,
  groupKindOfRef,
  keyOf,
  type ObjectRef,
  refOf,
} from '../../../src/apply/set/object-ref.js';

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'logs' } };
const role = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'System:Foo', namespace: '' } };

describe('the name of an object', () => {
  it('takes the group and the version apart', () => {
    expect(refOf(deployment)).to.deep.equal({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      namespace: 'logs',
      name: 'x',
    });
  });

  it('has no namespace for objects of the cluster, and no group for the core', () => {
    expect(refOf(role)).to.deep.equal({ group: '', version: 'v1', kind: 'Namespace', name: 'System:Foo' });
  });

  it('gives the API version back', () => {
    for (const apiVersion of ['v1', 'apps/v1', 'a.b.c/v1beta1']) {
      expect(apiVersionOfRef(refOf({ ...deployment, apiVersion }))).to.equal(apiVersion);
    }
  });

  it('72: is the same in every version', () => {
    expect(keyOf(refOf(deployment))).to.equal(keyOf(refOf({ ...deployment, apiVersion: 'apps/v1beta1' })));
    expect(keyOf(refOf(deployment))).to.not.equal(
      keyOf(refOf({ ...deployment, apiVersion: 'extensions/v1' })),
    );
  });

  it('is told in words, and as tables of kinds have it', () => {
    expect([deployment, role].map(refOf).map(describeRef)).to.deep.equal([
      'Deployment logs/x',
      'Namespace System:Foo',
    ]);
    expect([deployment, role].map(refOf).map(groupKindOfRef)).to.deep.equal(['apps/Deployment', 'Namespace']);
  });

  it('has a fixed order: group, kind, namespace, name', () => {
    const refs: ObjectRef[] = [
      { group: 'b', version: 'v1', kind: 'A', name: 'a' },
      { group: 'a', version: 'v1', kind: 'B', name: 'a' },
      { group: 'a', version: 'v1', kind: 'A', namespace: 'n', name: 'b' },
      { group: 'a', version: 'v2', kind: 'A', namespace: 'n', name: 'a' },
      { group: 'a', version: 'v1', kind: 'A', name: 'z' },
    ];
    expect(refs.sort(compareRefs).map(keyOf)).to.deep.equal([
      'a/A//z',
      'a/A/n/a',
      'a/A/n/b',
      'a/B//a',
      'b/A//a',
    ]);
  });
});
