import { expect } from 'chai';
import type { FieldConflict } from '../../../src/apply/fields/conflicts.js';
import { answerFor, type ConflictPolicy, isFormerApplier } from '../../../src/apply/plan/policy.js';
import { appliedBy, updatedBy } from '../unit-support.js';

const conflict = (manager: string, parts: Partial<FieldConflict> = {}): FieldConflict => ({
  manager,
  operation: 'Update',
  fields: ['.spec.replicas'],
  ...parts,
});
const ME = 'opni-logging';

const ANSWERS: readonly (readonly [what: string, FieldConflict, answer: string])[] = [
  ['10: a foreign apply', conflict('argocd-controller', { operation: 'Apply' }), 'report'],
  ['10: another apply of flux', conflict('kustomize-controller', { operation: 'Apply' }), 'report'],
  ['4: an edit by hand', conflict('kubectl-edit'), 'force'],
  ['4: a patch by hand', conflict('kubectl-patch'), 'force'],
  ['4: a program that nobody knows', conflict('node-fetch'), 'force'],
  ['7: kubectl apply', conflict('kubectl-client-side-apply'), 'force'],
  ['8: kubectl apply on the server', conflict('kubectl', { operation: 'Apply' }), 'force'],
  ['7: what was there before the first apply', conflict('before-first-apply'), 'force'],
  ['13: whoever scales', conflict('anybody', { subresource: 'scale' }), 'report'],
  ['13: the autoscaler', conflict('kube-controller-manager'), 'report'],
  ['13: a vertical autoscaler', conflict('vpa-updater'), 'report'],
  ['13: an autoscaler by events', conflict('keda-operator'), 'report'],
  ['10: the Logging Operator', conflict('logging-operator'), 'report'],
  ['10: an operator that was given no name', conflict('manager'), 'report'],
  ['10: an injector of certificates', conflict('cainjector'), 'report'],
  ['4: a name that only begins like a controller', conflict('manager-x'), 'force'],
  ['4: a name that only ends like a controller', conflict('my-logging-operator'), 'force'],
];

describe('a conflict over a field', () => {
  for (const [what, found, answer] of ANSWERS) {
    const [number, who] = what.split(': ');
    it(`${number}: with ${who} is answered by ${answer}`, () =>
      expect(answerFor(found, {})).to.equal(answer));
  }

  it('is answered as the user says, by name or by its beginning', () => {
    const managers = { 'argocd-*': 'force', 'kubectl-edit': 'report' } as const;
    expect(answerFor(conflict('argocd-controller', { operation: 'Apply' }), { managers })).to.equal('force');
    expect(answerFor(conflict('kubectl-edit'), { managers })).to.equal('report');
    expect(answerFor(conflict('kubectl-edit-2'), { managers })).to.equal('force');
    expect(answerFor(conflict('x-argocd-'), { managers })).to.equal('force');
  });

  it('is answered by what the user says first', () => {
    expect(answerFor(conflict('a-b'), { managers: { 'a-*': 'report', 'a-b': 'force' } })).to.equal('report');
    expect(answerFor(conflict('anybody'), { managers: { '*': 'report' } })).to.equal('report');
  });
});

describe('a former applier', () => {
  const isFormer = (entry: Parameters<typeof isFormerApplier>[0], policy: ConflictPolicy = {}) =>
    isFormerApplier(entry, policy, ME);

  it('7: is kubectl apply in all its forms', () => {
    const entries = [
      updatedBy('kubectl-client-side-apply', {}),
      updatedBy('kubectl-last-applied', {}),
      updatedBy('before-first-apply', {}),
      appliedBy('kubectl', {}),
    ];
    expect(entries.map((entry) => isFormer(entry))).to.deep.equal([true, true, true, true]);
  });

  it('7: is this tool itself where it wrote without applying', () => {
    expect(isFormer(updatedBy(ME, {}))).to.equal(true);
    expect(isFormer(appliedBy(ME, {}))).to.equal(false);
  });

  it('is nobody else, and nobody who wrote a status', () => {
    const entries = [
      updatedBy('kubectl-edit', {}),
      updatedBy('kubectl-patch', {}),
      appliedBy('argocd-controller', {}),
      updatedBy('kube-controller-manager', {}),
      { ...updatedBy('kubectl', {}), subresource: 'status' },
      { ...updatedBy(ME, {}), subresource: 'status' },
      {},
    ];
    expect(entries.map((entry) => isFormer(entry)).some(Boolean)).to.equal(false);
  });

  it('12: is Helm only when the user takes its objects over', () => {
    const helm = [updatedBy('helm', {}), updatedBy('Helm', {}), appliedBy('helm', {})];
    expect(helm.map((entry) => isFormer(entry))).to.deep.equal([false, false, false]);
    expect(helm.map((entry) => isFormer(entry, { takeFrom: ['Argo CD'] }))).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(helm.map((entry) => isFormer(entry, { takeFrom: ['Helm'] }))).to.deep.equal([true, true, true]);
    expect(isFormer(updatedBy('helm-controller', {}), { takeFrom: ['Helm'] })).to.equal(false);
  });
});
