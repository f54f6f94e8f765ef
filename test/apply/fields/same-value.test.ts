import { expect } from 'chai';
import { isMap, normalizationOf } from '../../../src/apply/fields/same-value.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';

const kindOf = (apiVersion: string, kind: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
});
const known = normalizationOf(kindOf('apps/v1', 'Deployment'));
const custom = normalizationOf(kindOf('logging.banzaicloud.io/v1beta1', 'Logging'));
const names = (path: string) => path.split('.');
const POD = 'spec.template.spec';

/** What is wanted, what the API server made of it, and where. */
const SAME: readonly (readonly [path: string, wanted: unknown, live: unknown])[] = [
  ['spec.replicas', 2, 2],
  [`${POD}.containers.resources.limits.cpu`, '0.5', '500m'],
  [`${POD}.containers.resources.requests.memory`, '1024Mi', '1Gi'],
  [`${POD}.containers.resources.limits.cpu`, 1, '1'],
  [`${POD}.volumes.emptyDir.sizeLimit`, '2048Mi', '2Gi'],
  [`${POD}.containers.env.value`, '', undefined],
  [`${POD}.containers.volumeMounts.readOnly`, false, undefined],
  [`${POD}.hostNetwork`, false, undefined],
  [`${POD}.nodeSelector`, {}, undefined],
  ['spec.template.metadata.annotations', {}, undefined],
  [`${POD}.tolerations`, [], undefined],
  ['spec.volumeClaimTemplates', [{ a: 1 }], [{ a: 1, kind: 'PersistentVolumeClaim', apiVersion: 'v1' }]],
  [
    'spec.volumeClaimTemplates',
    [{ spec: { accessModes: ['ReadWriteOnce'] } }],
    [{ spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
  ],
  ['spec.egress', [{ ports: [{ port: 53 }] }], [{ ports: [{ port: 53, protocol: 'TCP' }] }]],
  [
    `${POD}.volumes.projected.sources`,
    [{ serviceAccountToken: { path: 't' } }],
    [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
  ],
];

const OTHER: readonly (readonly [path: string, wanted: unknown, live: unknown])[] = [
  ['spec.replicas', 2, 3],
  ['spec.replicas', 2, '2'],
  ['spec.replicas', 2, undefined],
  ['spec.replicas', 0, undefined],
  [`${POD}.containers.resources.limits.cpu`, '0.5', '501m'],
  [`${POD}.containers.resources.limits.cpu`, '1e3', '1k'],
  // Elsewhere a quantity is a text like any other.
  ['spec.template.metadata.annotations.size', '1024Mi', '1Gi'],
  [`${POD}.containers.env.value`, '', 'x'],
  [`${POD}.containers.env.value`, '0', undefined],
  [`${POD}.containers.args`, ['a', 'b'], ['b', 'a']],
  [`${POD}.containers.args`, ['a'], ['a', 'b']],
  [`${POD}.containers.args`, ['a'], undefined],
  [`${POD}.containers.args`, [], {}],
  [`${POD}.securityContext`, {}, undefined],
  [`${POD}.containers.volumeMounts.readOnly`, true, undefined],
  [`${POD}.hostNetwork`, false, true],
  ['spec.egress', [{ ports: [{ port: 53 }] }], [{ ports: [{ port: 53, protocol: 'UDP' }] }]],
  ['spec.egress', [{ ports: [{ port: 53, protocol: 'UDP' }] }], [{ ports: [{ port: 53, protocol: 'TCP' }] }]],
  ['spec.egress', [{}], [{ to: [] }]],
  ['spec.x', { a: 1 }, { a: 1, b: null }],
  ['spec.x', { a: 1 }, [{ a: 1 }]],
  ['spec.x', { a: null }, {}],
  ['spec.x', null, undefined],
  // Numbers that lose their last digits on the way to JSON and back.
  ['spec.x', 2 ** 53, 2 ** 53],
  ['spec.x', { toString: 1 }, {}],
];

describe('the value that an API server makes of a wanted one', () => {
  for (const [path, wanted, live] of SAME) {
    it(`is ${JSON.stringify(live)} for ${JSON.stringify(wanted)} at ${path}`, () => {
      expect(known(wanted, live, names(path))).to.equal(true);
    });
  }

  for (const [path, wanted, live] of OTHER) {
    it(`is not ${JSON.stringify(live)} for ${JSON.stringify(wanted)} at ${path}`, () => {
      expect(known(wanted, live, names(path))).to.equal(false);
    });
  }

  it('is the very same in custom resources, whose fields may have any name', () => {
    const alike = SAME.filter(([path, wanted, live]) => custom(wanted, live, names(path)));
    expect(alike).to.deep.equal([['spec.replicas', 2, 2]]);
    expect(custom.fillsIn(names('spec.ports.protocol'), 'TCP')).to.equal(false);
  });

  it('is the very same in definitions, whose schemas hold fields of any name', () => {
    const definition = normalizationOf(kindOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition'));
    expect(definition([], undefined, names('spec.versions.schema.enum'))).to.equal(false);
    expect(definition('0.5', '500m', names('spec.resources.limits.cpu'))).to.equal(false);
  });

  it('counts one name only for a field of the object itself', () => {
    const priority = normalizationOf(kindOf('scheduling.k8s.io/v1', 'PriorityClass'));
    expect(priority(false, undefined, ['globalDefault'])).to.equal(true);
    expect(priority(false, undefined, ['spec', 'globalDefault'])).to.equal(false);
  });

  it('fills in the protocol of ports in their own lists only', () => {
    const filled = [
      `${POD}.containers.ports.protocol`,
      `${POD}.initContainers.ports.protocol`,
      'spec.ports.protocol',
      'spec.ingress.ports.protocol',
      'spec.template.protocol',
      'data.protocol',
    ].map((path) => known.fillsIn(names(path), 'TCP'));
    expect(filled).to.deep.equal([true, true, true, true, false, false]);
    expect(known.fillsIn(names('spec.ports.protocol'), 'UDP')).to.equal(false);
  });

  it('takes neither null nor a list for a map', () => {
    expect([{}, { a: 1 }, null, [], 'a', 1, undefined].map(isMap)).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
