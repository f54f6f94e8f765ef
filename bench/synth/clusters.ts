import { App, type Chart } from 'cdk8s';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ClusterConfig, IdentityConfig } from '../../src/config/types.js';

const DISTRIBUTIONS: readonly IdentityConfig['distribution'][] = [
  'rke2',
  'eks',
  'k3s',
  'gke',
  'aks',
  'rke',
  'generic',
];

/** The configurations of a fleet of all distributions in turn, each made when it is asked for. */
export function* fleet(size: number): Generator<ClusterConfig> {
  for (let index = 0; index < size; index += 1) {
    const name = `cluster-${String(index).padStart(5, '0')}`;
    yield resolveConfig({
      apiVersion: 'opni-logging/v1',
      cluster: { name, distribution: DISTRIBUTIONS[index % DISTRIBUTIONS.length]! },
      opensearch: { url: 'https://opensearch.example.com:9200', username: name },
    });
  }
}

/** The chart of a cluster in an app of its own. */
export function buildCluster(config: ClusterConfig): Chart {
  return addClusterChart(new App(), config);
}
