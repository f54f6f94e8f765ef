import { App, Chart } from 'cdk8s';
import { expect } from 'chai';
import { KubeObject } from '../../src/constructs/kube-object.js';
import { LoggingStack } from '../../src/constructs/logging-stack.js';
import { defaults } from '../stack/stack-cases.js';
import { refusal, render } from './support.js';

const named = (kind: string, name: string, apiVersion = 'v1') => ({ apiVersion, kind, metadata: { name } });

describe('KubeObject', () => {
  it('keeps fields that no schema knows', () => {
    const manifest = { ...named('Service', 'a'), spec: { trafficDistribution: 'PreferClose', future: [1] } };
    const [object] = render((scope) => new KubeObject(scope, 'Object', manifest));
    expect(object).to.deep.include({ spec: manifest.spec });
  });

  it('refuses a name that an API server refuses', () => {
    for (const name of ['', 'Upper', 'a_b', '-a', 'a-', 'a..b', 'x'.repeat(254)]) {
      const found = refusal((scope) => new KubeObject(scope, 'Object', named('ConfigMap', name)));
      expect(found, name).to.have.length(1);
      expect(found[0]).to.include('cannot name a ConfigMap');
    }
    const role = named('ClusterRole', 'system:node', 'rbac.authorization.k8s.io/v1');
    expect(render((scope) => new KubeObject(scope, 'Object', role))).to.have.length(1);
  });

  it('does not take a chart’s namespace where none belongs, also not in `cdk8s synth`', () => {
    const chart = new Chart(new App(), 'chart', { namespace: 'elsewhere' });
    new LoggingStack(chart, 'Stack', defaults('rke2'));
    const objects = chart.toJson() as { kind: string; metadata: { namespace?: string } }[];
    const scoped = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'Logging'];
    for (const { kind, metadata } of objects) {
      expect(metadata.namespace, kind).to.equal(
        [...scoped, 'FluentbitAgent'].includes(kind) ? undefined : 'opni',
      );
    }
  });
});
