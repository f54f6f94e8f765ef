import { expect } from 'chai';
import { applySet } from '../../../src/apply/apply.js';
import { deleteSet } from '../../../src/apply/delete.js';
import { setNamed } from '../../../src/apply/set/apply-set.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { type ModelCluster, openModel } from '../cluster/model-tier.js';

const SET = setNamed('logs', 'stack');
const labels = { app: 'web' };

const OBJECTS: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'logs' } },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'logs' },
    data: { a: '1' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'logs' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example/web:1',
              ports: [{ containerPort: 80 }],
              env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              resources: { requests: { cpu: '0.5', memory: '1024Mi' } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name: 'one', namespace: 'logs' },
    spec: { size: 3 },
  },
];

describe('an apply to the model of an API server', () => {
  let model: ModelCluster;
  const apply = () => applySet(OBJECTS, { cluster: model.cluster.connect(), set: SET, health: {} });

  beforeEach(async () => {
    model = await openModel();
  });
  afterEach(() => model.cluster.close());

  it('makes all objects, and writes nothing the second time', async () => {
    const first = await apply();
    expect(first.problems).to.deep.equal([]);
    expect(first.outcome).to.equal('applied');
    expect(first.counts).to.deep.equal({ created: 5 });
    model.cluster.front.clear();

    const second = await apply();

    expect(second.outcome).to.equal('unchanged');
    expect(model.cluster.front.writes).to.deep.equal([]);
    const dryRuns = model.cluster.front.calls.filter(({ line }) => line.endsWith('(dry run)'));
    expect(dryRuns.map(({ line }) => line)).to.deep.equal([]);
  });

  it('is taken down again', async () => {
    await apply();

    const result = await deleteSet({
      cluster: model.cluster.connect(),
      set: SET,
      definitions: true,
      namespaces: true,
    });

    expect(result.problems).to.deep.equal([]);
    expect(result.outcome).to.equal('deleted');
    expect(await model.cluster.get('v1', 'Namespace', 'logs')).to.equal(undefined);
    expect(
      await model.cluster.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'things.example.org'),
    ).to.equal(undefined);
  });
});
