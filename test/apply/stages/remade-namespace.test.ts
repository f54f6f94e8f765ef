import { expect } from 'chai';
import { planObjects } from '../../../src/apply/plan/plan-objects.js';
import { Report } from '../../../src/apply/session/report.js';
import { openSession } from '../../../src/apply/session/session.js';
import { createdBy } from '../../../src/apply/set/marks.js';
import { runStages } from '../../../src/apply/stages/run-stages.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import { liveOf } from '../unit-support.js';

const SET = { namespace: 'logs', inventory: 'i', lock: 'l' };
const wanted: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'logs' } };
const before = liveOf('v1/Namespace', { metadata: { name: 'logs', namespace: undefined, uid: 'old' } });
const going = { ...before, metadata: { ...before.metadata, deletionTimestamp: 'x' } };

/**
 * What is sent for the namespace, which is there or not, and is made by the first write or has been made by somebody.
 *
 * @param others who else declared fields of what is there after the write
 */
async function sentFor(live: typeof before | undefined, status: 200 | 201, others: object[] = []) {
  const sent: KubernetesObject[] = [];
  const cluster = {
    discovery: { find: async () => ({}) },
    get: async () => undefined,
    apply: async (_: unknown, object: KubernetesObject) => {
      sent.push(object);
      return {
        status,
        warnings: [],
        body: { ...object, metadata: { ...object.metadata, uid: 'new', managedFields: others } },
      };
    },
  } as unknown as Cluster;
  const session = openSession({ cluster, set: SET });
  const found = new Map(live ? [['/Namespace//logs', live]] : []);
  const options = { conflicts: {}, recreate: false, tryCreates: false };
  const decisions = await planObjects(session, [wanted], { found, strays: [], unserved: new Set() }, options);
  const report = new Report(() => {});
  const stages = runStages(session, report, decisions, { conflicts: {}, waitMs: 0 });
  await stages.run({ fence: async () => {}, journal: async () => {} });
  expect(report.problems).to.deep.equal([]);
  return {
    marks: sent.map((object) => createdBy(object) === session.setId),
    uid: stages.uids.get('/Namespace//logs'),
  };
}

describe('a namespace that the set makes', () => {
  it('31: is marked, so that it may go with the set', async () => {
    expect(await sentFor(undefined, 201)).to.deep.equal({ marks: [true], uid: 'new' });
  });

  it('31: is marked also when one of that name had to go first', async () => {
    expect(await sentFor(going, 201)).to.deep.equal({ marks: [true], uid: 'new' });
  });

  it('31: loses the mark when somebody else made it at the same time', async () => {
    const others = [{ manager: 'somebody', operation: 'Update' }];
    expect(await sentFor(undefined, 200, others)).to.deep.equal({ marks: [true, false], uid: 'new' });
    expect(await sentFor(going, 200, others)).to.deep.equal({ marks: [true, false], uid: 'new' });
  });
});
