import { expect } from 'chai';
import { Construct } from 'constructs';
import type { OverrideItemConfig } from '../../src/config/types.js';
import { KubeObject } from '../../src/constructs/kube-object.js';
import { applyOverrides } from '../../src/constructs/overrides.js';
import { one } from '../stack/object-parts.js';
import { refusal, render } from './support.js';

/** A small stack with the overrides applied. */
function stack(scope: Construct, overrides: readonly OverrideItemConfig[]) {
  const root = new Construct(scope, 'Stack');
  const object = (kind: string, name: string, namespace: string, apiVersion = 'v1') =>
    new KubeObject(root, `${kind}-${namespace}-${name}`, {
      apiVersion,
      kind,
      metadata: { name, namespace, labels: { app: name } },
      spec: { a: { b: 1, c: 2 }, list: [1, 2, 3] },
    });
  object('Deployment', 'shipper', 'opni', 'apps/v1');
  object('Deployment', 'events', 'opni', 'apps/v1');
  object('Service', 'shipper', 'opni');
  object('ConfigMap', 'twin', 'one');
  object('ConfigMap', 'twin', 'two');
  applyOverrides(root, overrides);
}

const deployment = (merge: Record<string, unknown>) =>
  one(
    render((scope) => stack(scope, [{ kind: 'Deployment', name: 'shipper', merge }])),
    'Deployment',
    'shipper',
  );
const refused = (...overrides: OverrideItemConfig[]) => refusal((scope) => stack(scope, overrides));

describe('overrides', () => {
  it('merge maps, replace lists, and remove with null', () => {
    expect(deployment({ spec: { a: { c: null, d: 4 }, list: [9] } })['spec']).to.deep.equal({
      a: { b: 1, d: 4 },
      list: [9],
    });
  });

  it('keep fields that no schema of ours knows', () => {
    expect(deployment({ spec: { fieldOfNextYear: { on: true } } })['spec']).to.deep.include({
      fieldOfNextYear: { on: true },
    });
  });

  it('may change labels and annotations', () => {
    const { metadata } = deployment({ metadata: { labels: { team: 'x' }, annotations: { note: 'y' } } });
    expect(metadata).to.deep.equal({
      name: 'shipper',
      namespace: 'opni',
      labels: { app: 'shipper', team: 'x' },
      annotations: { note: 'y' },
    });
  });

  it('change the one object that they name, and no other of its kind or name', () => {
    const objects = render((scope) =>
      stack(scope, [{ kind: 'Deployment', name: 'shipper', merge: { spec: null } }]),
    );
    expect(objects.filter((object) => object['spec'] === undefined)).to.have.length(1);
  });

  it('of one object come one after the other', () => {
    const item = (value: number) => ({
      kind: 'Deployment',
      name: 'shipper',
      merge: { spec: { a: { b: value } } },
    });
    const found = one(
      render((scope) => stack(scope, [item(7), item(8)])),
      'Deployment',
      'shipper',
    );
    expect(found['spec']).to.deep.include({ a: { b: 8, c: 2 } });
  });

  it('that match nothing are refused with the names that there are', () => {
    expect(refused({ kind: 'Deployment', name: 'shiper', merge: {} })).to.deep.equal([
      'Stack: overrides[0]: no Deployment is named shiper; there are: events, shipper',
    ]);
    expect(refused({ kind: 'Deploy', name: 'shipper', merge: {} })).to.deep.equal([
      'Stack: overrides[0]: no object is of kind Deploy; there are: ConfigMap, Deployment, Service',
    ]);
  });

  it('that match several are refused', () => {
    expect(refused({ kind: 'ConfigMap', name: 'twin', merge: {} })).to.deep.equal([
      'Stack: overrides[0]: ConfigMap twin matches 2 objects, and must match one',
    ]);
  });

  it('that would make another object are refused, whatever way they go about it', () => {
    for (const merge of [
      { kind: 'Job' },
      { apiVersion: 'apps/v2' },
      { metadata: { name: 'x' } },
      { metadata: { namespace: 'x' } },
      { metadata: { name: null } },
      { metadata: null },
      { metadata: 'x' },
      { metadata: [] },
      { kind: null },
    ]) {
      const found = refused({ kind: 'Deployment', name: 'shipper', merge });
      expect(found, JSON.stringify(merge)).to.have.length(1);
      expect(found[0], JSON.stringify(merge)).to.match(
        /^Stack: overrides\[0\]: merge must not change .*identity/,
      );
    }
  });

  it('are all looked at, and every wrong one is told with its place in the list', () => {
    const found = refused(
      { kind: 'Deployment', name: 'shipper', merge: {} },
      { kind: 'Job', name: 'a', merge: {} },
      { kind: 'Deployment', name: 'events', merge: { kind: 'x' } },
    );
    expect(found.map((text) => text.slice(0, 'Stack: overrides[0]'.length))).to.deep.equal([
      'Stack: overrides[1]',
      'Stack: overrides[2]',
    ]);
  });
});
