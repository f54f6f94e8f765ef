import type { Cluster } from '../../../src/kube/cluster.js';

/** Makes nodes that kwok pretends to run. */
export async function makeNodes(cluster: Cluster, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const name = `node-${index}`;
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'node-role.kubernetes.io/worker': 'true',
          // Some test stacks ask for nodes of their own.
          workload: 'logging',
        },
      },
      status: {
        allocatable: { cpu: '64', memory: '256Gi', pods: '500' },
        capacity: { cpu: '64', memory: '256Gi', pods: '500' },
      },
    };
    const { status, body } = await cluster.client.request({
      method: 'POST',
      path: '/api/v1/nodes',
      body: node,
    });
    if (status !== 201) throw new Error(`node ${name} could not be made: ${JSON.stringify(body)}`);
  }
}
