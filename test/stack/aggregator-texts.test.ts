import { expect } from 'chai';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { checkFluentdConfig, paramOf, parseFluentd, renderFluentdConfig } from '../support/fluentd-config.js';
import type { JsonMap } from '../support/fluentd-plugins.js';
import { expectGolden } from '../support/golden.js';
import { ofKind, one } from './object-parts.js';
import { defaults, everythingOn, renderStack, STACK_CASES, stackObjects } from './stack-cases.js';

/** The text that the operator renders. A Secret that is written into it shows by its name. */
function fluentdText(objects: readonly KubernetesObject[]): string {
  const plain = (kind: string) => ofKind(objects, kind) as unknown as JsonMap[];
  return renderFluentdConfig(
    {
      logging: one(objects, 'Logging') as unknown as JsonMap,
      clusterFlows: plain('ClusterFlow'),
      clusterOutputs: plain('ClusterOutput'),
    },
    { logKey: 'log', secretValue: (namespace, name, key) => `SECRET-${namespace}-${name}-${key}` },
  );
}

const labelOf = (text: string) => parseFluentd(text).sections.find(({ name }) => name === 'label')!;

describe('the aggregator’s configuration as the operator renders it', () => {
  const objectsOf = stackObjects();

  for (const stackCase of STACK_CASES) {
    it(`holds no unknown word: ${stackCase.title}`, () => {
      expect(checkFluentdConfig(fluentdText(objectsOf(stackCase)))).to.deep.equal([]);
    });
  }

  it('is this text for a stack with defaults', () => {
    expectGolden('stack/fluentd-defaults.conf', fluentdText(renderStack(defaults('rke2'))));
  });

  it('is this text with everything on', () => {
    expectGolden('stack/fluentd-everything.conf', fluentdText(renderStack(everythingOn('eks'))));
  });

  it('joins exceptions first, makes the id last and keeps it on disk before it is sent', () => {
    const types = labelOf(fluentdText(renderStack(defaults('rke2')))).sections.map((section) =>
      paramOf(section, '@type'),
    );
    expect(types).to.deep.equal([
      'detect_exceptions',
      'dedot',
      'record_transformer',
      'elasticsearch_genid',
      'http',
    ]);
  });

  it('gives both disk buffers together no more than the volume has', () => {
    const text = fluentdText(renderStack(defaults('rke2')));
    const limits = [...text.matchAll(/total_limit_size (\d+)m/g)].map(([, amount]) => Number(amount));
    expect(limits).to.have.length(2);
    expect(limits.reduce((a, b) => a + b) * 1024 ** 2).to.be.at.most(20 * 1024 ** 3 * 0.8);
  });
});
