import { App } from 'cdk8s';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { fleet } from './clusters.js';

/**
 * The same fleet as a plain cdk8s app, one chart a cluster. Run by itself it measures `App.synth()`, run by
 * `cdk8s synth` the whole command. The number of clusters stands in OPNI_BENCH_CLUSTERS, the folder in CDK8S_OUTDIR.
 */
const app = new App();
for (const config of fleet(Number(process.env['OPNI_BENCH_CLUSTERS']))) addClusterChart(app, config);
app.synth();
