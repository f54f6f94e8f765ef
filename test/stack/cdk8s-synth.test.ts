import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { loadConfigs } from '../../src/config/load.js';
import { identityOf, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { renderCluster } from '../../src/synth/synthesize.js';
import { repositoryPath } from '../support/repository.js';
import { useTempDir } from '../support/temp-dir.js';

const byIdentity = (objects: readonly KubernetesObject[]) =>
  new Map(objects.map((object) => [identityOf(object), object]));

describe('`cdk8s synth` on the repository', () => {
  const folder = useTempDir();

  it('gives the same objects as our own synthesis, for every example', async function () {
    this.timeout(60_000);
    const output = join(folder(), 'out');
    const cli = repositoryPath('node_modules/cdk8s-cli/bin/cdk8s');
    const args = ['synth', '--check-upgrade=false', '--app', 'node lib/charts/main.js', '--output', output];
    const run = spawnSync(process.execPath, [cli, ...args], { cwd: repositoryPath(), encoding: 'utf8' });
    expect(run.status, run.stdout + run.stderr).to.equal(0);

    const fleet = await loadConfigs([repositoryPath('examples')]);
    expect(readdirSync(output).sort()).to.deep.equal(fleet.names.map((name) => `${name}.k8s.yaml`).sort());
    for (const { name, config } of fleet) {
      const theirs = loadAll(readFileSync(join(output, `${name}.k8s.yaml`), 'utf8')) as KubernetesObject[];
      const ours = renderCluster(config, () => addClusterChart(new App(), config));
      expect(byIdentity(theirs), name).to.deep.equal(byIdentity(ours));
    }
  });
});
