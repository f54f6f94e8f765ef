import { expect } from 'chai';
import { planObjects } from '../../../src/apply/plan/plan-objects.js';
import { openSession } from '../../../src/apply/session/session.js';
import { FIELD_MANAGER, PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import type { LiveObject, ManagedFieldsEntry } from '../../../src/kube/live-object.js';
import { ownedBy } from '../fields/owned-fields.js';
import { appliedBy, updatedBy } from '../unit-support.js';

const VERSION = 'autoscaling/v2';
const set = { namespace: 'logs', inventory: 'x-inventory', lock: 'x-apply' };
const wanted: KubernetesObject = {
  apiVersion: VERSION,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'x', namespace: 'logs' },
  spec: { maxReplicas: 3 },
};

/** What is decided about the object when these applied it before; a dry run changes nothing. */
async function decided(...owners: readonly ManagedFieldsEntry[]) {
  const labels = { [PART_OF_LABEL]: openSession({ cluster: {} as Cluster, set }).setId };
  const member = { ...wanted, metadata: { ...wanted.metadata, labels } };
  const managedFields = [appliedBy(FIELD_MANAGER, ownedBy(member), VERSION), ...owners];
  const live: LiveObject = {
    ...member,
    metadata: { ...member.metadata, uid: 'u', resourceVersion: '1', managedFields },
  };
  const cluster = {
    discovery: { find: async () => ({}) },
    apply: async () => ({ status: 200, body: live, warnings: [] }),
  } as unknown as Cluster;
  const found = new Map([['autoscaling/HorizontalPodAutoscaler/logs/x', live]]);
  const [decision] = await planObjects(
    openSession({ cluster, set }),
    [wanted],
    { found, strays: [], unserved: new Set() },
    { conflicts: {}, recreate: false, tryCreates: false },
  );
  return decision?.action;
}

describe('an object that kubectl applied before', () => {
  it('is written once more, so that its fields become ours', async () => {
    expect(await decided()).to.equal('unchanged');
    expect(await decided(updatedBy('kubectl-client-side-apply', { 'f:spec': {} }, VERSION))).to.equal(
      'update',
    );
  });

  it('2: is not written in every run when its fields cannot be taken, being of another version', async () => {
    const owner = updatedBy('kubectl-client-side-apply', { 'f:spec': {} }, 'autoscaling/v1');
    expect(await decided(owner)).to.equal('unchanged');
  });
});
