import { expect } from 'chai';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { failureIn } from '../../src/kube/api-failure.js';
import { CLUSTER_ROLES, clusterAt, PODS, refusalOf } from './client-support.js';
import {
  failure,
  type Reply,
  type ScriptedServer,
  type SeenRequest,
  startScripted,
} from './scripted-server.js';

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

describe('Cluster', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async (reply: (request: SeenRequest, index: number) => Reply) => {
    server = await startScripted(reply);
    return clusterAt(server.url);
  };
  const role = (name: string, extra: Record<string, unknown> = {}): KubernetesObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    ...extra,
  });
  const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'n' } };

  describe('apply', () => {
    it('#57 keeps upper case and colons in names, in the address and in the body', async () => {
      const cluster = await serve(() => ({}));
      const object = role('System:Foo.Bar');
      await cluster.apply(CLUSTER_ROLES, object, { fieldManager: 'opni-logging' });
      expect(server.requests[0]).to.include({
        method: 'PATCH',
        url: '/apis/rbac.authorization.k8s.io/v1/clusterroles/System:Foo.Bar?fieldManager=opni-logging&fieldValidation=Strict',
        body: JSON.stringify(object),
      });
      expect(server.requests[0]?.headers['content-type']).to.equal('application/apply-patch+yaml');
    });

    it('forces, and only asks, when told to', async () => {
      const cluster = await serve(() => ({}));
      await cluster.apply(PODS, pod, { fieldManager: 'm', force: true, dryRun: true });
      const { path, query } = server.requests[0]!;
      expect(path).to.equal('/api/v1/namespaces/n/pods/a');
      expect(Object.fromEntries(query)).to.deep.equal({
        fieldManager: 'm',
        dryRun: 'All',
        fieldValidation: 'Strict',
        force: 'true',
      });
    });

    it('gives back what the server said, a no included', async () => {
      const cluster = await serve(() => failure(409, 'Conflict', 'conflict'));
      expect(await cluster.apply(PODS, pod, { fieldManager: 'm' })).to.include({ status: 409 });
    });

    it('sends nothing when the object does not belong to the address', async () => {
      const cluster = await serve(() => ({}));
      const options = { fieldManager: 'm' };
      const messages = [
        await refusalOf(cluster.apply(PODS, role('a'), options)),
        await refusalOf(cluster.apply(PODS, { ...pod, metadata: { name: 'a' } }, options)),
        await refusalOf(cluster.replace(CLUSTER_ROLES, role(''), options)),
      ].map(({ message }) => message);
      expect(messages).to.deep.equal([
        'ClusterRole a: is a rbac.authorization.k8s.io/v1 ClusterRole and no v1 Pod',
        'Pod a: metadata.namespace is missing',
        'ClusterRole : metadata.name is missing',
      ]);
      expect(server.requests).to.have.length(0);
    });
  });

  it('replaces an object with strict validation', async () => {
    const cluster = await serve(() => ({}));
    await cluster.replace(PODS, pod, { fieldManager: 'm' });
    expect(server.requests[0]).to.include({
      method: 'PUT',
      url: '/api/v1/namespaces/n/pods/a?fieldManager=m&fieldValidation=Strict',
      body: JSON.stringify(pod),
    });
  });

  it('sends a JSON patch', async () => {
    const cluster = await serve(() => ({}));
    const operations = [
      { op: 'test', path: '/metadata/resourceVersion', value: '7' },
      { op: 'remove', path: '/metadata/labels/a~1b' },
    ] as const;
    await cluster.patchJson(PODS, 'n', 'a', operations, { fieldManager: 'm', dryRun: true });
    expect(server.requests[0]).to.include({
      method: 'PATCH',
      url: '/api/v1/namespaces/n/pods/a?fieldManager=m&dryRun=All',
      body: JSON.stringify(operations),
    });
    expect(server.requests[0]?.headers['content-type']).to.equal('application/json-patch+json');
  });

  it('deletes only the object of the UID, in the background', async () => {
    const cluster = await serve(() => ({}));
    await cluster.remove(PODS, 'n', 'a', { uid: 'u' });
    await cluster.remove(PODS, 'n', 'a', {
      uid: 'u',
      resourceVersion: '7',
      propagation: 'Orphan',
      dryRun: true,
    });
    expect(server.requests.map(({ method, url, body }) => [method, url, JSON.parse(body)])).to.deep.equal([
      [
        'DELETE',
        '/api/v1/namespaces/n/pods/a',
        {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid: 'u' },
          propagationPolicy: 'Background',
        },
      ],
      [
        'DELETE',
        '/api/v1/namespaces/n/pods/a',
        {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid: 'u', resourceVersion: '7' },
          propagationPolicy: 'Orphan',
          dryRun: ['All'],
        },
      ],
    ]);
  });

  describe('get', () => {
    it('gives the object whole, and undefined when it is not there', async () => {
      const live = { ...pod, 'x-unknown': [null, { from: 1 }] };
      const cluster = await serve(({ path }) => (path.endsWith('/a') ? { body: live } : { status: 404 }));
      expect(await cluster.get(PODS, 'n', 'a')).to.deep.equal(live);
      expect(await cluster.get(PODS, 'n', 'b')).to.equal(undefined);
    });

    it('says what may not be read', async () => {
      const cluster = await serve(() => failure(403, 'Forbidden', 'pods "a" is forbidden'));
      const error = await refusalOf(cluster.get(PODS, 'n', 'a'));
      expect(error.message).to.equal('read Pod n/a: pods "a" is forbidden');
      expect(failureIn(error)).to.include({ status: 403, reason: 'Forbidden' });
    });
  });

  describe('list', () => {
    const item = (name: string) => ({ metadata: { name, namespace: 'n', uid: name, resourceVersion: '1' } });
    const page = (names: readonly string[], next?: string, version = '9'): Reply => ({
      body: { metadata: { resourceVersion: version, continue: next }, items: names.map(item) },
    });

    it('puts pages together, and says the kind of each item', async () => {
      const cluster = await serve(({ query }) =>
        query.get('continue') ? page(['c']) : page(['a', 'b'], 'next/+='),
      );
      const { items, resourceVersion } = await cluster.list(PODS, {
        namespace: 'n',
        labelSelector: 'x=y',
        pageSize: 2,
      });
      expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['a', 'b', 'c']);
      expect(items[0]).to.include({ apiVersion: 'v1', kind: 'Pod' });
      expect(resourceVersion).to.equal('9');
      expect(server.requests.map(({ path, query }) => [path, Object.fromEntries(query)])).to.deep.equal([
        ['/api/v1/namespaces/n/pods', { labelSelector: 'x=y', limit: '2' }],
        ['/api/v1/namespaces/n/pods', { labelSelector: 'x=y', limit: '2', continue: 'next/+=' }],
      ]);
    });

    it('begins anew when a page is too old, and the third time without pages', async () => {
      const cluster = await serve(({ query }) => {
        if (query.get('continue')) return failure(410, 'Expired', 'too old');
        return query.get('limit') ? page(['old'], 'next') : page(['a', 'b'], undefined, '12');
      });
      const { items, resourceVersion } = await cluster.list(PODS);
      expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['a', 'b']);
      expect(resourceVersion).to.equal('12');
      expect(server.requests.map(({ query }) => query.get('limit'))).to.deep.equal([
        '500',
        '500',
        '500',
        '500',
        null,
      ]);
    });

    it('asks for metadata only when that is enough', async () => {
      const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', ...item('a') };
      const cluster = await serve(() => ({ body: { metadata: { resourceVersion: '1' }, items: [partial] } }));
      const { items } = await cluster.list(CLUSTER_ROLES, { namespace: 'ignored', metadataOnly: true });
      expect(server.requests[0]?.headers.accept).to.equal(METADATA_LIST);
      expect(server.requests[0]?.path).to.equal('/apis/rbac.authorization.k8s.io/v1/clusterroles');
      expect(items[0]).to.include({ kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1' });
    });

    it('takes a missing list for an empty one', async () => {
      const cluster = await serve(() => ({ body: { metadata: { resourceVersion: '1' }, items: null } }));
      expect(await cluster.list(PODS)).to.deep.equal({ items: [], resourceVersion: '1' });
    });

    it('says what may not be listed', async () => {
      const cluster = await serve(() => failure(403, 'Forbidden', 'pods is forbidden'));
      expect((await refusalOf(cluster.list(PODS))).message).to.equal('list /api/v1/pods: pods is forbidden');
    });
  });
});
