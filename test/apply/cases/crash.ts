import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { type Death, type EngineJob, killedAt } from '../../support/cluster/killed-engine.js';
import { fastClock, type TestCluster, type TestTier } from '../../support/cluster/test-cluster.js';
import { differences, finalState } from './final-state.js';
import { memberWrites } from './observations.js';
import {
  apply,
  configMap,
  homeOf,
  namespace,
  type Run,
  remove,
  setOfCase,
  widget,
  widgetDefinition,
} from './support.js';

/** The lock of a dead process has to run out first: with a fast clock that does not take long. */
const PATIENT = () => ({ clock: fastClock(20), waitMs: 600_000 });

const other = (test: TestCluster) => `other-${test.id}`;

const account = (ns: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: ns },
});

const fixed = (ns: string, name: string, value: string): KubernetesObject => ({
  ...configMap(ns, name, { key: value }),
  immutable: true,
});

/** A process that is killed at any of its writes. */
interface Story {
  /** Makes what is there before it; gives the namespaces of the case. */
  readonly before: (test: TestCluster) => Promise<void>;
  readonly job: (test: TestCluster) => Omit<EngineJob, 'set'>;
  /** What runs after it. */
  readonly after: (
    test: TestCluster,
  ) => Promise<Run<{ readonly outcome: string; readonly problems: readonly object[] }>>;
  /** What must be there in the end, as it comes to be without any death. */
  readonly expected: (test: TestCluster) => Promise<unknown>;
}

/** Runs work with a cluster of its own. */
async function inCluster<T>(tier: TestTier, work: (test: TestCluster) => Promise<T>): Promise<T> {
  const test = await tier.open();
  try {
    await homeOf(test);
    return await work(test);
  } finally {
    test.close();
  }
}

const stateOf = (test: TestCluster) => finalState(test, [setOfCase(test).namespace, other(test)]);

/**
 * Kills the process of a story at each of its writes, before and after it is carried out, and compares what is there in
 * the end, after the run that follows.
 *
 * @returns the number of writes
 */
async function surviveAll(tier: TestTier, story: Story, whens: readonly Death['when'][]): Promise<number> {
  const expected = await inCluster(tier, async (test) => {
    await story.before(test);
    await story.expected(test);
    return stateOf(test);
  });
  for (let write = 1; ; write += 1) {
    for (const when of whens) {
      const death = await inCluster(tier, async (test) => {
        await story.before(test);
        const at = await killedAt(test, { ...story.job(test), set: setOfCase(test) }, { write, when });
        if (at === undefined) return undefined;
        const run = await story.after(test);
        expect(run.result.problems, `after the death ${at}`).to.deep.equal([]);
        expect(differences(await stateOf(test), expected), `after the death ${at}`).to.deep.equal([]);
        return at;
      });
      if (death === undefined) return write - 1;
    }
  }
}

const firstObjects = (test: TestCluster): KubernetesObject[] => {
  const { namespace: ns } = setOfCase(test);
  return [
    namespace(other(test)),
    widgetDefinition(test),
    account(ns, 's'),
    configMap(ns, 'a'),
    configMap(other(test), 'b'),
    widget(test, ns, 'w'),
  ];
};

const oldObjects = (test: TestCluster): KubernetesObject[] => {
  const { namespace: ns } = setOfCase(test);
  return [
    account(ns, 'leaves'),
    configMap(ns, 'leaves'),
    configMap(ns, 'stays'),
    configMap(ns, 'changes'),
    fixed(ns, 'fixed', 'old'),
  ];
};

const newObjects = (test: TestCluster): KubernetesObject[] => {
  const { namespace: ns } = setOfCase(test);
  return [
    configMap(ns, 'stays'),
    configMap(ns, 'changes', { key: 'new' }),
    fixed(ns, 'fixed', 'new'),
    configMap(ns, 'comes'),
  ];
};

const nothingBefore = async () => {};
const applying = (objects: (test: TestCluster) => KubernetesObject[]) => ({
  job: (test: TestCluster) => ({ operation: 'apply' as const, objects: objects(test) }),
  after: (test: TestCluster) => apply(test, objects(test), PATIENT()),
  expected: (test: TestCluster) => apply(test, objects(test)),
});

const BOTH = ['before', 'after'] as const;

