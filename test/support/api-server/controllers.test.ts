import { expect } from 'chai';
import type { Json } from './fields/field-type.js';
import { ModelApiServer } from './model-api-server.js';
import { ModelClient } from './model-client.js';

const APPS = '/apis/apps/v1/namespaces/default';
const LOGGING = '/apis/logging.banzaicloud.io/v1beta1';

const workload = (kind: string, spec: Json = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'w' },
  spec: {
    selector: { matchLabels: { a: '1' } },
    template: { metadata: { labels: { a: '1' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } },
    ...spec,
  },
});

const definition = (kind: string, scope: string) => ({
  metadata: { name: `${kind.toLowerCase()}s.logging.banzaicloud.io` },
  spec: {
    group: 'logging.banzaicloud.io',
    scope,
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        subresources: { status: {} },
      },
    ],
  },
});

describe('controllers in the model of an API server', () => {
  it('bring workloads up, and again after each change', async () => {
    const client = new ModelClient(new ModelApiServer({ nodes: 3 }));
    await client.post(`${APPS}/deployments`, workload('Deployment', { replicas: 2 }));
    const status = async () => (await client.get(`${APPS}/deployments/w`)).body['status'] as Json;
    expect(await status()).to.deep.include({ observedGeneration: 1, availableReplicas: 2 });
    await client.merge(`${APPS}/deployments/w`, { spec: { replicas: 3 } });
    expect(await status()).to.deep.include({ observedGeneration: 2, availableReplicas: 3, replicas: 3 });
    await client.post(`${APPS}/daemonsets`, workload('DaemonSet'));
    const daemonSet = (await client.get(`${APPS}/daemonsets/w`)).body['status'];
    expect(daemonSet).to.deep.include({ desiredNumberScheduled: 3, numberReady: 3 });
  });

  it('let workloads hang, and let a test say how they end', async () => {
    const server = new ModelApiServer({ workloads: 'stuck' });
    const client = new ModelClient(server);
    await client.post(`${APPS}/deployments`, workload('Deployment'));
    const status = async () => (await client.get(`${APPS}/deployments/w`)).body['status'] as Json;
    expect(await status()).to.deep.include({ replicas: 1, unavailableReplicas: 1, observedGeneration: 1 });
    server.setStatus('apps/v1', 'Deployment', 'default', 'w', { conditions: [] });
    expect(await status()).not.to.have.property('conditions');
  });

  it('bring up what others wait for: jobs, claims, extension servers', async () => {
    const client = new ModelClient(new ModelApiServer());
    const status = async (path: string, object: Json & { metadata: { name: string } }) => {
      expect((await client.post(path, object)).status).to.equal(201);
      return (await client.get(`${path}/${object.metadata.name}`)).body['status'] as Json;
    };
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:1' }] } };
    const job = await status('/apis/batch/v1/namespaces/default/jobs', {
      metadata: { name: 'j' },
      spec: { template },
    });
    expect(job).to.have.nested.property('conditions[1].type', 'Complete');
    const claim = await status('/api/v1/namespaces/default/persistentvolumeclaims', {
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    expect(claim).to.deep.equal({ phase: 'Bound' });
    const service = await status('/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: 'v1.example.org' },
      spec: { group: 'example.org', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 },
    });
    expect(service).to.have.nested.property('conditions[0].status', 'True');
  });

  it('let pods be reached through the server, as a test says', async () => {
    const server = new ModelApiServer();
    const client = new ModelClient(server);
    const path = '/api/v1/namespaces/default/pods/all-fluentd-0:24231/proxy/metrics';
    expect((await client.get(path)).status).to.equal(503);
    server.proxy = ({ path: asked }) => ({ status: 200, body: `asked for ${asked}` });
    expect((await client.get(path)).body).to.equal(`asked for ${path}`);
    expect((await client.get(path, { user: 'limited' })).body.message).to.include(
      'User "limited" cannot get resource "pods/proxy"',
    );
  });

  it('leave workloads alone', async () => {
    const client = new ModelClient(new ModelApiServer({ workloads: 'none' }));
    await client.post(`${APPS}/deployments`, workload('Deployment'));
    expect((await client.get(`${APPS}/deployments/w`)).body['status']).to.deep.equal({});
  });

  it('play the Logging Operator, whose workloads go with what they were made of', async () => {
    const client = new ModelClient(new ModelApiServer({ loggingOperator: true }));
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await client.post(definitions, definition('Logging', 'Cluster'));
    await client.post(definitions, definition('FluentbitAgent', 'Cluster'));
    await client.post(definitions, definition('ClusterFlow', 'Namespaced'));
    await client.post(`${LOGGING}/fluentbitagents`, { metadata: { name: 'pods' }, spec: {} });
    expect((await client.get(`${APPS}/daemonsets/pods-fluentbit`)).status).to.equal(404);
    await client.post(`${LOGGING}/loggings`, {
      metadata: { name: 'all' },
      spec: { controlNamespace: 'default' },
    });
    await client.post(`${LOGGING}/namespaces/default/clusterflows`, { metadata: { name: 'f' }, spec: {} });

    expect((await client.get(`${LOGGING}/loggings/all`)).body['status']).to.deep.equal({
      configCheckResults: { '00000001': true },
      problemsCount: 0,
    });
    const flow = await client.get(`${LOGGING}/namespaces/default/clusterflows/f`);
    expect(flow.body['status']).to.deep.equal({ active: true, problemsCount: 0 });
    expect((await client.get(`${APPS}/daemonsets/pods-fluentbit`)).status).to.equal(200);
    const { body } = await client.get(`${APPS}/statefulsets/all-fluentd`);
    expect(body.metadata['ownerReferences']).to.have.nested.property('[0].controller', true);
    expect(body['status']).to.deep.include({ readyReplicas: 1 });
    await client.delete(`${LOGGING}/loggings/all`);
    expect((await client.get(`${APPS}/statefulsets/all-fluentd`)).status).to.equal(404);
  });
});
