import { expect } from 'chai';
import { ModelApiServer } from './model-api-server.js';
import { ModelClient } from './model-client.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const LIMITED = { user: 'limited' } as const;

const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } };

describe('access to the model of an API server', () => {
  let client: ModelClient;
  beforeEach(() => {
    client = new ModelClient(new ModelApiServer());
  });

  const allow = async (rules: readonly object[], name = 'r') => {
    await client.post(`${RBAC}/namespaces/default/roles`, { metadata: { name }, rules });
    await client.post(`${RBAC}/namespaces/default/rolebindings`, {
      metadata: { name },
      roleRef: { kind: 'Role', name },
      subjects: [{ kind: 'User', name: 'limited' }],
    });
  };

  it('is for accounts that are known', async () => {
    const { status } = await new ModelApiServer().handle({
      method: 'GET',
      path: '/api/v1/namespaces',
      query: new URLSearchParams(),
      headers: { authorization: 'Bearer other' },
      body: Buffer.from(''),
    });
    expect(status).to.equal(401);
  });

  it('is refused in the words of the server', async () => {
    const list = await client.get(MAPS, LIMITED);
    expect([list.status, list.body.message, list.body.details]).to.deep.equal([
      403,
      'configmaps is forbidden: User "limited" cannot list resource "configmaps" in API group "" in the namespace "default"',
      { kind: 'configmaps' },
    ]);
    const get = await client.get('/apis/storage.k8s.io/v1/storageclasses/s', LIMITED);
    expect(get.body.message).to.equal(
      'storageclasses.storage.k8s.io "s" is forbidden: User "limited" cannot get resource "storageclasses" in API group "storage.k8s.io" at the cluster scope',
    );
  });

  it('is given by roles, for the names that they name', async () => {
    await allow([{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['m'], verbs: ['get'] }]);
    await client.post(MAPS, map);
    expect((await client.get(`${MAPS}/m`, LIMITED)).status).to.equal(200);
    expect((await client.get(`${MAPS}/other`, LIMITED)).status).to.equal(403);
    await allow(
      [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['m'], verbs: ['list'] }],
      'lister',
    );
    expect((await client.get(`${MAPS}?fieldSelector=metadata.name=m`, LIMITED)).status).to.equal(200);
    expect((await client.get(MAPS, LIMITED)).status).to.equal(403);
  });

  it('needs the right to make an object for an apply that makes it', async () => {
    const rule = { apiGroups: [''], resources: ['configmaps'] };
    await allow([{ ...rule, verbs: ['patch'] }]);
    const refused = await client.apply(`${MAPS}/m`, map, 'us', LIMITED);
    expect(refused.body.message).to.equal(
      'configmaps "m" is forbidden: User "limited" cannot create resource "configmaps" in API group "" in the namespace "default"',
    );
    await allow([{ ...rule, verbs: ['create'] }], 'more');
    expect((await client.apply(`${MAPS}/m`, map, 'us', LIMITED)).status).to.equal(201);
  });

  it('is given to others only by who has it', async () => {
    await allow([
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create'] },
    ]);
    const role = (resource: string) => ({
      metadata: { name: resource },
      rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }],
    });
    const refused = await client.post(`${RBAC}/namespaces/default/roles`, role('secrets'), LIMITED);
    expect([refused.status, refused.body.message]).to.deep.equal([
      403,
      'roles.rbac.authorization.k8s.io "secrets" is forbidden: user "limited" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    ]);
    const binding = {
      metadata: { name: 'b' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'limited' }],
    };
    const path = `${RBAC}/namespaces/default/rolebindings`;
    expect((await client.post(path, binding, LIMITED)).status).to.equal(403);
    await allow(
      [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'] }],
      'binder',
    );
    expect((await client.post(path, binding, LIMITED)).status).to.equal(201);
  });
});
