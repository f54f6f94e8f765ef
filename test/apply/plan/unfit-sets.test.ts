import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { modelTier } from '../../support/cluster/model-tier.js';
import type { TestCluster } from '../../support/cluster/test-cluster.js';
import { apply, configMap, homeOf, namespace, refusalBy, useCluster, widget } from '../cases/support.js';

const without = (object: KubernetesObject, field: 'namespace'): KubernetesObject => {
  const { [field]: _, ...metadata } = object.metadata;
  return { ...object, metadata };
};

describe('a set that does not fit the cluster', () => {
  const cluster = useCluster(modelTier);

  /** What a set is refused for; nothing may have been written. */
  async function refused(test: TestCluster, objects: readonly KubernetesObject[]) {
    const { code, message, problems } = await refusalBy(apply(test, objects));
    expect(test.front.writes).to.deep.equal([]);
    expect({ code, message }).to.deep.equal({
      code: 'cluster',
      message: 'The set does not fit the cluster, and nothing was changed: 1 problem.',
    });
    return problems;
  }

  it('is refused before anything is written, although the set makes the namespace of a kind that nobody defines', async () => {
    const test = cluster();
    const home = `home-${test.id}`;
    expect(
      await refused(test, [namespace(home), configMap(home, 'a'), widget(test, home, 'w')]),
    ).to.deep.equal([
      {
        path: `Widget ${home}/w`,
        message: `the cluster does not know Widget of g${test.id}.example.com/v1, and the set does not define it`,
        fix: 'install what defines this kind, or leave the object out',
      },
    ]);
  });

  it('is refused when an object of a namespaced kind does not say its namespace', async () => {
    const test = cluster();
    const home = await homeOf(test);
    const objects = [configMap(home, 'a'), without(configMap(home, 'b'), 'namespace')];
    expect(await refused(test, objects)).to.deep.equal([
      {
        path: 'ConfigMap b',
        message: 'has no metadata.namespace',
        fix: 'say in which namespace it belongs',
      },
    ]);
  });
});
