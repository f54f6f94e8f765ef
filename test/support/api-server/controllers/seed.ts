import type { Send } from './controller-access.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const EVERYTHING = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/** Makes what every cluster has from its start. */
export function seed(send: Send, nodes: number): void {
  const make = (path: string, object: object) => {
    const { status, body } = send('kube-apiserver', 'POST', path, object);
    if (status >= 400) throw new Error(`seed ${path}: ${JSON.stringify(body)}`);
  };
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  make(`${RBAC}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'cluster-admin' },
    rules: EVERYTHING,
  });
  for (let number = 1; number <= nodes; number += 1) {
    const name = `node-${number}`;
    const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
    make('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  }
}
