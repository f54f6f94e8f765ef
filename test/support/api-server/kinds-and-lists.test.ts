import { expect } from 'chai';
import { Cluster } from '../../../src/kube/cluster.js';
import { openModel } from '../cluster/model-tier.js';
import type { Json } from './fields/field-type.js';
import { ModelApiServer, type ModelOptions } from './model-api-server.js';
import { ModelClient } from './model-client.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const THINGS = '/apis/example.org/v1/namespaces/default/things';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1 },
        mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string' } } },
        },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        plain: { type: 'array', items: { type: 'string' } },
      },
    },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const definition = (plural = 'things', kind = 'Thing') => ({
  metadata: { name: `${plural}.example.org` },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind, plural },
    versions: ['v1', 'v1beta1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: schema },
      subresources: { status: {} },
    })),
  },
});

const thing = (spec: Json) => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 't' },
  spec,
});

describe('custom kinds in the model of an API server', () => {
  const open = (options?: ModelOptions) => new ModelClient(new ModelApiServer(options));

  it('are served, and known by their schema', async () => {
    const client = open();
    await client.post(DEFINITIONS, definition());
    const { status, body } = await client.apply(
      `${THINGS}/t`,
      thing({
        size: 1,
        items: [{ name: 'x', value: '1' }],
        tags: ['p'],
        plain: ['q'],
        free: { any: { thing: 1 } },
      }),
      'us',
    );
    expect(status).to.equal(201);
    expect(body['spec']).to.deep.include({ mode: 'a', free: { any: { thing: 1 } } });
    const [{ fieldsV1 }] = body.metadata['managedFields'] as [Json];
    expect((fieldsV1 as Json)['f:spec']).to.deep.equal({
      'f:free': { 'f:any': { '.': {}, 'f:thing': {} } },
      'f:items': { 'k:{"name":"x"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
      'f:plain': {},
      'f:size': {},
      'f:tags': { 'v:"p"': {} },
    });
  });

  it('refuse what their schema does not have', async () => {
    const client = open();
    await client.post(DEFINITIONS, definition());
    const applied = await client.apply(`${THINGS}/t`, thing({ size: 1, more: 1 }), 'us');
    expect([applied.status, applied.body.message]).to.deep.equal([
      500,
      'failed to create typed patch object (default/t; example.org/v1, Kind=Thing): .spec.more: field not declared in schema',
    ]);
    const posted = await client.post(`${THINGS}?fieldValidation=Strict`, thing({ size: 1, more: 1 }));
    expect(posted.body.message).to.include('strict decoding error: unknown field "spec.more"');
    const wrong = await client.apply(`${THINGS}/t`, thing({ mode: 'c' }), 'us');
    expect(wrong.body.message).to.equal(
      'Thing.example.org "t" is invalid: [spec.size: Required value, spec.mode: Unsupported value: "c": supported values: "a", "b"]',
    );
  });

  it('show one object in all versions', async () => {
    const client = open();
    await client.post(DEFINITIONS, definition());
    await client.apply(`${THINGS}/t`, thing({ size: 1 }), 'us');
    const { body } = await client.get(`${THINGS.replace('v1', 'v1beta1')}/t`);
    expect(body['apiVersion']).to.equal('example.org/v1beta1');
  });

  it('appear in steps', async () => {
    let nowMs = 0;
    const client = open({
      nowMs: () => nowMs,
      definitions: { establishedMs: 10, discoveryMs: 10, servedMs: 10 },
    });
    await client.post(DEFINITIONS, definition());
    const state = async () => {
      const { body } = await client.get(`${DEFINITIONS}/things.example.org`);
      const { conditions = [] } = (body['status'] ?? {}) as { conditions?: Json[] };
      const established = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
      const discovered = (await client.get('/apis/example.org/v1')).status === 200;
      return [established, discovered, (await client.get(THINGS)).status];
    };
    expect(await state()).to.deep.equal([false, false, 404]);
    nowMs = 10;
    expect(await state()).to.deep.equal([true, false, 404]);
    nowMs = 20;
    expect(await state()).to.deep.equal([true, true, 404]);
    nowMs = 30;
    expect(await state()).to.deep.equal([true, true, 200]);
  });

  it('do not take the names of others', async () => {
    const client = open();
    await client.post(DEFINITIONS, definition());
    await client.post(DEFINITIONS, definition('others'));
    const { body } = await client.get(`${DEFINITIONS}/others.example.org`);
    const { conditions } = body['status'] as { conditions: Json[] };
    expect(conditions.map(({ type, status, reason }) => [type, status, reason])).to.deep.equal([
      ['NamesAccepted', 'False', 'KindConflict'],
      ['Established', 'False', 'NotAccepted'],
    ]);
  });

  it('go with their objects', async () => {
    const client = open();
    await client.post(DEFINITIONS, definition());
    await client.apply(
      `${THINGS}/t`,
      { ...thing({ size: 1 }), metadata: { name: 't', finalizers: ['example.org/a'] } },
      'us',
    );
    await client.delete(`${DEFINITIONS}/things.example.org`);
    const { conditions } = (await client.get(`${DEFINITIONS}/things.example.org`)).body['status'] as {
      conditions: Json[];
    };
    expect(conditions.at(-1)).to.deep.include({ type: 'Terminating', status: 'True' });
    const refused = await client.post(THINGS, { ...thing({ size: 1 }), metadata: { name: 'new' } });
    expect([refused.status, refused.body.message]).to.deep.equal([
      403,
      'things.example.org "new" is forbidden: create not allowed while custom resource definition is terminating',
    ]);
    await client.merge(`${THINGS}/t`, { metadata: { finalizers: null } });
    expect((await client.get(`${DEFINITIONS}/things.example.org`)).status).to.equal(404);
    expect((await client.get(THINGS)).status).to.equal(404);
  });
});

describe('discovery and lists in the model of an API server', () => {
  for (const aggregatedDiscovery of [true, false]) {
    it(`tell the same to the engine's client, ${aggregatedDiscovery ? 'in one answer' : 'group by group'}`, async () => {
      const { cluster, server } = await openModel({ aggregatedDiscovery });
      try {
        server.brokenGroups.add('metrics.k8s.io');
        server.brokenGroups.add('policy');
        const { discovery } = cluster.connect();
        const deployment = await discovery.find('apps/v1', 'Deployment');
        expect(deployment).to.deep.include({ plural: 'deployments', namespaced: true });
        expect((await discovery.find('v1', 'Namespace'))?.namespaced).to.equal(false);
        expect([...discovery.brokenGroups()].sort()).to.deep.equal(['metrics.k8s.io', 'policy']);
      } finally {
        cluster.close();
      }
    });
  }

  it('list page by page, as of one moment', async () => {
    const { cluster } = await openModel();
    try {
      for (const name of ['a', 'b', 'c']) {
        await cluster.applyAs('x', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name, namespace: 'default', labels: { l: name } },
        });
      }
      const admin: Cluster = cluster.connect();
      const secrets = (await admin.discovery.find('v1', 'Secret'))!;
      const names = async (options: Parameters<Cluster['list']>[1]) =>
        (await admin.list(secrets, options)).items.map(({ metadata }) => metadata.name);
      expect(await names({ pageSize: 2 })).to.deep.equal(['a', 'b', 'c']);
      expect(await names({ namespace: 'kube-system' })).to.deep.equal([]);
      expect(await names({ labelSelector: 'l in (a,c)' })).to.deep.equal(['a', 'c']);
      expect(await names({ labelSelector: 'l!=a,l' })).to.deep.equal(['b', 'c']);
      expect(await names({ fieldSelector: 'metadata.name=b' })).to.deep.equal(['b']);
      const [metadata] = (await admin.list(secrets, { metadataOnly: true })).items;
      expect(Object.keys(metadata!).sort()).to.deep.equal(['apiVersion', 'kind', 'metadata']);
    } finally {
      cluster.close();
    }
  });

  it('answer with 410 when pages are too old', async () => {
    const server = new ModelApiServer();
    const client = new ModelClient(server);
    const first = await client.get('/api/v1/namespaces?limit=1');
    server.expireLists();
    const next = await client.get(`/api/v1/namespaces?limit=1&continue=${first.body.metadata['continue']}`);
    expect([next.status, next.body.reason]).to.deep.equal([410, 'Expired']);
  });
});
