import { App } from 'cdk8s';
import { expect } from 'chai';
import { LoggingChart } from '../../charts/logging-chart.js';
import { loadConfigs } from '../../src/config/load.js';
import { ManifestWriter } from '../../src/synth/manifest-writer.js';
import { renderObjects } from '../../src/synth/render.js';
import { expectGolden } from '../support/golden.js';
import { repositoryPath } from '../support/repository.js';

/** The objects of an example as one YAML text, without the definitions, which do not depend on it. */
async function yamlOf(example: string): Promise<string> {
  const [loaded, ...others] = await loadConfigs([repositoryPath('examples', example)]);
  expect(others).to.deep.equal([]);
  const { apiVersion: _, agent: __, ...props } = loaded!.config;
  const objects = renderObjects(new LoggingChart(new App(), props.cluster.name, props));
  return new ManifestWriter('yaml').all(objects.filter(({ kind }) => kind !== 'CustomResourceDefinition'));
}

describe('the stack of an example', () => {
  for (const example of ['rke2.yaml', 'eks.yaml', 'generic.yaml', 'rke2-rancher.yaml']) {
    it(`is what was reviewed: ${example}`, async () => {
      expectGolden(`stack/${example}`, await yamlOf(example));
    });
  }
});
