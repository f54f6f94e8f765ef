import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { statusReply } from '../../support/cluster/front.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { Webhook, type WebhookPatch } from '../../support/cluster/webhook.js';
import { apply, configMap, eventOf, homeOf, hurried, memberWrites, until, useCluster } from './support.js';

/** What stands between a request and the cluster. */
export function admissionCases(tier: TestTier): void {
  describe('admission', () => {
    const test = useCluster(tier);
    let webhook: Webhook | undefined;
    let name = '';

    afterEach(async () => {
      await webhook?.stop();
      webhook = undefined;
    });

    // A model has no admission to speak of.
    if (tier.name === 'real') {
      it('14: a webhook that always adds a label makes no drift', async () => {
        const ns = await homeOf(test());
        await install(ns, ({ metadata }) =>
          metadata.labels?.['added'] ? [] : [{ op: 'add', path: '/metadata/labels/added', value: 'yes' }],
        );
        const objects = [configMap(ns, 'a'), configMap(ns, 'b')];
        const first = await apply(test(), objects);
        expect(first.result).to.deep.include({ outcome: 'applied', problems: [] });
        await expectQuiet(objects);
        const live = await test().get('v1', 'ConfigMap', 'a', ns);
        expect(live?.metadata.labels).to.include({ added: 'yes' });
        const changed = await apply(test(), [configMap(ns, 'a', { key: 'new' }), configMap(ns, 'b')]);
        expect(changed.told).to.have.members([`configured ConfigMap ${ns}/a`, `unchanged ConfigMap ${ns}/b`]);
        expect(eventOf(changed, 'ConfigMap', 'a').fields).to.deep.equal(['.data.key']);
        expect((await test().get('v1', 'ConfigMap', 'a', ns))?.metadata.labels).to.include({ added: 'yes' });
      });

      it('14: a webhook that always replaces a value of the set makes no drift', async () => {
        const ns = await homeOf(test());
        await install(ns, ({ data }) =>
          (data as { key?: string })?.key === 'replaced'
            ? []
            : [{ op: 'replace', path: '/data/key', value: 'replaced' }],
        );
        const objects = [configMap(ns, 'a')];
        await apply(test(), objects);
        expect((await test().get('v1', 'ConfigMap', 'a', ns))?.['data']).to.deep.equal({ key: 'replaced' });
        await expectQuiet(objects);
      });

      it('14: a webhook that comes later changes nothing until the set does, and then makes no drift', async () => {
        const ns = await homeOf(test());
        const objects = [configMap(ns, 'a')];
        await apply(test(), objects);
        await install(ns, ({ metadata }) =>
          metadata.labels?.['added'] ? [] : [{ op: 'add', path: '/metadata/labels/added', value: 'yes' }],
        );
        await expectQuiet(objects);
        await apply(test(), [configMap(ns, 'a', { key: 'new' })]);
        await expectQuiet([configMap(ns, 'a', { key: 'new' })]);
      });

      it('20: a webhook that refuses connections is tried again until it runs', async () => {
        const ns = await homeOf(test());
        const hook = await install(ns, () => []);
        await hook.stop();
        let refused = 0;
        const cluster = test().connect();
        const options = { ...hurried(test()), cluster };
        const run = await test().front.during(
          async ({ method, path }) => {
            if (method === 'PATCH' && path.endsWith('/configmaps/a') && ++refused === 3) await hook.start();
            return undefined;
          },
          () => apply(test(), [configMap(ns, 'a')], options),
        );
        expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 1 }, problems: [] });
        expect(refused).to.equal(3);
        const statuses = test()
          .front.calls.filter(({ line }) => line === `PATCH /api/v1/namespaces/${ns}/configmaps/a`)
          .map(({ status }) => status);
        expect(statuses).to.deep.equal([500, 500, 201]);
      });
    }

    it('20: a webhook that does not answer is tried again, with growing pauses', async () => {
      const ns = await homeOf(test());
      const { clock } = hurried(test(), 50);
      // The longest pauses that chance allows.
      const slow = { ...clock, random: () => 1 };
      const options = { ...hurried(test(), 50), clock: slow, cluster: test().connect('admin', slow) };
      const times: number[] = [];
      const run = await test().front.during(
        ({ method, path }) => {
          if (method !== 'PATCH' || !path.endsWith('/configmaps/a')) return undefined;
          times.push(options.clock.now());
          return times.length <= 4 ? webhookRefused : undefined;
        },
        () => apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')], options),
      );
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
      const pauses = times.slice(1).map((time, index) => time - times[index]!);
      expect(pauses).to.have.length(4);
      // Timers may be early by a millisecond, which is more on a clock that runs faster.
      for (const [index, pause] of pauses.entries()) expect(pause).to.be.at.least(250 * 2 ** index - 60);
    });

    it('20: a webhook that never answers is reported in the end, and the others are applied', async () => {
      const ns = await homeOf(test());
      let attempts = 0;
      const run = await test().front.during(
        ({ method, path }) => {
          if (method !== 'PATCH' || !path.endsWith('/configmaps/a')) return undefined;
          attempts += 1;
          return webhookRefused;
        },
        () => apply(test(), [configMap(ns, 'a'), configMap(ns, 'b')], hurried(test(), 100)),
      );
      expect(attempts).to.equal(10);
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { created: 1, failed: 1 } });
      expect(eventOf(run, 'ConfigMap', 'a').message).to.include('failed calling webhook');
      expect(eventOf(run, 'ConfigMap', 'a').fix).to.equal(
        'see why the webhook does not answer: its pods, its service, its certificate',
      );
    });

    async function expectQuiet(objects: readonly KubernetesObject[]): Promise<void> {
      for (let round = 0; round < 3; round += 1) {
        const run = await apply(test(), objects);
        expect(run.result.outcome).to.equal('unchanged');
        expect(memberWrites(run)).to.deep.equal([]);
        expect(run.writes).to.deep.equal([]);
      }
    }

    async function install(
      ns: string,
      patch: (object: KubernetesObject) => readonly WebhookPatch[],
    ): Promise<Webhook> {
      const hook = await new Webhook(patch).start();
      webhook = hook;
      name = `hook-${test().id}`;
      const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
      await test().send('POST', path, hook.configuration(name, ns));
      let probe = 0;
      await until('the API server asks the webhook', async () => {
        const map = configMap(ns, `probe-${probe++}`, undefined, { labels: { probe: 'yes' } });
        await test().send('POST', `/api/v1/namespaces/${ns}/configmaps?dryRun=All`, map);
        return hook.asked > 0;
      });
      return hook;
    }
  });
}

/** In the words of an API server. */
const webhookRefused = statusReply(
  500,
  'InternalError',
  'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https://127.0.0.1:9/?timeout=5s": dial tcp 127.0.0.1:9: connect: connection refused',
  { causes: [{ message: 'failed calling webhook "hook.example.com"' }] },
);
