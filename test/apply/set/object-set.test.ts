import { expect } from 'chai';
import fc from 'fast-check';
import { PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import { objectSet } from '../../../src/apply/set/object-set.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { thrownBy } from '../unit-support.js';

const objectOf = (
  groupKind: string,
  name: string,
  metadata: object = {},
  fields: object = {},
): KubernetesObject => {
  const slash = groupKind.lastIndexOf('/');
  return {
    apiVersion: groupKind.slice(0, slash),
    kind: groupKind.slice(slash + 1),
    metadata: { name, ...metadata },
    ...fields,
  };
};
const configMap = (name: string, metadata: object = {}) =>
  objectOf('v1/ConfigMap', name, { namespace: 'n', ...metadata });
const problemsWith = (...objects: readonly unknown[]) =>
  thrownBy(() => objectSet(objects as KubernetesObject[])).problems.map(
    ({ path, message }) => `${path}: ${message}`,
  );

const WRONG: readonly (readonly [what: string, object: unknown, problem: string])[] = [
  ['nothing at all', null, 'object 1: has no apiVersion, no kind, no metadata.name'],
  ['no API version', { kind: 'ConfigMap', metadata: { name: 'a' } }, 'ConfigMap a: has no apiVersion'],
  ['no kind', { apiVersion: 'v1', metadata: { name: 'a' } }, 'a: has no kind'],
  ['no metadata', { apiVersion: 'v1', kind: 'ConfigMap' }, 'ConfigMap: has no metadata.name'],
  ['an empty name', configMap(''), 'ConfigMap: has no metadata.name'],
  ['a name that is a number', configMap(7 as unknown as string), 'ConfigMap 7: has no metadata.name'],
  ['a list', objectOf('v1/List', 'a'), 'List a: is of a kind that cannot be applied'],
  ['an event', objectOf('events.k8s.io/v1/Event', 'a'), 'Event a: is of a kind that cannot be applied'],
  ['a node', objectOf('v1/Node', 'a'), 'Node a: is of a kind that cannot be applied'],
  ['a slash in its name', configMap('a/b'), 'ConfigMap n/a/b: has a name that no address can hold'],
  [
    'a percent sign in its name',
    configMap('a%2fb'),
    'ConfigMap n/a%2fb: has a name that no address can hold',
  ],
  ['a name that leads elsewhere', configMap('..'), 'ConfigMap n/..: has a name that no address can hold'],
  ['a name of one dot', configMap('.'), 'ConfigMap n/.: has a name that no address can hold'],
  [
    'a long name',
    configMap('a'.repeat(254)),
    `ConfigMap n/${'a'.repeat(254)}: has a name that no address can hold`,
  ],
  [
    'a namespace that leads elsewhere',
    configMap('a', { namespace: '..' }),
    'ConfigMap ../a: has a namespace that no address can hold',
  ],
  ['a made name', configMap('a', { generateName: 'a-' }), 'ConfigMap n/a: has generateName'],
  ['owners of fields', configMap('a', { managedFields: [] }), 'ConfigMap n/a: has managedFields'],
  [
    'the label of a set',
    configMap('a', { labels: { [PART_OF_LABEL]: 'x' } }),
    `ConfigMap n/a: has the label ${PART_OF_LABEL}`,
  ],
  [
    'a number in a Secret',
    objectOf('v1/Secret', 'a', {}, { stringData: { port: 80 } }),
    'Secret a: stringData.port is no text',
  ],
  [
    'a number in a Secret',
    objectOf('v1/Secret', 'a', {}, { data: { port: 80 } }),
    'Secret a: data.port is no text',
  ],
];

describe('objectSet', () => {
  for (const [what, object, problem] of WRONG) {
    it(`69: refuses a set with ${what}`, () => expect(problemsWith(object)).to.deep.equal([problem]));
  }

  it('69: tells all that is wrong with all objects, each with a way to mend it', () => {
    const labels = { [PART_OF_LABEL]: 'x' };
    const error = thrownBy(() =>
      objectSet([
        configMap('good'),
        objectOf('v1/List', 'a/b', { labels }),
        {} as KubernetesObject,
        configMap('good'),
      ]),
    );
    expect(error.code).to.equal('construct');
    expect(error.message).to.equal('The set was refused, and nothing was sent: 5 problems.');
    expect(error.problems.map(({ path, message }) => `${path}: ${message}`)).to.deep.equal([
      'List a/b: is of a kind that cannot be applied',
      'List a/b: has a name that no address can hold',
      `List a/b: has the label ${PART_OF_LABEL}`,
      'object 3: has no apiVersion, no kind, no metadata.name',
      'ConfigMap n/good: is in the set twice',
    ]);
    expect(error.problems.every(({ fix }) => fix)).to.equal(true);
  });

  it('69: finds an object that is there twice in two versions, and every further one', () => {
    const [v1, beta] = ['apps/v1/Deployment', 'apps/v1beta1/Deployment'].map((kind) => objectOf(kind, 'x'));
    expect(problemsWith(v1, beta, v1)).to.deep.equal([
      'Deployment x: is in the set twice',
      'Deployment x: is in the set twice',
    ]);
    expect(objectSet([v1!, objectOf('example.com/v1/Deployment', 'x')]).objects).to.have.length(2);
    expect(objectSet([configMap('a'), configMap('a', { namespace: 'm' })]).objects).to.have.length(2);
  });

  it('32: refuses an empty set, which would remove everything', () => {
    const error = thrownBy(() => objectSet([]));
    expect(error.code).to.equal('construct');
    expect(error.message).to.contain('would remove everything');
  });

  it('57: takes names with colons, upper case and blanks of the longest length', () => {
    const names = ['System:Foo.Bar', 'a b', '...', 'a'.repeat(253)];
    const roles = names.map((name) => objectOf('rbac.authorization.k8s.io/v1/ClusterRole', name));
    expect(objectSet(roles).objects.map(({ metadata }) => metadata.name)).to.have.members(names);
  });

  it('1: puts the objects in the order of the stages, whatever the order they came in', () => {
    const objects = [
      objectOf('v1/Namespace', 'n'),
      objectOf('apiextensions.k8s.io/v1/CustomResourceDefinition', 'd'),
      objectOf('v1/ServiceAccount', 'a'),
      configMap('b'),
      configMap('c'),
      objectOf('apps/v1/Deployment', 'w'),
      objectOf('logging.banzaicloud.io/v1beta1/Logging', 'l'),
      objectOf('admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration', 'v'),
    ];
    const digest = objectSet(objects).digest();
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        const set = objectSet(shuffled);
        expect(set.objects).to.deep.equal(objects);
        expect(set.digest()).to.equal(digest);
      }),
    );
  });

  it('55: gives a digest from which no value of a Secret can be guessed', () => {
    const digests = ['one', 'two'].map((password) => {
      const data = { password: Buffer.from(password).toString('base64') };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'logs' }, data };
      return objectSet([secret]).digest();
    });
    expect(digests[0]).to.equal(digests[1]);
  });

  it('gives another digest to another set', () => {
    const sets = [[configMap('a')], [configMap('b')], [configMap('a'), configMap('b')]].map(objectSet);
    expect(new Set(sets.map(({ digest }) => digest())).size).to.equal(3);
    expect(sets[0]?.digest()).to.match(/^[0-9a-f]{64}$/);
  });

  it('54: holds the objects as they are sent', () => {
    const secret = objectOf('v1/Secret', 's', {}, { stringData: { a: 'b' } });
    expect(objectSet([secret]).objects[0]).to.deep.include({ data: { a: 'Yg==' } });
  });
});
