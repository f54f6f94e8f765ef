import { expect } from 'chai';
import type { Json } from './fields/field-type.js';
import { ModelApiServer } from './model-api-server.js';
import { ModelClient, ownersOf } from './model-client.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MAP = `${MAPS}/m`;
const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/web';

const map = (data: Json, metadata: Json = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'm', ...metadata },
  data,
});

const deployment = (container: Json, spec: Json = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
    },
    ...spec,
  },
});

describe('server-side apply to the model of an API server', () => {
  let client: ModelClient;
  beforeEach(() => {
    client = new ModelClient(new ModelApiServer({ workloads: 'none' }));
  });

  it('makes an object and records who owns its fields', async () => {
    const { status, body } = await client.apply(MAP, map({ a: '1' }, { labels: { l: 'x' } }), 'one');
    expect(status).to.equal(201);
    expect(ownersOf(body)).to.deep.equal({
      'one Apply': { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
    });
  });

  it('records items of lists by their keys, defaults of keys included', async () => {
    const env = [{ name: 'A', value: '1' }];
    const { body } = await client.apply(
      DEPLOYMENT,
      deployment({ env, ports: [{ containerPort: 80 }] }),
      'one',
    );
    const { 'one Apply': fields } = ownersOf(body) as { 'one Apply': Json };
    const spec = fields['f:spec'] as Json;
    expect(spec['f:selector']).to.deep.equal({});
    expect(spec['f:template']).to.deep.equal({
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            '.': {},
            'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
            'f:image': {},
            'f:name': {},
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
          },
        },
      },
    });
  });

  it('writes nothing when nothing changes', async () => {
    const first = await client.apply(MAP, map({ a: '1' }), 'one');
    const second = await client.apply(MAP, map({ a: '1' }), 'one');
    expect(second.status).to.equal(200);
    expect(second.body).to.deep.equal(first.body);
  });

  it('writes nothing for another spelling of a quantity', async () => {
    const resources = { requests: { cpu: '0.5' } };
    const first = await client.apply(DEPLOYMENT, deployment({ resources }), 'one');
    const second = await client.apply(DEPLOYMENT, deployment({ resources }), 'one');
    expect(second.body.metadata['resourceVersion']).to.equal(first.body.metadata['resourceVersion']);
    expect(JSON.stringify(first.body)).to.include('"cpu":"500m"');
  });

  it('refuses fields that somebody else owns with other values, and tells who does', async () => {
    await client.apply(MAP, map({ a: '1', b: '1', c: '1' }), 'one');
    await client.merge(`${MAP}?fieldManager=editor`, { data: { c: '2' } });

    const single = await client.apply(MAP, map({ a: '2' }), 'two');
    expect(single.status).to.equal(409);
    expect(single.body.reason).to.equal('Conflict');
    expect(single.body.message).to.equal('Apply failed with 1 conflict: conflict with "one": .data.a');
    expect(single.body.details.causes).to.deep.equal([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
    ]);

    const several = await client.apply(MAP, map({ a: '2', b: '2', c: '3' }), 'two');
    expect(several.body.message).to.equal(
      'Apply failed with 3 conflicts: conflicts with "editor" using v1:\n- .data.c\nconflicts with "one":\n- .data.a\n- .data.b',
    );
  });

  it('shares fields with equal values', async () => {
    await client.apply(MAP, map({ a: '1' }), 'one');
    const { status, body } = await client.apply(MAP, map({ a: '1' }), 'two');
    expect(status).to.equal(200);
    expect(ownersOf(body)).to.deep.equal({
      'one Apply': { 'f:data': { 'f:a': {} } },
      'two Apply': { 'f:data': { 'f:a': {} } },
    });
  });

  it('takes fields by force', async () => {
    await client.apply(MAP, map({ a: '1', b: '1' }), 'one');
    const { body } = await client.apply(MAP, map({ a: '2' }), 'two', { force: true });
    expect(body['data']).to.deep.equal({ a: '2', b: '1' });
    expect(ownersOf(body)).to.deep.equal({
      'one Apply': { 'f:data': { 'f:b': {} } },
      'two Apply': { 'f:data': { 'f:a': {} } },
    });
  });

  it('removes fields that are no longer applied, unless somebody else owns them too', async () => {
    await client.apply(MAP, map({ a: '1', b: '1', c: '1' }), 'one');
    await client.apply(MAP, map({ b: '1' }), 'two');
    const { body } = await client.apply(MAP, map({ a: '1' }), 'one');
    expect(body['data']).to.deep.equal({ a: '1', b: '1' });
  });

  it('removes items of lists that are no longer applied, and leaves those of others', async () => {
    const env = (...names: string[]) => names.map((name) => ({ name, value: 'x' }));
    await client.apply(DEPLOYMENT, deployment({ env: env('A', 'B') }), 'one');
    await client.apply(DEPLOYMENT, deployment({ env: env('C') }), 'two');
    const { body } = await client.apply(DEPLOYMENT, deployment({ env: env('B') }), 'one');
    const containers = (((body['spec'] as Json)['template'] as Json)['spec'] as Json)['containers'] as Json[];
    expect(containers[0]!['env']).to.deep.equal(env('B', 'C'));
  });

  it('brings back a default where a field is no longer applied', async () => {
    await client.apply(DEPLOYMENT, deployment({}, { replicas: 3 }), 'one');
    const { body } = await client.apply(DEPLOYMENT, deployment({}), 'one');
    expect((body['spec'] as Json)['replicas']).to.equal(1);
  });

  it('records what is written in other ways', async () => {
    await client.post(`${MAPS}?fieldManager=maker`, map({ a: '1' }));
    const { body } = await client.merge(MAP, { data: { b: '2' } });
    expect(ownersOf(body)).to.deep.equal({
      'maker Update': { 'f:data': { '.': {}, 'f:a': {} } },
      'curl Update': { 'f:data': { 'f:b': {} } },
    });
  });

  it('keeps the status of an object from who writes the object', async () => {
    const { body } = await client.apply(DEPLOYMENT, { ...deployment({}), status: { replicas: 9 } }, 'one');
    expect(body['status']).to.deep.equal({});
    expect(ownersOf(body)['one Apply']).not.to.have.property('f:status');
    const status = await client.merge(`${DEPLOYMENT}/status?fieldManager=controller`, {
      spec: { replicas: 7 },
      status: { replicas: 1 },
    });
    expect(status.body['status']).to.deep.equal({ replicas: 1 });
    expect((status.body['spec'] as Json)['replicas']).to.equal(1);
    expect(ownersOf(status.body)['controller Update status']).to.deep.equal({
      'f:status': { 'f:replicas': {} },
    });
  });

  it('records a change of the scale with its subresource', async () => {
    await client.apply(DEPLOYMENT, deployment({}, { replicas: 2 }), 'one');
    const { body } = await client.merge(`${DEPLOYMENT}/scale?fieldManager=hpa`, { spec: { replicas: 5 } });
    expect(body['spec']).to.deep.equal({ replicas: 5 });
    const conflict = await client.apply(DEPLOYMENT, deployment({}, { replicas: 2 }), 'one');
    expect(conflict.body.message).to.equal(
      'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  it('lets a JSON patch replace the record of owners', async () => {
    await client.post(`${MAPS}?fieldManager=kubectl-client-side-apply`, map({ a: '1', b: '1' }));
    const { body } = await client.get(MAP);
    const [entry] = body.metadata['managedFields'] as Json[];
    const taken = { ...entry, manager: 'us', operation: 'Apply' };
    const patched = await client.patch(MAP, [
      { op: 'test', path: '/metadata/resourceVersion', value: body.metadata['resourceVersion'] },
      { op: 'replace', path: '/metadata/managedFields', value: [taken] },
    ]);
    expect(patched.status).to.equal(200);
    expect(Object.keys(ownersOf(patched.body))).to.deep.equal(['us Apply']);
    const applied = await client.apply(MAP, map({ a: '1' }), 'us');
    expect(applied.body['data']).to.deep.equal({ a: '1' });
  });

  it('gives the fields of an object without a record to whoever was there first', async () => {
    await client.post(MAPS, map({ a: '1' }));
    await client.patch(MAP, [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]);
    expect((await client.get(MAP)).body.metadata).not.to.have.property('managedFields');
    const { body } = await client.apply(MAP, map({ a: '1' }), 'us');
    expect(Object.keys(ownersOf(body))).to.deep.equal(['us Apply', 'before-first-apply Update']);
  });

  it('refuses what no apply may say', async () => {
    const refused = async (body: unknown, query = 'fieldManager=us') => {
      const options = { contentType: 'application/apply-patch+yaml' };
      const answer = await client.ask('PATCH', `${MAP}?${query}`, body, options);
      return [answer.status, answer.body.message];
    };
    expect(await refused(map({}), '')).to.deep.equal([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ]);
    expect(await refused(map({}, { managedFields: [] }))).to.deep.equal([
      400,
      'metadata.managedFields must be nil',
    ]);
    expect(await refused({ ...map({}), apiVersion: 'v2' })).to.deep.equal([
      400,
      'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1',
    ]);
    expect(await refused({ ...map({}), more: 1 })).to.deep.equal([
      500,
      'failed to create typed patch object (default/m; v1, Kind=ConfigMap): .more: field not declared in schema',
    ]);
    expect(await refused(map({}, { uid: 'x' }))).to.deep.equal([
      409,
      'Operation cannot be fulfilled on configmaps "m": uid mismatch: the provided object specified uid x, and no existing object was found',
    ]);
  });

  it('takes the version of an object for a condition', async () => {
    await client.apply(MAP, map({ a: '1' }), 'us');
    const { status, body } = await client.apply(MAP, map({ a: '2' }, { resourceVersion: '1' }), 'us');
    expect(status).to.equal(409);
    expect(body.message).to.equal(
      'Operation cannot be fulfilled on configmaps "m": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('changes nothing in a dry run, and tells what would be', async () => {
    const dry = await client.apply(MAP, map({ a: '1' }), 'us', { dryRun: true });
    expect([dry.status, dry.body['data']]).to.deep.equal([201, { a: '1' }]);
    expect((await client.get(MAP)).status).to.equal(404);
    await client.apply(MAP, map({ a: '1' }), 'us');
    const before = (await client.get(MAP)).body;
    const changed = await client.apply(MAP, map({ a: '2' }), 'us', { dryRun: true });
    expect(changed.body['data']).to.deep.equal({ a: '2' });
    expect((await client.get(MAP)).body).to.deep.equal(before);
  });
});
