import { expect } from 'chai';
import { applyEntryOf, compareToLive } from '../../../src/apply/fields/compare.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { FieldsV1, LiveObject, ManagedFieldsEntry } from '../../../src/kube/live-object.js';
import { appliedBy, edited, updatedBy } from '../unit-support.js';
import { ownedBy } from './owned-fields.js';

const ME = 'opni-logging';
const CONTAINERS = 'spec.template.spec.containers';
const META = { uid: 'uid-1', resourceVersion: '7' };

const wanted: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x', namespace: 'logs', labels: { app: 'x' }, finalizers: ['a/b'] },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'x' } },
    template: {
      spec: {
        containers: [
          {
            name: 'main',
            args: ['-a', '-b'],
            env: [{ name: 'E', value: '1' }],
            ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }],
            resources: { limits: { cpu: '0.5' } },
          },
          { name: 'side', image: 'side:1' },
        ],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  },
};

/** The wanted object as an API server has it after an apply. */
function inCluster(
  owned: FieldsV1 = ownedBy(wanted),
  others: readonly ManagedFieldsEntry[] = [],
): LiveObject {
  const managedFields = [appliedBy(ME, owned, 'apps/v1'), ...others];
  const live = { ...wanted, metadata: { ...wanted.metadata, ...META, managedFields } };
  const filledIn = [
    [`${CONTAINERS}.0.resources.limits.cpu`, '500m'],
    [`${CONTAINERS}.0.ports.0.protocol`, 'TCP'],
    [`${CONTAINERS}.0.imagePullPolicy`, 'Always'],
    ['spec.progressDeadlineSeconds', 600],
  ] as const;
  return filledIn.reduce((object, [path, value]) => edited(object, path, value), live);
}

const VERSION = 'it was applied in another version';
const SAME = { same: true };
const answer = (path: string, why: string) => ({ same: false, path, why });
const AT = '.spec.template.spec.containers';

