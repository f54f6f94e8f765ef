import { expect } from 'chai';
import {
  CREATED_ANNOTATION,
  createdBy,
  FIELD_MANAGER,
  INVENTORY_MANAGER,
  isMemberByLabel,
  keepMarkOf,
  PART_OF_LABEL,
  setOf,
  withoutCreatedBy,
} from '../../../src/apply/set/marks.js';
import { liveOf } from '../unit-support.js';

const annotated = (key: string, value: string) =>
  liveOf('v1/ConfigMap', { metadata: { annotations: { [key]: value } } });

const KEPT = [
  ['logging.opni.io/on-removal', 'keep'],
  ['helm.sh/resource-policy', 'keep'],
  ['cli-utils.sigs.k8s.io/on-remove', 'keep'],
  ['client.lifecycle.config.k8s.io/deletion', 'detach'],
  ['kustomize.toolkit.fluxcd.io/prune', 'disabled'],
  ['argocd.argoproj.io/sync-options', 'Prune=false'],
  ['argocd.argoproj.io/sync-options', 'Delete=false'],
  ['argocd.argoproj.io/sync-options', 'Prune=confirm'],
  ['argocd.argoproj.io/sync-options', 'Delete=confirm'],
  ['argocd.argoproj.io/sync-options', 'ServerSideApply=true, Prune=false'],
] as const;

const GONE = [
  ['logging.opni.io/on-removal', 'delete'],
  ['logging.opni.io/on-removal', ''],
  ['helm.sh/resource-policy', 'drop'],
  ['client.lifecycle.config.k8s.io/deletion', 'keep'],
  ['kustomize.toolkit.fluxcd.io/prune', 'enabled'],
  ['argocd.argoproj.io/sync-options', 'Prune=true,ServerSideApply=false'],
  ['argocd.argoproj.io/sync-options', 'NoPrune=false'],
  ['example.com/on-removal', 'keep'],
] as const;

describe('the label of a set', () => {
  const managedFields = [{ manager: FIELD_MANAGER, operation: 'Apply' as const }];
  const labelled = (groupKind: string, metadata: object = {}) =>
    liveOf(groupKind, { metadata: { labels: { [PART_OF_LABEL]: 'mine' }, managedFields, ...metadata } });
  const owner = (controller: boolean) => ({ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u', controller });

  it('46: makes an object a member, and that of another set does not', () => {
    expect(isMemberByLabel(labelled('v1/ConfigMap'), 'mine')).to.equal(true);
    expect(isMemberByLabel(labelled('v1/ConfigMap'), 'other')).to.equal(false);
    expect(isMemberByLabel(liveOf('v1/ConfigMap'), 'mine')).to.equal(false);
  });

  it('36: does not make a member of what a controller made, or Kubernetes of a Service', () => {
    const owned = (controller: boolean) => labelled('v1/ConfigMap', { ownerReferences: [owner(controller)] });
    expect(isMemberByLabel(owned(true), 'mine')).to.equal(false);
    expect(isMemberByLabel(owned(false), 'mine')).to.equal(true);
    expect(isMemberByLabel(labelled('v1/Endpoints'), 'mine')).to.equal(false);
    expect(isMemberByLabel(labelled('discovery.k8s.io/v1/EndpointSlice'), 'mine')).to.equal(false);
  });

  it('36: does not make a member of what somebody copied, or another tool took over', () => {
    const by = (manager: string, operation: 'Apply' | 'Update') =>
      labelled('v1/ConfigMap', { managedFields: [{ manager, operation }] });
    expect(isMemberByLabel(by('kubectl-create', 'Update'), 'mine')).to.equal(false);
    expect(isMemberByLabel(by(FIELD_MANAGER, 'Update'), 'mine')).to.equal(false);
    expect(isMemberByLabel(labelled('v1/ConfigMap', { managedFields: undefined }), 'mine')).to.equal(false);
    const annotations = { 'meta.helm.sh/release-name': 'logs' };
    expect(isMemberByLabel(labelled('v1/ConfigMap', { annotations }), 'mine')).to.equal(false);
  });
});

describe('marks on objects', () => {
  for (const [key, value] of KEPT) {
    it(`28: ${key}: ${value} keeps an object`, () => expect(keepMarkOf(annotated(key, value))).to.equal(key));
  }

  for (const [key, value] of GONE) {
    it(`${key}: ${JSON.stringify(value)} keeps nothing`, () => {
      expect(keepMarkOf(annotated(key, value))).to.equal(undefined);
    });
  }

  it('27: tell the set of an object by its label', () => {
    const labels = { [PART_OF_LABEL]: 'applyset-x-v1' };
    expect(setOf(liveOf('v1/ConfigMap', { metadata: { labels } }))).to.equal('applyset-x-v1');
    expect(setOf(annotated(PART_OF_LABEL, 'x'))).to.equal(undefined);
    expect(PART_OF_LABEL).to.equal('applyset.kubernetes.io/part-of');
  });

  it('31: tell whether an apply made an object, and can be taken away', () => {
    const made = liveOf('v1/Namespace', {
      metadata: { annotations: { [CREATED_ANNOTATION]: 'x', other: 'y' } },
    });
    expect(createdBy(made)).to.equal('x');
    expect(createdBy(liveOf('v1/Namespace'))).to.equal(undefined);
    expect(withoutCreatedBy(made).metadata.annotations).to.deep.equal({ other: 'y' });
    expect(createdBy(made), 'the object itself stays').to.equal('x');
  });

  it('are written by managers that other tools do not take for theirs', () => {
    for (const manager of [FIELD_MANAGER, INVENTORY_MANAGER]) {
      expect(manager).to.not.match(/^kubectl|argocd|helm|flux/);
      expect(manager.length).to.be.at.most(128);
    }
    // Another name would leave all fields of older versions behind.
    expect([FIELD_MANAGER, INVENTORY_MANAGER]).to.deep.equal(['opni-logging', 'opni-logging-applyset']);
  });
});
