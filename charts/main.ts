// The app of `cdk8s synth`: the same objects as `opni-logging synth`, one chart a cluster.
import { App } from 'cdk8s';
import { loadConfigs } from '../src/config/load.js';
import { addClusterChart } from './cluster-chart.js';

const app = new App();
for (const { config } of await loadConfigs([process.env['OPNI_LOGGING_CONFIG'] ?? 'examples'])) {
  addClusterChart(app, config);
}
app.synth();
