import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { ask } from './api-test-client.js';
import { EventStore } from './event-store.js';
import { type FakeEventsApi, startFakeEventsApi } from './fake-events-api.js';

const NOW = Date.UTC(2026, 10, 22, 10);

describe('the Leases of the fake API server', () => {
  let api: FakeEventsApi;
  const lease = (method: string, body?: object, contentType = 'application/json', name = 'lock') =>
    ask(`${api.url}/apis/coordination.k8s.io/v1/namespaces/opni/leases/${name}?fieldManager=test`, {
      method,
      body,
      headers: { 'content-type': contentType },
    });
  const apply = (body: object) => lease('PATCH', body, 'application/apply-patch+yaml');
  const empty = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'lock', namespace: 'opni' },
  };

  beforeEach(async () => {
    api = await startFakeEventsApi({ store: new EventStore(), nowMs: () => NOW });
  });
  afterEach(() => api.close());

  it('has none at first, and makes one when it is applied', async () => {
    const { status, json, headers } = await lease('GET');
    expect([status, json.reason]).to.deep.equal([404, 'NotFound']);
    expect(Date.parse(headers.date!)).to.equal(NOW);
    const made = await apply(empty);
    expect([made.status, made.json.metadata.resourceVersion, made.json.spec]).to.deep.equal([
      201,
      '1001',
      {},
    ]);
    expect((await apply(empty)).json).to.deep.equal(made.json);
    expect((await lease('GET')).json).to.deep.equal(made.json);
  });

  it('lets only one of two writers of a version win', async () => {
    const { json } = await apply(empty);
    const first = await lease('PUT', { ...json, spec: { holderIdentity: 'a' } });
    expect([first.status, first.json.spec.holderIdentity]).to.deep.equal([200, 'a']);
    expect(first.json.metadata.uid).to.equal(json.metadata.uid);
    const second = await lease('PUT', { ...json, spec: { holderIdentity: 'b' } });
    expect([second.status, second.json.reason]).to.deep.equal([409, 'Conflict']);
    expect(api.leases.get('opni', 'lock')?.spec).to.deep.equal({ holderIdentity: 'a' });
    expect((await lease('PUT', empty)).status).to.equal(422);
  });

  it('merges annotations into what is there', async () => {
    const { json } = await apply(empty);
    api.leases.write('opni', 'lock', { holderIdentity: 'a' });
    const patch = { metadata: { annotations: { mark: '5' } } };
    const merged = await lease('PATCH', patch, 'application/merge-patch+json');
    expect(merged.json.metadata.annotations).to.deep.equal({ mark: '5' });
    expect(merged.json.spec).to.deep.equal({ holderIdentity: 'a' });
    const old = { metadata: { ...patch.metadata, resourceVersion: json.metadata.resourceVersion } };
    expect((await lease('PATCH', old, 'application/merge-patch+json')).status).to.equal(409);
    expect((await lease('PATCH', patch, 'application/json-patch+json')).status).to.equal(415);
  });

  it('deletes the version that is named, and no other', async () => {
    const { json } = await apply(empty);
    const { uid, resourceVersion } = json.metadata;
    expect((await lease('DELETE', { preconditions: { uid: 'other' } })).status).to.equal(409);
    expect((await lease('DELETE', { preconditions: { uid, resourceVersion } })).status).to.equal(200);
    expect((await lease('DELETE')).status).to.equal(404);
    expect((await lease('PUT', json)).status).to.equal(409);
  });

  it('writes first and answers later when told so (case 54)', async () => {
    const { json } = await apply(empty);
    api.faults.script('lease', { answerDelayMs: 150 }, { delayMs: 150 });
    const late = lease('PUT', { ...json, spec: { holderIdentity: 'a' } });
    await delay(70);
    expect(api.leases.get('opni', 'lock')?.spec).to.deep.equal({ holderIdentity: 'a' });
    const written = (await late).json;
    const later = lease('PUT', { ...written, spec: { holderIdentity: 'b' } });
    await delay(70);
    expect(api.leases.get('opni', 'lock')?.spec).to.deep.equal({ holderIdentity: 'a' });
    expect((await later).json.spec).to.deep.equal({ holderIdentity: 'b' });
  });
});
