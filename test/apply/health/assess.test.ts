import { expect } from 'chai';
import { assessHealth } from '../../../src/apply/health/assess.js';
import { openSession } from '../../../src/apply/session/session.js';
import type { Clock } from '../../../src/common/clock.js';
import { OpniLoggingError } from '../../../src/common/error.js';
import { failureOf } from '../../../src/kube/api-failure.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import type { LiveObject, ManagedFieldsEntry } from '../../../src/kube/live-object.js';
import { liveOf } from '../unit-support.js';
import { NOW_MS } from './health-table.js';

const GROUP = 'logging.banzaicloud.io/v1beta1';
const logging = liveOf(`${GROUP}/Logging`, {
  metadata: { name: 'main' },
  spec: { controlNamespace: 'logs' },
  status: { configCheckResults: { a: true } },
});
const agent = liveOf(`${GROUP}/FluentbitAgent`, { metadata: { name: 'main' } });
const daemonSet = (ready: number) => {
  const counts = {
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    numberReady: ready,
  };
  return liveOf('apps/v1/DaemonSet', {
    metadata: { name: 'main-fluentbit', generation: 1 },
    status: { observedGeneration: 1, desiredNumberScheduled: 2, ...counts },
  });
};

/** What comes of an object in a cluster that has one workload at most. */
function assessed(live: LiveObject | undefined, workload?: LiveObject, nowMs = NOW_MS, error?: Error) {
  const clock = { wallMs: () => nowMs } as Clock;
  const cluster = {
    discovery: { find: async () => ({}) },
    get: async (_: unknown, namespace: string, name: string) => {
      if (error) throw error;
      return namespace === 'logs' && name === workload?.metadata.name ? workload : undefined;
    },
  } as unknown as Cluster;
  const session = openSession({ cluster, set: { namespace: 'logs', inventory: 'i', lock: 'l' }, clock });
  return assessHealth(session, live, [logging]);
}

describe('health of an object with what its operator makes of it', () => {
  it('59: a FluentbitAgent is as its DaemonSet is', async () => {
    expect(await assessed(agent, daemonSet(2))).to.deep.equal({
      state: 'Current',
      reason: 'Current',
      message: 'is ready on 2 of 2 nodes',
    });
    expect(await assessed(agent, daemonSet(1))).to.deep.equal({
      state: 'InProgress',
      reason: 'LessReady',
      message: 'has DaemonSet logs/main-fluentbit, which is ready on 1 of 2 nodes',
    });
  });

  it('59: is current with a warning when what the operator makes may not be read', async () => {
    const failure = failureOf({ status: 403, body: { kind: 'Status', code: 403, message: 'no' } });
    const forbidden = new OpniLoggingError('cluster', 'no', { cause: failure });
    expect(await assessed(agent, undefined, NOW_MS, forbidden)).to.deep.equal({
      state: 'Current',
      reason: 'Current',
      message: 'is as it should be; its DaemonSet logs/main-fluentbit may not be read by this account',
      warning: true,
    });
  });

  it('59: is in progress as long as the operator has made nothing', async () => {
    expect(await assessed(agent)).to.deep.equal({
      state: 'InProgress',
      reason: 'NotObserved',
      message: 'has no DaemonSet logs/main-fluentbit yet, which its operator makes',
    });
  });

  it('59: a Logging with a checked configuration waits for its StatefulSet', async () => {
    const pods = liveOf('apps/v1/StatefulSet', { metadata: { name: 'main-fluentd' }, spec: { replicas: 1 } });
    expect((await assessed(logging, pods)).message).to.equal(
      'has StatefulSet logs/main-fluentd, which has 0 of 1 pods',
    );
  });

  it('does not look at the workload of an object that is not well itself', async () => {
    const refused = { ...logging, status: { configCheckResults: { a: false } } };
    expect((await assessed(refused, daemonSet(2))).reason).to.equal('ConfigCheckFailed');
    expect((await assessed(undefined)).state).to.equal('NotFound');
  });

  describe('59: does not believe a status from before the last change', () => {
    const at = (ageMs: number, subresource?: string): ManagedFieldsEntry => ({
      manager: 'x',
      time: new Date(NOW_MS - ageMs).toISOString(),
      ...(subresource ? { subresource } : {}),
    });
    const flow = (
      managedFields: readonly ManagedFieldsEntry[],
      status: object | undefined = { active: true },
    ) => liveOf(`${GROUP}/Flow`, { metadata: { managedFields }, ...(status ? { status } : {}) });

    const CASES: readonly (readonly [what: string, LiveObject, reason: string])[] = [
      ['when it was written before', flow([at(5000), at(9000, 'status')]), 'StaleStatus'],
      ['for ten seconds', flow([at(9999), at(20_000, 'status')]), 'StaleStatus'],
      ['but not for longer', flow([at(10_000), at(20_000, 'status')]), 'Active'],
      ['but when it was written after', flow([at(9000), at(5000, 'status')]), 'Active'],
      ['but when it was written at the same time', flow([at(5000), at(5000, 'status')]), 'Active'],
      ['by the last of several writes', flow([at(9000), at(1000), at(5000, 'status')]), 'StaleStatus'],
      ['but not when no time is known', flow([{ manager: 'x' }, at(5000, 'status')]), 'Active'],
      ['but not when nobody is known to have written it', flow([at(1000)]), 'Active'],
      ['but not with a change from the future', flow([at(-1000), at(5000, 'status')]), 'Active'],
      [
        'but when it counts generations',
        flow([at(1000), at(5000, 'status')], { active: true, observedGeneration: 1 }),
        'Active',
      ],
    ];
    for (const [what, live, reason] of CASES) {
      it(what, async () => expect((await assessed(live)).reason).to.equal(reason));
    }
  });
});
