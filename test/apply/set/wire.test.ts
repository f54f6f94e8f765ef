import { expect } from 'chai';
import fc from 'fast-check';
import { memberObject } from '../../../src/apply/plan/plan-objects.js';
import { objectSet } from '../../../src/apply/set/object-set.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { ApiResource } from '../../../src/kube/resource.js';
import { CLUSTER_ROLES, clusterAt } from '../../kube/client-support.js';
import { type ScriptedServer, startScripted } from '../../kube/scripted-server.js';

const resourceOf = (group: string, kind: string, plural: string, namespaced: boolean): ApiResource => ({
  group,
  version: 'v1',
  kind,
  plural,
  namespaced,
  verbs: ['patch'],
});
const DEFINITIONS = resourceOf(
  'apiextensions.k8s.io',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  false,
);
const POLICIES = resourceOf('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', true);
const WIDGETS = resourceOf('example.com', 'Widget', 'widgets', true);

/** All that typed clients drop, rename or turn into something else. */
const DEFINITION: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    versions: [
      {
        name: 'v1',
        schema: {
          openAPIV3Schema: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: {
              spec: {
                default: { mode: 'A', _from: [], from: [] },
                enum: ['A', 'B', null, 1, false],
                'x-kubernetes-int-or-string': true,
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['name'],
                'x-kubernetes-validations': [{ rule: "self != ''", message: '<&> ü \u2028' }],
                'x-kubernetes-embedded-resource': false,
                pattern: '^\\d+"$',
                example: '2026-01-01T00:00:00Z',
              },
            },
          },
        },
      },
    ],
  },
};

const POLICY: KubernetesObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'x', namespace: 'logs' },
  spec: {
    podSelector: {},
    ingress: [
      { from: [{ namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: [] } }], ports: [] },
    ],
    egress: [],
  },
};

describe('what reaches the wire', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async () => {
    server = await startScripted(() => ({}));
    return clusterAt(server.url);
  };
  /** The object as the engine sends it: one of a set, with the label of the set. */
  const asMember = (object: KubernetesObject) => memberObject(objectSet([object]).objects[0]!, 'the-set');

  for (const [object, resource] of [
    [DEFINITION, DEFINITIONS],
    [POLICY, POLICIES],
  ] as const) {
    it(`57: holds a ${object.kind} byte for byte, but for the label of the set`, async () => {
      const cluster = await serve();
      await cluster.apply(resource, asMember(object), { fieldManager: 'm' });
      const labels = { 'applyset.kubernetes.io/part-of': 'the-set' };
      expect(server.requests[0]?.body).to.equal(
        JSON.stringify({ ...object, metadata: { ...object.metadata, labels } }),
      );
      expect(server.requests[0]?.headers['content-type']).to.equal('application/apply-patch+yaml');
      expect(server.requests[0]?.headers['content-length']).to.equal(
        String(Buffer.byteLength(server.requests[0]?.body ?? '')),
      );
    });
  }

  it('57: holds names with colons and upper case, in the address and in the body', async () => {
    const cluster = await serve();
    for (const name of ['System:Foo.Bar', 'a b', 'ü', '...', 'a?b#c', 'a+b&c=d', 'A:B:C']) {
      const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } };
      await cluster.apply(CLUSTER_ROLES, asMember(role), { fieldManager: 'm' });
      const { url, path, body } = server.requests.at(-1)!;
      expect(decodeURIComponent(path)).to.equal(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`);
      expect(url.split('?')).to.have.length(2);
      expect(JSON.parse(body)).to.have.nested.property('metadata.name', name);
    }
    expect(server.requests[0]?.url).to.contain('/clusterroles/System:Foo.Bar?');
  });

  it('57: holds any JSON as it is', async () => {
    const cluster = await serve();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (spec) => {
        const widget: KubernetesObject = {
          apiVersion: 'example.com/v1',
          kind: 'Widget',
          metadata: { name: 'x', namespace: 'n' },
          spec,
        };
        await cluster.apply(WIDGETS, objectSet([widget]).objects[0]!, { fieldManager: 'm' });
        expect(server.requests.at(-1)?.body).to.equal(JSON.stringify(widget));
      }),
      { numRuns: 50 },
    );
  });
});
