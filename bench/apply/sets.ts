import { App } from 'cdk8s';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { groupKindOf, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { renderObjects } from '../../src/synth/render.js';

/** Objects to apply, in a namespace that is one of them. */
export interface BenchSet {
  readonly namespace: string;
  readonly objects: readonly KubernetesObject[];
  /** What has to be there, and established, before an API server takes the rest. */
  readonly prerequisites: readonly KubernetesObject[];
  /** The same set with one field of one object changed. */
  readonly changed: readonly KubernetesObject[];
}

/**
 * The stack of `examples/rke2.yaml`. Names, namespace and API groups are of the run's own, so that each first apply meets
 * a cluster that has nothing of it.
 *
 * @param run a DNS label of a few letters
 */
export function stackSet(run: string): BenchSet {
  const config = resolveConfig({
    apiVersion: 'opni-logging/v1',
    cluster: { name: 'rke2-prod', distribution: 'rke2' },
    opensearch: { url: 'https://opensearch.example.com:9200', username: 'logs-writer' },
    namespace: run,
    prefix: run,
  });
  const text = JSON.stringify(renderObjects(addClusterChart(new App(), config)));
  return setOf(run, JSON.parse(text.replaceAll('banzaicloud.io', `${run}.example.com`)));
}

/** Objects of the kinds that stacks are made of; Deployments of no pods, so that the cluster stays quiet. */
export function manySet(run: string, count: number): BenchSet {
  const objects = Array.from({ length: count - 1 }, (_, index) => objectOf(run, `item-${index}`, index));
  return setOf(run, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: run } }, ...objects]);
}

function setOf(namespace: string, objects: readonly KubernetesObject[]): BenchSet {
  const isFirst = (object: KubernetesObject) =>
    object.kind === 'Namespace' || groupKindOf(object) === 'apiextensions.k8s.io/CustomResourceDefinition';
  const target = objects.find(({ kind }) => kind === 'ConfigMap')!;
  const changed = objects.map((object) =>
    object === target ? { ...object, data: { ...(object['data'] as object), changed: 'yes' } } : object,
  );
  return { namespace, objects, prerequisites: objects.filter(isFirst), changed };
}

/** Of ten objects, five are ConfigMaps. */
function objectOf(namespace: string, name: string, index: number): KubernetesObject {
  const metadata = { name, namespace, labels: { 'app.kubernetes.io/name': name } };
  const rbac = 'rbac.authorization.k8s.io';
  switch (index % 10) {
    case 1:
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
    case 3: {
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
      return { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules };
    }
    case 5: {
      const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'view' };
      const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace }];
      return { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects };
    }
    case 7:
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
      };
    case 9:
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deploymentSpec(name) };
    default:
      return {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { 'settings.yaml': `name: ${name}\n`.repeat(20) },
      };
  }
}

const deploymentSpec = (app: string) => ({
  replicas: 0,
  selector: { matchLabels: { app } },
  template: {
    metadata: { labels: { app } },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'example.com/app:1',
          ports: [{ name: 'http', containerPort: 8080 }],
          resources: { requests: { cpu: '0.5', memory: '1024Mi' }, limits: { memory: '2Gi' } },
          env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
    },
  },
});
