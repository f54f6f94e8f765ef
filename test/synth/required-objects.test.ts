import { expect } from 'chai';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { requiredObjects } from '../../src/synth/required-objects.js';
import { plainObject } from './support.js';

const pod = (spec: object): KubernetesObject => ({ ...plainObject('v1', 'Pod', 'p', 'logs'), spec });
const namesOf = (objects: readonly KubernetesObject[]) =>
  requiredObjects(objects, 'logs').map(({ kind, namespace, name, keys }) =>
    `${kind} ${namespace}/${name} ${keys.join(',')}`.trim(),
  );

describe('requiredObjects', () => {
  for (const [title, spec, expected] of [
    ['a volume', { volumes: [{ secret: { secretName: 's', items: [{ key: 'k' }] } }] }, 'Secret logs/s k'],
    [
      'a projected volume',
      { volumes: [{ projected: { sources: [{ secret: { name: 's', items: [{ key: 'k' }] } }] } }] },
      'Secret logs/s k',
    ],
    [
      'a volume with a CA',
      { volumes: [{ configMap: { name: 'c', items: [{ key: 'ca.crt' }] } }] },
      'ConfigMap logs/c ca.crt',
    ],
    ['the registry', { imagePullSecrets: [{ name: 'r' }] }, 'Secret logs/r'],
    ['a variable', { env: [{ valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }, 'Secret logs/s k'],
    ['all variables', { envFrom: [{ secretRef: { name: 's' } }] }, 'Secret logs/s'],
  ] as const) {
    it(`finds what ${title} needs`, () => {
      expect(namesOf([pod(spec)])).to.deep.equal([expected]);
    });
  }

  it('finds what an output of the Logging Operator needs', () => {
    const output = {
      ...plainObject('logging.banzaicloud.io/v1beta1', 'ClusterOutput', 'o', 'logs'),
      spec: { opensearch: { password: { valueFrom: { secretKeyRef: { name: 's', key: 'password' } } } } },
    };
    expect(namesOf([output])).to.deep.equal(['Secret logs/s password']);
  });

  it('looks in the given namespace for objects that have none', () => {
    const logging = {
      ...plainObject('logging.banzaicloud.io/v1beta1', 'Logging', 'l'),
      spec: { fluentd: { image: { imagePullSecrets: [{ name: 'r' }] } } },
    };
    expect(namesOf([logging])).to.deep.equal(['Secret logs/r']);
  });

  it('leaves out what is in the set, what is optional, and what every namespace has', () => {
    const spec = {
      volumes: [
        { configMap: { name: 'mine' } },
        { secret: { secretName: 'maybe', optional: true } },
        { configMap: { name: 'kube-root-ca.crt' } },
      ],
    };
    expect(namesOf([plainObject('v1', 'ConfigMap', 'mine', 'logs'), pod(spec)])).to.deep.equal([]);
    expect(namesOf([plainObject('v1', 'ConfigMap', 'mine', 'other'), pod(spec)])).to.deep.equal([
      'ConfigMap logs/mine',
    ]);
  });

  it('names each object once, with all keys, Secrets first', () => {
    const spec = {
      volumes: [{ configMap: { name: 'a' } }],
      env: [
        { valueFrom: { secretKeyRef: { name: 's', key: 'username' } } },
        { valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
        { valueFrom: { secretKeyRef: { name: 's', key: 'more', optional: true } } },
      ],
    };
    expect(namesOf([pod(spec), pod(spec)])).to.deep.equal([
      'Secret logs/s password,username',
      'ConfigMap logs/a',
    ]);
  });

  it('finds nothing in definitions, which only name such fields', () => {
    const definition = {
      ...plainObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'd'),
      spec: { secretKeyRef: { name: 'type' } },
    };
    expect(namesOf([definition])).to.deep.equal([]);
  });
});
