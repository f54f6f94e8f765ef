import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { layOut } from '../../src/synth/layout.js';
import { ManifestWriter } from '../../src/synth/manifest-writer.js';
import { errorOf, plainObject, textsOf } from './support.js';

const OBJECTS = [
  plainObject('v1', 'Namespace', 'opni'),
  plainObject('v1', 'ServiceAccount', 'run', 'opni'),
  plainObject('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'opni:Auth-Delegator'),
  plainObject('apps/v1', 'Deployment', 'run', 'opni'),
];

const JSON_WRITER = new ManifestWriter('json');

describe('layOut', () => {
  it('writes one file a stage and none for a stage without objects', () => {
    const files = layOut('rke2-a', OBJECTS);
    expect(files.map(({ path }) => path)).to.deep.equal([
      'rke2-a/1-namespaces.yaml',
      'rke2-a/3-access.yaml',
      'rke2-a/5-workloads.yaml',
    ]);
    const documents = parseAllDocuments(files[1]!.content).map((document) => document.toJS() as unknown);
    expect(documents).to.deep.equal(OBJECTS.slice(1, 3));
  });

  it('writes one List a stage as JSON', () => {
    const [first] = layOut('rke2-a', OBJECTS, { writer: JSON_WRITER });
    expect(first?.path).to.equal('rke2-a/1-namespaces.json');
    expect(JSON.parse(first!.content)).to.deep.equal({
      apiVersion: 'v1',
      kind: 'List',
      items: OBJECTS.slice(0, 1),
    });
    expect(first?.content).to.match(/^\{\n {2}"apiVersion": "v1",\n[\s\S]*\}\n$/);
  });

  it('writes one file an object in folders by stage', () => {
    const files = layOut('rke2-a', OBJECTS, { layout: 'objects', writer: JSON_WRITER });
    expect(files.map(({ path }) => path)).to.deep.equal([
      'rke2-a/1-namespaces/namespace-opni.json',
      'rke2-a/3-access/serviceaccount-run.json',
      'rke2-a/3-access/clusterrolebinding-opni-auth-delegator.json',
      'rke2-a/5-workloads/deployment-run.json',
    ]);
    expect(JSON.parse(files[3]!.content)).to.deep.equal(OBJECTS[3]);
  });

  it('adds the namespace to the names of files that would be the same', () => {
    const objects = ['a', 'b'].map((namespace) => plainObject('v1', 'Secret', 'same', namespace));
    const files = layOut('x', [...objects, plainObject('v1', 'Secret', 'other', 'a')], { layout: 'objects' });
    expect(files.map(({ path }) => path)).to.deep.equal([
      'x/4-config/secret-same.a.yaml',
      'x/4-config/secret-same.b.yaml',
      'x/4-config/secret-other.yaml',
    ]);
  });

  it('refuses two objects that need one file, and names both', async () => {
    const objects = [plainObject('a.io/v1', 'Thing', 'x'), plainObject('b.io/v1', 'Thing', 'x')];
    const error = await errorOf(() => layOut('x', objects, { layout: 'objects' }));
    expect(textsOf(error.problems)).to.deep.equal([
      'x/6-logging/thing-x.cluster.yaml: Thing x (a.io/v1) and Thing x (b.io/v1) both need this file',
    ]);
  });

  it('refuses a cluster name that could lead out of the folder', async () => {
    for (const name of ['', '.', '..', '../a', 'a/b', 'A', '-a', 'a\\b', '.hidden', 'a\0']) {
      const error = await errorOf(() => layOut(name, OBJECTS));
      expect(error.code, name).to.equal('construct');
    }
  });
});
