import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, homeOf, remove, setOfCase, until, useCluster } from './support.js';

const service = (namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'front', namespace },
  spec: { selector: { app: 'front' }, ports: [{ port: 80 }] },
});

/** What Kubernetes makes of a Service carries the Service's labels, that of the set among them. */
export function copiedLabelsCases(tier: TestTier): void {
  describe('labels that Kubernetes copies', () => {
    const test = useCluster(tier);

    /** The model has no controller that makes Endpoints: there the test makes what the controller would. */
    async function endpointsOf(namespace: string) {
      if (tier.name === 'model') {
        const made = await test().get('v1', 'Service', 'front', namespace);
        const { labels } = made!.metadata;
        const endpoints = {
          apiVersion: 'v1',
          kind: 'Endpoints',
          metadata: { name: 'front', namespace, labels },
        };
        await test().send('POST', `/api/v1/namespaces/${namespace}/endpoints`, endpoints);
      }
      const read = () => test().get('v1', 'Endpoints', 'front', namespace);
      await until('the Endpoints are there', async () => (await read()) !== undefined);
      return (await read())!;
    }

    it('36: Endpoints of a Service are no members, although they have its labels', async () => {
      const ns = await homeOf(test());
      const objects = [service(ns), configMap(ns, 'a')];
      await apply(test(), objects);
      const before = await endpointsOf(ns);
      const { inventory } = setOfCase(test());
      await test().remove('v1', 'ConfigMap', inventory, ns);
      const run = await apply(test(), objects);
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { unchanged: 2 } });
      const after = await test().get('v1', 'Endpoints', 'front', ns);
      expect(after?.metadata.uid).to.equal(before.metadata.uid);
    });

    it('36: Endpoints of a Service are not deleted one by one with the set', async () => {
      const ns = await homeOf(test());
      await apply(test(), [service(ns), configMap(ns, 'a')]);
      await endpointsOf(ns);
      await test().remove('v1', 'ConfigMap', setOfCase(test()).inventory, ns);
      const run = await remove(test());
      expect(run.told).to.have.members([`deleted Service ${ns}/front`, `deleted ConfigMap ${ns}/a`]);
    });
  });
}