describe('compareToLive', () => {
  it('2: finds an object as it was applied unchanged, with all that the server filled in', () => {
    expect(compareToLive(wanted, inCluster(), ME)).to.deep.equal(SAME);
  });

  it('5: does not mind what others added', () => {
    const additions: readonly (readonly [path: string, value: unknown])[] = [
      ['metadata.labels.other', 'y'],
      ['metadata.annotations', { 'deployment.kubernetes.io/revision': '3' }],
      [`${CONTAINERS}.0.env`, (env: readonly unknown[]) => [...env, { name: 'F', value: '2' }]],
      [
        CONTAINERS,
        (list: readonly unknown[]) =>
          list.flatMap((item, index) => (index === 0 ? [item, { name: 'injected' }] : [item])),
      ],
      ['spec.strategy', { type: 'Recreate' }],
    ];
    const live = additions.reduce((object, [path, value]) => edited(object, path, value), inCluster());
    expect(compareToLive(wanted, live, ME)).to.deep.equal(SAME);
  });

  const DRIFT: readonly (readonly [what: string, path: string, value: unknown, told: string])[] = [
    ['a number', 'spec.replicas', 3, '.spec.replicas'],
    ['a number that is gone', 'spec.replicas', undefined, '.spec.replicas'],
    ['a label', 'metadata.labels.app', 'y', '.metadata.labels.app'],
    ['a selector', 'spec.selector.matchLabels.tier', 'z', '.spec.selector'],
    ['an item', `${CONTAINERS}.1.image`, 'side:2', `${AT}[name="side"].image`],
    ['a list', `${CONTAINERS}.0.args.2`, '-c', `${AT}[name="main"].args`],
    ['the order of a list', `${CONTAINERS}.0.args`, ['-b', '-a'], `${AT}[name="main"].args`],
    ['a quantity', `${CONTAINERS}.0.resources.limits.cpu`, '1', `${AT}[name="main"].resources.limits.cpu`],
    [
      'a map without fields',
      'spec.template.spec.volumes.0.emptyDir.medium',
      'Memory',
      '.spec.template.spec.volumes[name="tmp"].emptyDir',
    ],
    ['a map that is none', `${CONTAINERS}.0.resources`, [], `${AT}[name="main"].resources`],
    ['an item that is gone', `${CONTAINERS}.1`, undefined, AT],
    ['items in another order', CONTAINERS, (list: readonly unknown[]) => [...list].reverse(), AT],
    ['a port of another protocol', `${CONTAINERS}.0.ports.1.protocol`, 'TCP', `${AT}[name="main"].ports`],
    ['a finalizer that is gone', 'metadata.finalizers', [], '.metadata.finalizers'],
  ];
  for (const [what, path, value, told] of DRIFT) {
    it(`4: tells the path of ${what}`, () => {
      expect(compareToLive(wanted, edited(inCluster(), path, value), ME)).to.include({
        same: false,
        path: told,
      });
    });
  }

  it('6: finds what is ours and no longer wanted, although no value is in the way', () => {
    const less = edited(wanted, 'spec.replicas', undefined);
    expect(compareToLive(less, inCluster(), ME)).to.deep.equal(
      answer('.spec.replicas', 'is no longer wanted'),
    );
    const unlabelled = edited(wanted, 'metadata.labels', undefined);
    expect(compareToLive(unlabelled, inCluster(), ME)).to.deep.equal(
      answer('.metadata.labels', 'is no longer wanted'),
    );
    const fewer = edited(wanted, CONTAINERS, (list: readonly unknown[]) => list.slice(1));
    expect(compareToLive(fewer, inCluster(), ME)).to.deep.equal(answer(AT, 'has other items'));
  });

  it('finds what is wanted and not ours yet, although somebody else set the very value', () => {
    const owned = edited(ownedBy(wanted), 'f:spec.f:replicas', undefined);
    const others = [updatedBy('kubectl', { 'f:spec': { 'f:replicas': {} } }, 'apps/v1')];
    expect(compareToLive(wanted, inCluster(owned, others), ME)).to.deep.equal(
      answer('.spec.replicas', 'is not ours yet'),
    );
  });

  it('does not trust a field that somebody else owns in parts', () => {
    const parts = { 'f:spec': { 'f:selector': { 'f:matchLabels': { 'f:app': {} } } } };
    const live = inCluster(undefined, [updatedBy('kubectl', parts, 'apps/v1')]);
    expect(compareToLive(wanted, live, ME)).to.deep.equal(
      answer('.spec.selector', 'is owned in parts by somebody else'),
    );
  });

  it('does not trust an item of which it owns fields but not the item', () => {
    const item = 'f:spec.f:template.f:spec.f:containers.k:{"name":"side"}';
    const owned = edited(ownedBy(wanted), item, { 'f:name': {}, 'f:image': {} });
    expect(compareToLive(wanted, inCluster(owned), ME)).to.deep.equal(
      answer(`${AT}[name="side"]`, 'is not ours as a whole'),
    );
  });

  const ofConfigMap = (fields: object, owned: FieldsV1) => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, ...fields };
    const managedFields = [appliedBy(ME, owned)];
    return compareToLive(object, { ...object, metadata: { name: 'x', ...META, managedFields } }, ME);
  };

  it('does not trust a map that may be owned in parts', () => {
    expect(ofConfigMap({ data: { a: '1' } }, { 'f:data': {} })).to.deep.equal(
      answer('.data', 'may be owned in parts'),
    );
    expect(ofConfigMap({ data: { a: '1' } }, { 'f:data': { 'f:a': {} } })).to.deep.equal(SAME);
  });

  it('does not know what a wish for nothing means', () => {
    expect(ofConfigMap({ immutable: null }, { 'f:immutable': {} })).to.deep.equal(
      answer('.immutable', 'has another value'),
    );
  });

  it('takes an object of nothing but a name for the same', () => {
    expect(ofConfigMap({}, {})).to.deep.equal(SAME);
  });

  describe('never takes for the same', () => {
    const ENTRY = 'metadata.managedFields.0';
    const NEVER = 'it was never applied by this manager';
    const OTHER = 'it is another object';
    const twice = (list: readonly unknown[]) => [...list, ...list];
    const CASES: readonly (readonly [
      what: string,
      path: string,
      value: unknown,
      told: string,
      why: string,
    ])[] = [
      ['what others applied', `${ENTRY}.manager`, 'x', '', NEVER],
      ['what this manager updated', `${ENTRY}.operation`, 'Update', '', NEVER],
      ['a status that it applied', `${ENTRY}.subresource`, 'status', '', NEVER],
      ['an object without owners', 'metadata.managedFields', undefined, '', NEVER],
      [
        'two entries of its own',
        'metadata.managedFields',
        twice,
        '.metadata.managedFields',
        'names this manager twice',
      ],
      ['another kind', 'kind', 'StatefulSet', '.metadata', OTHER],
      ['another name', 'metadata.name', 'y', '.metadata', OTHER],
      ['another namespace', 'metadata.namespace', 'y', '.metadata', OTHER],
      ['an object read in another version', 'apiVersion', 'apps/v1beta2', '.apiVersion', VERSION],
      ['what was applied in another version', `${ENTRY}.apiVersion`, 'apps/v1beta2', '.apiVersion', VERSION],
    ];
    for (const [what, path, value, told, why] of CASES) {
      it(what, () => {
        const live = edited(inCluster(), path, value);
        expect(compareToLive(wanted, live, ME)).to.deep.equal(answer(told, why));
      });
    }
  });

  it('72: writes an object that was applied in the version before', () => {
    const live = edited(inCluster(), 'metadata.managedFields.0.apiVersion', 'apps/v1beta1');
    expect(compareToLive(wanted, live, ME)).to.deep.equal(answer('.apiVersion', VERSION));
    expect(applyEntryOf(live, ME)?.apiVersion).to.equal('apps/v1beta1');
    expect(applyEntryOf(live, 'other')).to.equal(undefined);
  });
});
