import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, Lazy } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { expect } from 'chai';
import { Construct } from 'constructs';
import { OpniLoggingError } from '../../src/common/error.js';
import { KubeObject } from '../../src/constructs/kube-object.js';
import { describeObject } from '../../src/constructs/kubernetes-object.js';
import { renderObjects } from '../../src/synth/render.js';
import { addObject, emptyChart, errorOf, textsOf } from './support.js';

describe('renderObjects', () => {
  it('finds objects at any depth, and only below the given construct', () => {
    const app = new App();
    const chart = new Chart(app, 'mine');
    const other = new Chart(app, 'other');
    addObject(other, 'v1', 'ConfigMap', 'other');
    const deep = new Chart(new Construct(new Construct(chart, 'a'), 'b'), 'c');
    addObject(deep, 'v1', 'ConfigMap', 'deep');
    addObject(chart, 'v1', 'ConfigMap', 'flat');
    expect(renderObjects(chart).map(describeObject)).to.deep.equal(['ConfigMap deep', 'ConfigMap flat']);
  });

  it('orders by stage and kind, whatever the order of the constructs and their dependencies', () => {
    const add = [
      (chart: Chart) => addObject(chart, 'apps/v1', 'Deployment', 'run'),
      (chart: Chart) => addObject(chart, 'v1', 'Namespace', 'opni'),
      (chart: Chart) => addObject(chart, 'v1', 'ConfigMap', 'b'),
      (chart: Chart) => addObject(chart, 'v1', 'ConfigMap', 'a'),
      (chart: Chart) => addObject(chart, 'v1', 'ConfigMap', 'B'),
    ];
    const render = (adders: typeof add) => {
      const chart = emptyChart();
      const [first, ...rest] = adders.map((adder) => adder(chart));
      first?.addDependency(...rest);
      return renderObjects(chart).map(describeObject);
    };
    const order = ['Namespace opni', 'ConfigMap B', 'ConfigMap a', 'ConfigMap b', 'Deployment run'];
    expect(render(add)).to.deep.equal(order);
    expect(render([...add].reverse())).to.deep.equal(order);
  });

  it('runs each validation once and throws all messages with their construct paths', async () => {
    const chart = emptyChart();
    let runs = 0;
    const part = new Construct(chart, 'part');
    part.node.addValidation({ validate: () => ['first', 'second'] });
    addObject(chart, 'v1', 'ConfigMap', 'a').node.addValidation({
      validate: () => {
        runs += 1;
        return ['third'];
      },
    });
    chart.node.addValidation({
      validate: () => {
        throw new Error('broken rule');
      },
    });
    const error = await errorOf(() => renderObjects(chart));
    expect(error.code).to.equal('construct');
    expect(runs).to.equal(1);
    expect(textsOf(error.problems)).to.deep.equal([
      'test: broken rule',
      'test/part: first',
      'test/part: second',
      'test/ConfigMap-a: third',
    ]);
  });

  it('calls the toJson that the object itself has', () => {
    const chart = emptyChart();
    const object = new KubeObject(chart, 'a', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
    });
    object.merge({ data: { key: 'value' } });
    expect(renderObjects(chart)[0]?.['data']).to.deep.equal({ key: 'value' });
  });

  it('reports every object that cannot be rendered, with the problems that it names itself', async () => {
    const chart = emptyChart();
    new ApiObject(chart, 'date', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      at: new Date(0),
    });
    addObject(chart, 'v1', 'Secret', 'b').toJson = () => {
      throw new OpniLoggingError('construct', 'no', { problems: [{ path: 'spec.x', message: 'is wrong' }] });
    };
    const error = await errorOf(() => renderObjects(chart));
    expect(error.problems).to.have.length(2);
    expect(error.problems[0]).to.include({ path: 'test/date' });
    expect(error.problems[1]).to.include({ path: 'spec.x', message: 'is wrong' });
  });

  it('takes the namespace of the chart from kinds that have none, and from no kind it does not know', () => {
    const chart = emptyChart('opni');
    addObject(chart, 'rbac.authorization.k8s.io/v1', 'ClusterRole', 'a');
    addObject(chart, 'logging.banzaicloud.io/v1beta1', 'Logging', 'b');
    addObject(chart, 'logging.banzaicloud.io/v1beta1', 'ClusterFlow', 'c');
    addObject(chart, 'example.io/v1', 'ClusterRole', 'd');
    const namespaces = renderObjects(chart).map(({ metadata }) => [metadata.name, metadata.namespace]);
    expect(namespaces).to.have.deep.members([
      ['a', undefined],
      ['b', undefined],
      ['c', 'opni'],
      ['d', 'opni'],
    ]);
  });

  it('learns the scope of a kind from its definition in the tree', () => {
    const chart = emptyChart('opni');
    new ApiObject(chart, 'definition', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.io' },
      spec: { group: 'example.io', scope: 'Cluster', names: { kind: 'Thing', plural: 'things' } },
    });
    addObject(chart, 'example.io/v1', 'Thing', 'a');
    expect(renderObjects(chart).map(({ metadata }) => metadata.namespace)).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it('names both constructs that make the same object, even in two versions of its API', async () => {
    const chart = emptyChart();
    addObject(chart, 'autoscaling/v1', 'HorizontalPodAutoscaler', 'a', 'old');
    addObject(chart, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'a', 'new');
    addObject(chart, 'other.io/v1', 'HorizontalPodAutoscaler', 'a', 'unrelated');
    const error = await errorOf(() => renderObjects(chart));
    expect(textsOf(error.problems)).to.deep.equal([
      'HorizontalPodAutoscaler a: is made by "test/old" and by "test/new"',
    ]);
    expect(error.problems[0]?.fix).to.be.a('string');
  });

  it('lets one name stand in two namespaces', () => {
    const chart = emptyChart();
    for (const namespace of ['a', 'b']) {
      new ApiObject(chart, namespace, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'same', namespace },
      });
    }
    expect(renderObjects(chart).map(describeObject)).to.deep.equal(['Secret a/same', 'Secret b/same']);
  });

  it('resolves lazy values and renders objects of cdk8s-plus', () => {
    const chart = emptyChart();
    new kplus.ConfigMap(chart, 'plus', { metadata: { name: 'plus' }, data: { a: 'b' } });
    new ApiObject(chart, 'lazy', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'lazy' },
      data: Lazy.any({ produce: () => ({ c: 'd' }) }),
    });
    expect(renderObjects(chart).map((object) => object['data'])).to.deep.equal([{ c: 'd' }, { a: 'b' }]);
  });

  it('renders included manifests and replaces a List by its items', () => {
    const folder = mkdtempSync(join(tmpdir(), 'opni-logging-include-'));
    try {
      const url = join(folder, 'list.yaml');
      writeFileSync(
        url,
        `apiVersion: v1\nkind: List\nitems:\n${['a', 'b']
          .map((name) => `  - {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}\n`)
          .join('')}`,
      );
      const chart = emptyChart();
      new Include(chart, 'include', { url });
      expect(renderObjects(chart).map(describeObject)).to.deep.equal(['ConfigMap a', 'ConfigMap b']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
