import { expect } from 'chai';
import type { Json } from './fields/field-type.js';
import { ModelApiServer } from './model-api-server.js';
import { ModelClient } from './model-client.js';

const CORE = '/api/v1/namespaces';
const MAPS = `${CORE}/default/configmaps`;

describe('the end of objects in the model of an API server', () => {
  let client: ModelClient;
  beforeEach(() => {
    client = new ModelClient(new ModelApiServer());
  });

  const make = async (name: string, metadata: Json = {}, namespace = 'default') => {
    const path = `${CORE}/${namespace}/configmaps`;
    const { status, body } = await client.post(path, { metadata: { name, ...metadata } });
    expect(status, body.message).to.equal(201);
    return body;
  };
  const isThere = async (path: string) => (await client.get(path)).status === 200;
  const ownedBy = (owner: Json & { metadata: Json }, more: Json = {}) => ({
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner.metadata['name'],
        uid: owner.metadata['uid'],
        ...more,
      },
    ],
  });

  it('deletes at once what nothing holds, and answers with a Status', async () => {
    const { metadata } = await make('m');
    const { status, body } = await client.delete(`${MAPS}/m`);
    expect(status).to.equal(200);
    expect(body).to.deep.include({
      kind: 'Status',
      status: 'Success',
      details: { name: 'm', kind: 'configmaps', uid: metadata['uid'] },
    });
    const gone = await client.get(`${MAPS}/m`);
    expect([gone.status, gone.body.message]).to.deep.equal([404, 'configmaps "m" not found']);
  });

  it('deletes an object only as it is known, if that is what the client says', async () => {
    const { metadata } = await make('m');
    const uid = await client.delete(`${MAPS}/m`, { preconditions: { uid: 'other' } });
    expect([uid.status, uid.body.message]).to.deep.equal([
      409,
      `Operation cannot be fulfilled on  "m": the UID in the precondition (other) does not match the UID in record (${metadata['uid']}). The object might have been deleted and then recreated`,
    ]);
    const version = await client.delete(`${MAPS}/m`, { preconditions: { resourceVersion: '1' } });
    expect(version.status).to.equal(409);
    expect(version.body.message).to.include('the ResourceVersion in the precondition (1) does not match');
  });

  it('only says what it would delete in a dry run', async () => {
    await make('m');
    expect((await client.delete(`${MAPS}/m`, { dryRun: ['All'] })).status).to.equal(200);
    expect(await isThere(`${MAPS}/m`)).to.equal(true);
  });

  it('keeps what has finalizers until they are gone', async () => {
    await make('m', { finalizers: ['example.org/a', 'example.org/b'] });
    const { status, body } = await client.delete(`${MAPS}/m`);
    expect([status, body['kind']]).to.deep.equal([200, 'ConfigMap']);
    expect(body.metadata).to.have.property('deletionTimestamp');
    const added = await client.merge(`${MAPS}/m`, {
      metadata: { finalizers: ['example.org/a', 'example.org/b', 'c'] },
    });
    expect(added.body.message).to.include('no new finalizers can be added if the object is being deleted');
    await client.merge(`${MAPS}/m`, { metadata: { finalizers: ['example.org/b'] } });
    expect(await isThere(`${MAPS}/m`)).to.equal(true);
    await client.merge(`${MAPS}/m`, { metadata: { finalizers: null } });
    expect(await isThere(`${MAPS}/m`)).to.equal(false);
  });

  it('takes along what an object owns', async () => {
    const owner = await make('owner');
    const child = await make('child', ownedBy(owner));
    await make('grandchild', ownedBy(child));
    await client.delete(`${MAPS}/owner`);
    expect(await isThere(`${MAPS}/child`)).to.equal(false);
    expect(await isThere(`${MAPS}/grandchild`)).to.equal(false);
  });

  it('waits for what an object owns when it is deleted in the foreground', async () => {
    const owner = await make('owner');
    await make('child', { ...ownedBy(owner, { blockOwnerDeletion: true }), finalizers: ['example.org/a'] });
    const { body } = await client.delete(`${MAPS}/owner`, { propagationPolicy: 'Foreground' });
    expect(body.metadata['finalizers']).to.deep.equal(['foregroundDeletion']);
    expect((await client.get(`${MAPS}/child`)).body.metadata).to.have.property('deletionTimestamp');
    expect(await isThere(`${MAPS}/owner`)).to.equal(true);
    await client.merge(`${MAPS}/child`, { metadata: { finalizers: null } });
    expect(await isThere(`${MAPS}/owner`)).to.equal(false);
  });

  it('leaves what an object owns when it is told to', async () => {
    const owner = await make('owner');
    await make('child', ownedBy(owner));
    await client.delete(`${MAPS}/owner`, { propagationPolicy: 'Orphan' });
    expect(await isThere(`${MAPS}/owner`)).to.equal(false);
    expect((await client.get(`${MAPS}/child`)).body.metadata).not.to.have.property('ownerReferences');
  });

  describe('namespaces', () => {
    beforeEach(() => client.post(CORE, { metadata: { name: 'logs' } }));

    it('are furnished', async () => {
      const { body } = await client.get(`${CORE}/logs`);
      expect(body.metadata['labels']).to.deep.equal({ 'kubernetes.io/metadata.name': 'logs' });
      expect(body['status']).to.deep.equal({ phase: 'Active' });
      expect(await isThere(`${CORE}/logs/serviceaccounts/default`)).to.equal(true);
      expect(await isThere(`${CORE}/logs/configmaps/kube-root-ca.crt`)).to.equal(true);
      expect((await client.get(`${CORE}/kube-system`)).body.metadata['uid']).to.be.a('string');
    });

    it('must be there for the objects in them', async () => {
      const answer = await client.post(`${CORE}/none/configmaps`, { metadata: { name: 'm' } });
      expect([answer.status, answer.body.message, answer.body.details]).to.deep.equal([
        404,
        'namespaces "none" not found',
        { name: 'none', kind: 'namespaces' },
      ]);
    });

    it('go with all that is in them', async () => {
      await make('m', {}, 'logs');
      const { body } = await client.delete(`${CORE}/logs`);
      expect(body['status']).to.deep.include({ phase: 'Terminating' });
      expect(await isThere(`${CORE}/logs`)).to.equal(false);
      expect(await isThere(`${CORE}/logs/configmaps/m`)).to.equal(false);
    });

    it('stay as long as something in them stays, and take nothing new', async () => {
      await make('m', { finalizers: ['example.org/a'] }, 'logs');
      await client.delete(`${CORE}/logs`);
      const { conditions } = (await client.get(`${CORE}/logs`)).body['status'] as { conditions: Json[] };
      expect(
        conditions.filter(({ status }) => status === 'True').map(({ message }) => message),
      ).to.deep.equal([
        'Some resources are remaining: 1 resource instances',
        'Some content in the namespace has finalizers remaining: example.org/a in 1 resource instances',
      ]);
      const refused = await client.post(`${CORE}/logs/configmaps`, { metadata: { name: 'new' } });
      expect(refused.status).to.equal(403);
      expect(refused.body.details.causes).to.deep.equal([
        {
          reason: 'NamespaceTerminating',
          message: 'namespace logs is being terminated',
          field: 'metadata.namespace',
        },
      ]);
      await client.merge(`${CORE}/logs/configmaps/m`, { metadata: { finalizers: null } });
      expect(await isThere(`${CORE}/logs`)).to.equal(false);
    });

    it('of the system are never deleted', async () => {
      const { status } = await client.delete(`${CORE}/kube-system`);
      expect(status).to.equal(403);
    });
  });
});
