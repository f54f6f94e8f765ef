import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { expect } from 'chai';
import { KubeObject } from '../../src/constructs/kube-object.js';
import { synthesize, synthesizeToFolder } from '../../src/synth/synthesize.js';
import { contentOf, errorOf, useFolder } from './support.js';

interface Config {
  readonly cluster: { readonly name: string };
  readonly reverse?: boolean;
  readonly invalid?: boolean;
}

function build({ cluster, reverse, invalid }: Config): Chart {
  const chart = new Chart(new App(), cluster.name, { namespace: 'opni' });
  const kinds = ['v1 Namespace', 'v1 ConfigMap', 'v1 Secret', 'apps/v1 Deployment', 'example.io/v1 Thing'];
  for (const entry of reverse ? kinds.reverse() : kinds) {
    const [apiVersion, kind] = entry.split(' ') as [string, string];
    const metadata = { name: `${cluster.name}-x`, labels: { a: '1', b: 'on' } };
    new KubeObject(chart, kind, { apiVersion, kind, metadata });
  }
  if (invalid) chart.node.addValidation({ validate: () => ['is not allowed'] });
  return chart;
}

const configs = (names: string[], rest: Partial<Config> = {}): Config[] =>
  names.map((name) => ({ cluster: { name }, ...rest }));

describe('synthesize', () => {
  const base = useFolder();

  it('gives each cluster with its objects and files, one at a time', async () => {
    const built: string[] = [];
    const clusters = synthesize(configs(['a', 'b']), (config) => {
      built.push(config.cluster.name);
      return build(config);
    });
    const first = await clusters.next();
    expect(built).to.deep.equal(['a']);
    expect(first.value).to.include({ cluster: 'a' });
    expect(first.value?.objects).to.have.length(5);
    expect(first.value?.files.map(({ path }) => path)).to.deep.equal([
      'a/1-namespaces.yaml',
      'a/4-config.yaml',
      'a/5-workloads.yaml',
      'a/6-logging.yaml',
    ]);
  });

  it('writes the same bytes in every run, whatever the order of constructs and clusters', async () => {
    const runs = [
      configs(['a', 'b', 'c']),
      configs(['a', 'b', 'c']),
      configs(['c', 'a', 'b'], { reverse: true }),
    ];
    const outputs: Record<string, string>[] = [];
    for (const [index, run] of runs.entries()) {
      const folder = join(base(), String(index));
      await synthesizeToFolder(folder, run, build);
      outputs.push(contentOf(folder));
    }
    expect(Object.keys(outputs[0]!)).to.have.length(13);
    expect(outputs[1]).to.deep.equal(outputs[0]);
    expect(outputs[2]).to.deep.equal(outputs[0]);
  });

  it('names the cluster whose constructs are refused, and writes nothing of any cluster', async () => {
    const output = join(base(), 'dist');
    const run = [...configs(['good']), ...configs(['bad'], { invalid: true })];
    const error = await errorOf(() => synthesizeToFolder(output, run, build));
    expect(error.message).to.match(/^Cluster "bad": /);
    expect(error.problems).to.deep.equal([{ path: 'bad', message: 'is not allowed' }]);
    expect(contentOf(base())).to.deep.equal({});
  });

  it('lets the caller refuse the objects of a cluster before they become files', async () => {
    const check = ({ cluster }: { cluster: { name: string } }, objects: readonly unknown[]) => {
      throw new Error(`${cluster.name} has ${objects.length}`);
    };
    const failure = await synthesizeToFolder(join(base(), 'dist'), configs(['a']), build, { check }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.an('error').with.property('message', 'a has 5');
    expect(contentOf(base())).to.deep.equal({});
  });

  it('counts what it did', async () => {
    const output = join(base(), 'dist');
    const first = await synthesizeToFolder(output, configs(['a', 'b']), build, {
      layout: 'objects',
      format: 'json',
    });
    expect(first).to.include({ clusters: 2, objects: 10, files: 10, unchanged: 0, removed: 0 });
    const second = await synthesizeToFolder(output, configs(['b']), build, {
      layout: 'objects',
      format: 'json',
    });
    expect(second).to.include({ clusters: 1, objects: 5, files: 5, unchanged: 5, removed: 0, kept: 1 });
  });
});
