import { expect } from 'chai';
import { normalizeObject } from '../../../src/apply/set/normalize.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const objectOf = (apiVersion: string, kind: string, fields: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  ...fields,
});
const definition = (clientConfig: object) =>
  objectOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    spec: { group: 'a.io', conversion: { strategy: 'Webhook', webhook: { clientConfig, versions: ['v1'] } } },
  });

describe('the object as it is sent', () => {
  it('54: has the text of a Secret among its data, where it wins', () => {
    const secret = objectOf('v1', 'Secret', {
      type: 'Opaque',
      stringData: { b: 'new', c: 'ü' },
      data: { a: base64('kept'), b: base64('old') },
    });
    expect(normalizeObject(secret)).to.deep.equal(
      objectOf('v1', 'Secret', {
        type: 'Opaque',
        data: { a: base64('kept'), b: base64('new'), c: base64('ü') },
      }),
    );
  });

  it('54: leaves a Secret without text as it is, and stringData of other kinds', () => {
    const secret = objectOf('v1', 'Secret', { data: { a: 'YQ==' } });
    expect(normalizeObject(secret)).to.deep.equal(secret);
    const other = objectOf('example.com/v1', 'Secret', { stringData: { a: 'b' } });
    expect(normalizeObject(other)).to.deep.equal(other);
  });

  it('has no status, which belongs to controllers, and no empty time', () => {
    const metadata = { name: 'x', labels: { a: 'b' }, creationTimestamp: null };
    const object = { ...objectOf('apps/v1', 'Deployment', { spec: {}, status: { replicas: 1 } }), metadata };
    expect(normalizeObject(object)).to.deep.equal({
      ...objectOf('apps/v1', 'Deployment', { spec: {} }),
      metadata: { name: 'x', labels: { a: 'b' } },
    });
  });

  it('keeps a status further down', () => {
    const object = objectOf('a.io/v1', 'Widget', { spec: { status: 1, creationTimestamp: null } });
    expect(normalizeObject(object)).to.deep.equal(object);
  });

  it('has no certificate that is a placeholder', () => {
    for (const caBundle of ['Cg==', '', 'e30=', base64('CA goes here')]) {
      expect(normalizeObject(definition({ url: 'https://x', caBundle }))).to.deep.equal(
        definition({ url: 'https://x' }),
      );
    }
  });

  it('keeps a certificate, and definitions without', () => {
    const real = definition({ caBundle: base64('-----BEGIN CERTIFICATE-----\nMII\n') });
    const plain = objectOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      spec: { group: 'a.io' },
    });
    expect([real, definition({}), plain].map(normalizeObject)).to.deep.equal([real, definition({}), plain]);
  });

  it('is another object: what was given stays', () => {
    const secret = objectOf('v1', 'Secret', { stringData: { a: 'b' }, status: {} });
    const before = structuredClone(secret);
    normalizeObject(secret);
    expect(secret).to.deep.equal(before);
  });

  it('is not changed by doing it twice', () => {
    const objects = [
      objectOf('v1', 'Secret', { stringData: { a: 'b' } }),
      definition({ caBundle: 'Cg==' }),
      objectOf('apps/v1', 'Deployment', { status: {} }),
    ];
    const once = objects.map(normalizeObject);
    expect(once.map(normalizeObject)).to.deep.equal(once);
  });
});
