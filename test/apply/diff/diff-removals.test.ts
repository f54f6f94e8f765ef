import { expect } from 'chai';
import { diffSet } from '../../../src/apply/diff/diff-set.js';
import { describeRef } from '../../../src/apply/set/object-ref.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { modelTier } from '../../support/cluster/model-tier.js';
import type { TestCluster } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  homeOf,
  namespace,
  setOfCase,
  useCluster,
  widgetDefinition,
} from '../cases/support.js';

describe('what diffSet tells of objects that left the set', () => {
  const cluster = useCluster(modelTier);

  async function diff(test: TestCluster, objects: readonly KubernetesObject[]): Promise<string[]> {
    test.front.clear();
    const differences = await diffSet(objects, { set: setOfCase(test), cluster: test.connect() });
    expect(test.front.writes).to.deep.equal([]);
    return differences.map(({ change, object }) => `${change} ${describeRef(object)}`);
  }

  it('is what an apply would remove, and not what it keeps', async () => {
    const test = cluster();
    const home = await homeOf(test);
    const stays = configMap(home, 'stays');
    const kept = configMap(home, 'kept', {}, { annotations: { 'logging.opni.io/on-removal': 'keep' } });
    const made = namespace(`made-${test.id}`);
    await apply(test, [stays, configMap(home, 'goes'), kept, made, widgetDefinition(test)]);
    expect(await diff(test, [stays])).to.deep.equal([`remove ConfigMap ${home}/goes`]);

    const { told } = await apply(test, [stays]);
    expect(told.filter((line) => line.startsWith('pruned'))).to.deep.equal([`pruned ConfigMap ${home}/goes`]);
    expect(await diff(test, [stays])).to.deep.equal([]);
  });

  it('leaves out what is gone already', async () => {
    const test = cluster();
    const home = await homeOf(test);
    await apply(test, [configMap(home, 'a'), configMap(home, 'b')]);
    await test.remove('v1', 'ConfigMap', 'b', home);
    expect(await diff(test, [configMap(home, 'a')])).to.deep.equal([]);
  });
});
