import { App, Testing, YamlOutputType } from 'cdk8s';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { LoggingChart } from '../../charts/logging-chart.js';
import { identityOf, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { renderObjects } from '../../src/synth/render.js';
import { defaults, everythingOn } from './stack-cases.js';

const byIdentity = (objects: readonly KubernetesObject[]) =>
  [...objects].sort((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));

describe('the chart in a plain cdk8s app', () => {
  for (const props of [defaults('rke2'), everythingOn('generic')]) {
    const chart = (app = new App()) => new LoggingChart(app, 'cluster', props);
    const title = props.prefix ? 'with everything on' : 'with defaults';

    it(`gives the same objects through App.synthYaml as through our own rendering, ${title}`, () => {
      const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
      chart(app);
      const theirs = loadAll(app.synthYaml()) as KubernetesObject[];
      expect(byIdentity(theirs)).to.deep.equal(byIdentity(renderObjects(chart())));
    });

    it(`gives the same objects through Testing.synth, ${title}`, () => {
      const theirs = Testing.synth(chart(Testing.app())) as KubernetesObject[];
      expect(byIdentity(theirs)).to.deep.equal(byIdentity(renderObjects(chart())));
    });

    it(`gives the same objects when it is rendered twice, ${title}`, () => {
      const one = chart();
      expect(JSON.stringify(renderObjects(one))).to.equal(JSON.stringify(renderObjects(one)));
      expect(JSON.stringify(renderObjects(chart()))).to.equal(JSON.stringify(renderObjects(chart())));
    });
  }

  it('takes two clusters in one app', () => {
    const app = new App();
    const first = new LoggingChart(app, 'first', defaults('eks'));
    const second = new LoggingChart(app, 'second', defaults('rke2'));
    expect(renderObjects(first).length).to.equal(renderObjects(second).length);
  });
});
