import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { ApiReply, Fault } from '../../support/cluster/front.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  eventOf,
  groupOfCase,
  homeOf,
  hurried,
  memberWrites,
  refusalBy,
  useCluster,
  widget,
  widgetDefinition,
} from './support.js';

/** Custom resources whose definitions come with the set. */
export function definitionCases(tier: TestTier): void {
  describe('definitions and their resources', () => {
    const test = useCluster(tier);

    it('15: a definition and its resources come in one set, and the resources once their kind is served', async () => {
      const ns = await homeOf(test());
      const group = groupOfCase(test());
      const states: (readonly boolean[])[] = [];
      const watch: Fault = async ({ method, path }) => {
        if (method === 'PATCH' && path.endsWith('/widgets/one')) {
          const definition = await test().get(DEFINITIONS, 'CustomResourceDefinition', `widgets.${group}`);
          const { status } = await test().send('GET', `/apis/${group}/v1`, undefined, { mayFail: true });
          states.push([isEstablished(definition), status === 200]);
        }
        return undefined;
      };
      const run = await test().front.during(watch, () =>
        apply(test(), [widget(test(), ns, 'one'), widgetDefinition(test())]),
      );
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
      expect(states).to.deep.equal([[true, true]]);
      expect(memberWrites(run)).to.deep.equal([
        `PATCH /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`,
        `PATCH /apis/${group}/v1/namespaces/${ns}/widgets/one`,
      ]);
      const live = await test().get(`${group}/v1`, 'Widget', 'one', ns);
      expect(live?.['spec']).to.deep.equal({ size: 1 });
      const again = await apply(test(), [widget(test(), ns, 'one'), widgetDefinition(test())]);
      expect(again.result.outcome).to.equal('unchanged');
      expect(again.writes).to.deep.equal([]);
    });

    it('15: a kind that nobody defines is refused before anything is written', async () => {
      const ns = await homeOf(test());
      const objects = [configMap(ns, 'a'), widget(test(), ns, 'one')];
      const { problems } = await refusalBy(apply(test(), objects));
      expect(problems).to.deep.equal([
        {
          path: `Widget ${ns}/one`,
          message: `the cluster does not know Widget of ${groupOfCase(test())}/v1, and the set does not define it`,
          fix: 'install what defines this kind, or leave the object out',
        },
      ]);
      expect(test().front.writes).to.deep.equal([]);
    });

    it('16: resources wait while discovery does not list their kind yet', async () => {
      const ns = await homeOf(test());
      const { fault, answers } = await staleDiscovery(5);
      const run = await test().front.during(fault, () =>
        apply(test(), [widget(test(), ns, 'one'), widgetDefinition(test())], hurried(test())),
      );
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
      expect(answers()).to.equal(5);
      const reasons = run.events.flatMap((event) => (event.type === 'waiting' ? [event.reason] : []));
      expect(reasons).to.include('until the kinds are served');
      expect(await test().get(`${groupOfCase(test())}/v1`, 'Widget', 'one', ns)).not.to.equal(undefined);
    });

    it('16: a kind that another API server does not serve for six seconds yet is tried again', async () => {
      const ns = await homeOf(test());
      const options = hurried(test());
      let firstAt: number | undefined;
      let refused = 0;
      const lag: Fault = ({ method, path }) => {
        if (method !== 'PATCH' || !path.endsWith('/widgets/one')) return undefined;
        firstAt ??= options.clock.now();
        if (options.clock.now() - firstAt > 6000) return undefined;
        refused += 1;
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
      };
      const objects = [widget(test(), ns, 'one'), widgetDefinition(test())];
      const run = await test().front.during(lag, () => apply(test(), objects, options));
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
      expect(refused).to.be.greaterThan(1);
    });

    it('16: a kind that stays away is reported, and what else is in the stage is applied', async () => {
      const ns = await homeOf(test());
      const options = hurried(test(), 100);
      const never: Fault = ({ path }) =>
        path.endsWith('/widgets/one')
          ? { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' }
          : undefined;
      const objects = [widget(test(), ns, 'one'), widget(test(), ns, 'two'), widgetDefinition(test())];
      const run = await test().front.during(never, () => apply(test(), objects, options));
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { created: 2, failed: 1 } });
      expect(eventOf(run, 'Widget', 'one').fix).to.include('definition of the kind');
    });

    it('16: a run after one that ended before the kind was served waits for it all the same', async () => {
      const ns = await homeOf(test());
      const { fault } = await staleDiscovery(3);
      await apply(test(), [widgetDefinition(test())]);
      const run = await test().front.during(fault, () =>
        apply(test(), [widget(test(), ns, 'one'), widgetDefinition(test())], hurried(test())),
      );
      expect(run.result.problems).to.deep.equal([]);
      expect(run.told).to.deep.equal([
        `unchanged CustomResourceDefinition widgets.${groupOfCase(test())}`,
        `created Widget ${ns}/one`,
      ]);
    });

    it('17: a definition whose names are taken fails at once with the reason, and its resources are skipped', async () => {
      const ns = await homeOf(test());
      await takeNames();
      const objects = [configMap(ns, 'a'), widgetDefinition(test()), widget(test(), ns, 'one')];
      // The time to wait is a day of this clock: whoever waited for it would wait in vain.
      const run = await apply(test(), objects, { ...hurried(test()), waitMs: 24 * 3_600_000 });
      const path = `CustomResourceDefinition widgets.${groupOfCase(test())}`;
      expect(run.result.outcome).to.equal('failed');
      expect(run.result.problems.map((problem) => problem.path)).to.deep.equal([path]);
      expect(run.result.problems[0]?.message).to.match(/"widget" is already in use/);
      expect(run.result.problems[0]?.fix).to.include('kubectl get crd');
      expect(run.told).to.include(`skipped Widget ${ns}/one`);
      expect(memberWrites(run).filter((line) => line.includes('/widgets/'))).to.deep.equal([]);
    });

    it('17: the next run tells the same reason', async () => {
      const ns = await homeOf(test());
      await takeNames();
      const objects = [widgetDefinition(test()), widget(test(), ns, 'one')];
      const first = await apply(test(), objects);
      const again = await apply(test(), objects, { ...hurried(test()), waitMs: 24 * 3_600_000 });
      expect(again.result.problems).to.deep.equal(first.result.problems);
      expect(again.told).to.include(`skipped Widget ${ns}/one`);
    });

    /** Has another definition take the names of the kind. */
    async function takeNames(): Promise<void> {
      const definition = widgetDefinition(test()) as KubernetesObject & { spec: object };
      const names = { kind: 'Gadget', listKind: 'GadgetList', plural: 'gadgets', singular: 'widget' };
      await test().applyAs('somebody', {
        ...definition,
        metadata: { name: `gadgets.${groupOfCase(test())}` },
        spec: { ...definition.spec, names },
      });
      const name = `gadgets.${groupOfCase(test())}`;
      let taken = false;
      while (!taken) taken = isEstablished(await test().get(DEFINITIONS, 'CustomResourceDefinition', name));
    }

    /** Answers the next reads of `/apis` as if no kind had come since now. */
    async function staleDiscovery(times: number): Promise<{ fault: Fault; answers: () => number }> {
      const before = await read('/apis');
      let answered = 0;
      const fault: Fault = ({ path }) => {
        if (path !== '/apis' || answered >= times) return undefined;
        answered += 1;
        return before;
      };
      return { fault, answers: () => answered };
    }

    /** As the engine reads it. */
    async function read(path: string): Promise<ApiReply> {
      const cluster = test().connect();
      await cluster.discovery.refresh();
      const accept = test().front.calls.find((call) => call.path === path)?.headers['accept'];
      const { status, body } = await cluster.client.request({ method: 'GET', path, accept });
      test().front.clear();
      return { status, body };
    }
  });
}

const DEFINITIONS = 'apiextensions.k8s.io/v1';

function isEstablished(definition: KubernetesObject | undefined): boolean {
  const { status } = (definition ?? {}) as {
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  };
  return status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
}
