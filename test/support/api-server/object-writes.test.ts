import { expect } from 'chai';
import type { Json } from './fields/field-type.js';
import { ModelApiServer } from './model-api-server.js';
import { type Asked, ModelClient } from './model-client.js';

const CORE = '/api/v1/namespaces/default';
const APPS = '/apis/apps/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';

const template = (labels: Json, image = 'a:1') => ({
  metadata: { labels },
  spec: { containers: [{ name: 'a', image }] },
});

const workload = (kind: string, spec: Json = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'w' },
  spec: { selector: { matchLabels: { a: '1' } }, template: template({ a: '1' }), ...spec },
});

const causesOf = ({ status, body }: Asked) => [
  status,
  ...body.details.causes.map(({ reason, field, message }) => `${reason} ${field}: ${message}`),
];

describe('writes to the model of an API server', () => {
  let client: ModelClient;
  beforeEach(() => {
    client = new ModelClient(new ModelApiServer({ workloads: 'none' }));
  });

  const makeMap = async (content: Json = { data: { a: '1' } }) => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, ...content };
    return (await client.post(`${CORE}/configmaps`, map)).body;
  };

  it('gives new objects what only the server gives', async () => {
    const { metadata } = await makeMap({ metadata: { name: 'm', uid: 'mine', generation: 7 } });
    expect(metadata['uid']).to.match(/^[\da-f-]{36}$/);
    expect(metadata['creationTimestamp']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(metadata).not.to.have.property('generation');
    const { body } = await client.post(`${APPS}/deployments`, workload('Deployment'));
    expect(body.metadata['generation']).to.equal(1);
  });

  it('refuses to make what is there', async () => {
    await makeMap();
    const { status, body } = await client.post(`${CORE}/configmaps`, { metadata: { name: 'm' } });
    expect([status, body.reason, body.message]).to.deep.equal([
      409,
      'AlreadyExists',
      'configmaps "m" already exists',
    ]);
  });

  it('replaces an object only as it was read, if that is what the client says', async () => {
    const made = await makeMap();
    const first = await client.ask('PUT', `${CORE}/configmaps/m`, { ...made, data: { a: '2' } });
    expect(first.status).to.equal(200);
    const second = await client.ask('PUT', `${CORE}/configmaps/m`, { ...made, data: { a: '3' } });
    expect(second.status).to.equal(409);
    expect(second.body.message).to.include('the object has been modified');
    const other = await client.ask('PUT', `${CORE}/configmaps/m`, { metadata: { name: 'm', uid: 'other' } });
    expect(other.status).to.equal(409);
    expect(other.body.message).to.include(
      'Precondition failed: UID in precondition: other, UID in object meta:',
    );
  });

  it('counts generations by changes of what is wished for', async () => {
    await client.post(`${APPS}/deployments`, workload('Deployment'));
    const generation = async (patch: Json) =>
      (await client.merge(`${APPS}/deployments/w`, patch)).body.metadata['generation'];
    expect(await generation({ metadata: { labels: { b: '1' } } })).to.equal(1);
    expect(await generation({ spec: { replicas: 3 } })).to.equal(2);
  });

  it('refuses unknown fields when it is told to, and else warns and leaves them out', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, more: { a: 1 } };
    const strict = await client.post(`${CORE}/configmaps?fieldValidation=Strict`, map);
    expect([strict.status, strict.body.message]).to.deep.equal([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "more"',
    ]);
    const lax = await client.post(`${CORE}/configmaps`, map);
    expect(lax.status).to.equal(201);
    expect(lax.body).not.to.have.property('more');
    expect(lax.headers).to.deep.equal({ warning: '299 - "unknown field \\"more\\""' });
  });

  it('says no more than that a JSON patch does not fit', async () => {
    await makeMap();
    const operations = [{ op: 'test', path: '/data/a', value: '2' }];
    const { status, body } = await client.patch(`${CORE}/configmaps/m`, operations);
    expect([status, body.reason, body.message, body.details]).to.deep.equal([
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    ]);
  });

  it('runs all operations of a JSON patch', async () => {
    await makeMap({ data: { a: '1', b: '2' }, metadata: { name: 'm', annotations: { 'x/y': 'z' } } });
    const { body } = await client.patch(`${CORE}/configmaps/m`, [
      { op: 'add', path: '/data/c', value: '3' },
      { op: 'replace', path: '/data/a', value: '0' },
      { op: 'move', from: '/data/b', path: '/data/d' },
      { op: 'copy', from: '/data/a', path: '/data/e' },
      { op: 'remove', path: '/metadata/annotations/x~1y' },
    ]);
    expect(body['data']).to.deep.equal({ a: '0', c: '3', d: '2', e: '0' });
    expect(body.metadata).not.to.have.property('annotations');
  });

  it('refuses changes of what cannot be changed, in the words of each kind', async () => {
    await makeMap({ data: { a: '1' }, immutable: true });
    const map = await client.merge(`${CORE}/configmaps/m`, { data: { a: '2' } });
    expect(causesOf(map)).to.deep.equal([
      422,
      'FieldValueForbidden data: Forbidden: field is immutable when `immutable` is set',
    ]);
    for (const kind of ['Deployment', 'DaemonSet']) {
      const path = `${APPS}/${kind.toLowerCase()}s`;
      await client.post(path, workload(kind));
      const changed = await client.merge(`${path}/w`, {
        spec: { selector: { matchLabels: { a: '2' } }, template: template({ a: '2' }) },
      });
      expect(causesOf(changed)).to.deep.equal([
        422,
        'FieldValueInvalid spec.selector: Invalid value: {"matchLabels":{"a":"2"}}: field is immutable',
      ]);
    }
    await client.post(`${APPS}/statefulsets`, workload('StatefulSet'));
    const set = await client.merge(`${APPS}/statefulsets/w`, { spec: { serviceName: 'other' } });
    expect(causesOf(set)[1]).to.match(
      /^FieldValueForbidden spec: Forbidden: updates to statefulset spec for fields/,
    );
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' };
    await client.post(`${RBAC}/rolebindings`, { metadata: { name: 'b' }, roleRef });
    const binding = await client.merge(`${RBAC}/rolebindings/b`, { roleRef: { name: 'c' } });
    expect(causesOf(binding)[1]).to.match(/^FieldValueInvalid roleRef: .*cannot change roleRef$/);
    await client.post(`${CORE}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
    const service = await client.merge(`${CORE}/services/s`, { spec: { clusterIP: '10.96.9.9' } });
    expect(causesOf(service)).to.deep.equal([
      422,
      'FieldValueInvalid spec.clusterIPs[0]: Invalid value: ["10.96.9.9"]: may not change once set',
    ]);
  });

  it('refuses objects without what they need', async () => {
    const { metadata: _, ...spec } = { metadata: {}, template: template({ a: '1' }) };
    const answer = await client.post(`${APPS}/deployments`, { metadata: { name: 'w' }, spec });
    expect(causesOf(answer)).to.include('FieldValueRequired spec.selector: Required value');
    const named = await client.post(`${CORE}/configmaps`, { metadata: { name: 'A_b' } });
    expect(causesOf(named)[1]).to.match(
      /^FieldValueInvalid metadata.name: Invalid value: "A_b": a lowercase RFC 1123/,
    );
  });

  it('writes objects down in one form, with defaults', async () => {
    const secret = { metadata: { name: 's' }, stringData: { a: 'text' }, data: { b: 'Yg==' } };
    expect((await client.post(`${CORE}/secrets`, secret)).body).to.deep.include({
      type: 'Opaque',
      data: { a: 'dGV4dA==', b: 'Yg==' },
    });
    const { body } = await client.post(`${CORE}/services`, {
      metadata: { name: 's', labels: {} },
      spec: { ports: [{ port: 80 }], publishNotReadyAddresses: false, externalName: '' },
    });
    expect(body.metadata).not.to.have.property('labels');
    expect(body['spec']).to.deep.include({
      type: 'ClusterIP',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(body['spec']).not.to.have.any.keys('publishNotReadyAddresses', 'externalName');
    expect((body['spec'] as Json)['clusterIP']).to.match(/^10\.96\./);
    const deployment = (await client.post(`${APPS}/deployments`, workload('Deployment'))).body[
      'spec'
    ] as Json;
    expect(deployment).to.deep.include({
      replicas: 1,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    });
  });

  it('lets a Lease be let go with an empty holder', async () => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/l';
    const lease = { metadata: { name: 'l' }, spec: { holderIdentity: '', leaseDurationSeconds: 1 } };
    const { status, body } = await client.ask('PUT', path, lease);
    expect(status).to.equal(201);
    expect(body['spec']).to.deep.equal(lease.spec);
    const blind = await client.ask('PUT', path, lease);
    expect([blind.status, blind.body.reason]).to.deep.equal([422, 'Invalid']);
  });

  it('asks hooks, which change an object or give an answer of their own', async () => {
    const server = new ModelApiServer();
    const hooked = new ModelClient(server);
    server.hooks.push((object) =>
      object.metadata.name === 'bad'
        ? { status: 403, body: { kind: 'Status', code: 403, message: 'no' } }
        : {
            ...object,
            metadata: { ...object.metadata, labels: { ...object.metadata.labels, added: 'yes' } },
          },
    );
    const map = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { a: '1' },
    });
    const made = await hooked.apply(`${CORE}/configmaps/m`, map('m'), 'us');
    expect(made.body.metadata['labels']).to.deep.equal({ added: 'yes' });
    const again = await hooked.apply(`${CORE}/configmaps/m`, map('m'), 'us');
    expect(again.body).to.deep.equal(made.body);
    expect((await hooked.apply(`${CORE}/configmaps/bad`, map('bad'), 'us')).status).to.equal(403);
  });
});