/** The engine is killed by SIGKILL, and another run follows. */
export function crashCases(tier: TestTier): void {
  describe('the engine is killed', () => {
    it('38: at any write of a first apply: the next run converges, and nothing is lost or left', async function () {
      this.timeout(180_000);
      const story: Story = { before: nothingBefore, ...applying(firstObjects) };
      expect(await surviveAll(tier, story, BOTH), 'writes').to.equal(11);
    });

    it('39: at any write of a first apply, and the set shrinks: what was made already is pruned', async function () {
      this.timeout(180_000);
      const fewer = (test: TestCluster) => [
        namespace(other(test)),
        widgetDefinition(test),
        configMap(setOfCase(test).namespace, 'a'),
      ];
      const story: Story = {
        before: nothingBefore,
        ...applying(fewer),
        job: (test) => ({ operation: 'apply', objects: firstObjects(test) }),
      };
      expect(await surviveAll(tier, story, ['after']), 'writes').to.equal(11);
    });

    it('40, 41: at any write of a change that makes an object anew and prunes: the next run finishes', async function () {
      this.timeout(180_000);
      const before = async (test: TestCluster) => void (await apply(test, oldObjects(test)));
      const story: Story = { before, ...applying(newObjects) };
      expect(await surviveAll(tier, story, BOTH), 'writes').to.equal(11);
    });

    it('40: at any write of such a change, and the set shrinks: what was made anew is pruned too', async function () {
      this.timeout(180_000);
      const fewer = (test: TestCluster) => [configMap(setOfCase(test).namespace, 'stays')];
      const story: Story = {
        ...applying(fewer),
        before: async (test) => void (await apply(test, oldObjects(test))),
        job: (test) => ({ operation: 'apply', objects: newObjects(test) }),
      };
      expect(await surviveAll(tier, story, ['after']), 'writes').to.equal(11);
    });

    it('42: at any write of a deletion: the next one finishes, applies nothing, and leaves nothing', async function () {
      this.timeout(180_000);
      const objects = (test: TestCluster) =>
        firstObjects(test).filter(({ metadata }) => metadata.namespace !== other(test));
      const withoutNamespace = (test: TestCluster) =>
        objects(test).filter(({ kind }) => kind !== 'Namespace');
      const options = { definitions: true };
      const finish = async (test: TestCluster) => {
        const run = await remove(test, { ...PATIENT(), ...options });
        expect(run.result.outcome).to.be.oneOf(['deleted', 'nothing']);
        expect(memberWrites(run.writes).filter((line) => !line.startsWith('DELETE '))).to.deep.equal([]);
        return run;
      };
      const story: Story = {
        before: async (test) => void (await apply(test, withoutNamespace(test))),
        job: () => ({ operation: 'delete', objects: [], options }),
        after: finish,
        expected: finish,
      };
      expect(await surviveAll(tier, story, BOTH), 'writes').to.equal(8);
    });

    it('42: while the namespace of the inventory goes: the next deletion finishes', async function () {
      this.timeout(180_000);
      for (const when of BOTH) {
        const test = await tier.open();
        try {
          const set = setOfCase(test);
          const definition = widgetDefinition(test);
          await apply(test, [namespace(set.namespace), definition, configMap(set.namespace, 'a')]);
          const options = { namespaces: true, definitions: true };
          const write = ({ method, path }: { readonly method: string; readonly path: string }) =>
            method === 'DELETE' && path === `/api/v1/namespaces/${set.namespace}`;
          const at = await killedAt(
            test,
            { operation: 'delete', set, objects: [], options },
            { write, when },
          );
          expect(at).to.equal(`${when} DELETE /api/v1/namespaces/${set.namespace}`);
          const run = await remove(test, { ...PATIENT(), ...options });
          expect(run.result.problems).to.deep.equal([]);
          expect(await test.get('v1', 'Namespace', set.namespace)).to.equal(undefined);
          const { apiVersion, kind, metadata } = definition;
          expect(await test.get(apiVersion, kind, metadata.name)).to.equal(undefined);
          expect((await remove(test, options)).result.outcome).to.equal('nothing');
        } finally {
          test.close();
        }
      }
    });

    it('42: in a deletion, and the set is applied again: all of it is there', async function () {
      this.timeout(180_000);
      const story: Story = {
        before: async (test) => void (await apply(test, oldObjects(test))),
        job: () => ({ operation: 'delete', objects: [] }),
        after: (test) => apply(test, oldObjects(test), PATIENT()),
        expected: (test) => apply(test, oldObjects(test)),
      };
      expect(await surviveAll(tier, story, ['after']), 'writes').to.equal(9);
    });
  });
}
