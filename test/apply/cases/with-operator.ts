import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { loggingCrds } from '../../../src/constructs/logging-crds.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { LOGGING_FINALIZER, StandInOperator } from '../../support/control-plane/stand-in-operator.js';
import { deletedNames, listedMembers, problemsOf, warningsOf } from './observations.js';
import { apply, deployment, homeOf, namespace, type Run, remove, until, useCluster } from './support.js';

const KINDS = ['Logging', 'FluentbitAgent', 'ClusterFlow', 'ClusterOutput'];

/** The operator with its definitions, and a small data path in a namespace of the set. */
function loggingSet(test: TestCluster, ns: string): KubernetesObject[] {
  const logs = logsOf(test);
  const name = `case-${test.id}`;
  const custom = (kind: string, spec: object, within?: string): KubernetesObject => ({
    apiVersion: 'logging.banzaicloud.io/v1beta1',
    kind,
    metadata: { name, ...(within ? { namespace: within } : {}) },
    spec: { loggingRef: name, ...spec },
  });
  return [
    namespace(logs),
    ...(loggingCrds('6.7').filter(({ spec }) =>
      KINDS.includes((spec as unknown as { readonly names: { readonly kind: string } }).names.kind),
    ) as unknown as KubernetesObject[]),
    deployment(ns, 'operator', {}, { labels: { 'app.kubernetes.io/component': 'operator' } }),
    custom('Logging', { controlNamespace: logs, fluentd: {} }),
    custom('ClusterOutput', { http: { endpoint: 'http://receiver' } }, logs),
    custom('ClusterFlow', { globalOutputRefs: [name] }, logs),
    custom('FluentbitAgent', {}),
  ];
}

const logsOf = (test: TestCluster) => `logs-${test.id}`;

const ALL = { definitions: true, namespaces: true };

/** With somebody who plays the Logging Operator. It needs controllers, so it runs on the real tier only. */
export function withOperatorCases(tier: TestTier): void {
  if (tier.name !== 'real') return;
  describe('with an operator that holds its resources', () => {
    let operator: StandInOperator | undefined;
    // Before the cluster of the case is closed.
    afterEach(async () => {
      // The definitions are not of one case alone.
      await remove(test(), { ...ALL, volumes: true, stripFinalizers: [LOGGING_FINALIZER], waitMs: 10_000 });
      await operator?.stop();
    });
    const test = useCluster(tier);
    beforeEach(() => {
      operator = new StandInOperator(test().connect()).start();
    });

    async function applied(without?: string): Promise<string> {
      const ns = await homeOf(test());
      const objects = loggingSet(test(), ns).filter(({ kind }) => kind !== without);
      const run = await apply(test(), objects, { health: { timeoutMs: 60_000 } });
      expect(problemsOf(run), String(operator?.trouble)).to.deep.equal([]);
      return ns;
    }

    it('64: all goes in order, with what the operator made, and the namespace', async () => {
      const ns = await applied();
      const name = `case-${test().id}`;
      expect(await test().get('apps/v1', 'StatefulSet', `${name}-fluentd`, logsOf(test()))).not.to.equal(
        undefined,
      );
      const seen: string[] = [];
      const run = await remove(test(), {
        ...ALL,
        waitMs: 60_000,
        onEvent: (event) => {
          if (event.type === 'waiting' && event.pending.some(({ object }) => object.kind === 'Logging'))
            void test()
              .get('apps/v1', 'Deployment', 'operator', ns)
              .then((live) => seen.push(live?.metadata.deletionTimestamp ?? 'lives'));
        },
      });
      expect(problemsOf(run), String(operator?.trouble)).to.deep.equal([]);
      expect(new Set(seen)).to.deep.equal(new Set(['lives']));
      const order = deletedNames(run.writes.filter((line) => !/customresourcedefinitions/.test(line)));
      expect(order, 'agent; Logging, flow and output; operator; namespace').to.deep.equal([
        name,
        name,
        name,
        name,
        'operator',
        logsOf(test()),
      ]);
      expect(run.writes.find((line) => line.startsWith('DELETE'))).to.match(/fluentbitagents/);
      expect(keptOf(run)).to.deep.equal([]);
      expect(await test().get('v1', 'Namespace', logsOf(test()))).to.equal(undefined);
      expect(await listedMembers(test())).to.deep.equal([]);
    });

    it('37: a second run rolls no pod of what the operator made', async () => {
      const ns = await applied();
      const pods = async () =>
        (await test().list('v1', 'Pod', logsOf(test()))).map(
          ({ metadata }) => `${metadata.name} ${metadata.uid}`,
        );
      const before = await pods();
      expect(before).to.have.length.greaterThan(1);
      const again = await apply(test(), loggingSet(test(), ns), { health: { timeoutMs: 60_000 } });
      expect(again.result.outcome).to.equal('unchanged');
      expect(await pods()).to.deep.equal(before);
    });

    it('37: the mark of the operator on a Secret of the set stays, also when the Secret changes', async () => {
      const ns = await homeOf(test());
      const name = `case-${test().id}`;
      const account = (password: string) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'account', namespace: logsOf(test()) },
        stringData: { password },
      });
      const reference = { valueFrom: { secretKeyRef: { name: 'account', key: 'password' } } };
      const http = { endpoint: 'http://receiver', auth: { username: reference, password: reference } };
      const set = loggingSet(test(), ns).map((object) =>
        object.kind === 'ClusterOutput' ? { ...object, spec: { loggingRef: name, http } } : object,
      );
      await apply(test(), [...set, account('one')], { health: { timeoutMs: 60_000 } });
      const mark = async () =>
        (await test().get('v1', 'Secret', 'account', logsOf(test())))?.metadata.annotations?.[
          `logging.banzaicloud.io/${name}`
        ];
      await until('the operator has marked the Secret', async () => (await mark()) === 'watched');
      expect((await apply(test(), [...set, account('one')])).result.outcome).to.equal('unchanged');
      const changed = await apply(test(), [...set, account('two')]);
      expect(changed.result.counts).to.include({ configured: 1 });
      expect(await mark()).to.equal('watched');
    });

    it('65: with an operator that is gone for good the Logging is told, with its finalizer', async () => {
      // An agent goes with what it owns, and the garbage collector needs up to 30 s to know a new kind.
      const ns = await applied('FluentbitAgent');
      await test().remove('apps/v1', 'Deployment', 'operator', ns);
      const late = await remove(test(), { ...ALL, clock: fastClock(10), waitMs: 20_000 });
      expect(problemsOf(late)).to.deep.equal([
        `Logging case-${test().id}: is still there after 20 s: waits for its finalizer ${LOGGING_FINALIZER}`,
      ]);
      const run = await remove(test(), {
        ...ALL,
        clock: fastClock(10),
        waitMs: 100_000,
        stripFinalizers: [LOGGING_FINALIZER],
      });
      expect(problemsOf(run)).to.deep.equal([]);
      expect(warningsOf(run).join()).to.include(LOGGING_FINALIZER);
      expect(await test().get('logging.banzaicloud.io/v1beta1', 'Logging', `case-${test().id}`)).to.equal(
        undefined,
      );
    });
  });
}

const keptOf = ({ events }: Run<unknown>) =>
  events.flatMap((event) => (event.type === 'object' && event.action === 'kept' ? [event.message] : []));
