import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { selfSigned } from '../../kube/self-signed.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, groupOfCase, homeOf, until, useCluster } from './support.js';

/** Webhooks are well when somebody answers them. */
export function webhookHealthCases(tier: TestTier): void {
  describe('the health of webhooks', () => {
    const test = useCluster(tier);

    /** It is asked about kinds that nobody has. */
    const webhook = (ns: string, caBundle?: string): KubernetesObject => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `hook-${test().id}` },
      webhooks: [
        {
          name: 'check.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { service: { namespace: ns, name: 'server' }, ...(caBundle ? { caBundle } : {}) },
          rules: [
            {
              apiGroups: [groupOfCase(test())],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['*'],
            },
          ],
        },
      ],
    });

    const sliceOf = (ns: string, ready: boolean) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'server-x', namespace: ns, labels: { 'kubernetes.io/service-name': 'server' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready } }],
      ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
    });

    it('59: one without a certificate waits for it', async () => {
      const ns = await homeOf(test());
      const run = await apply(test(), [webhook(ns)], { health: { timeoutMs: 1000 } });
      expect(run.result.problems.map(({ message }) => message)).to.deep.equal([
        'is not healthy after 1 s: has no caBundle for check.example.com yet',
      ]);
    });

    it('59: one whose Service has no ready endpoint waits for one', async () => {
      const ns = await homeOf(test());
      const slices = `/apis/discovery.k8s.io/v1/namespaces/${ns}/endpointslices`;
      await test().send('POST', slices, sliceOf(ns, false));
      const bundle = Buffer.from(selfSigned().certificate).toString('base64');
      const reasons: string[] = [];
      const applying = apply(test(), [webhook(ns, bundle)], {
        health: { timeoutMs: 60_000 },
        onEvent: (event) => {
          if (event.type === 'waiting') reasons.push(...event.pending.map(({ message }) => message));
        },
      });
      await until('it waits', async () => reasons.length > 0);
      expect(reasons).to.deep.equal([
        `calls Service ${ns}/server for check.example.com, which has no ready endpoint`,
      ]);
      await test().send('PUT', `${slices}/server-x`, sliceOf(ns, true));
      expect((await applying).result.problems).to.deep.equal([]);
    });
  });
}
