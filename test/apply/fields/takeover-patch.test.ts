import { expect } from 'chai';
import fc from 'fast-check';
import { LAST_APPLIED, takeoverPatch, union } from '../../../src/apply/fields/takeover-patch.js';
import { isFormerApplier } from '../../../src/apply/plan/policy.js';
import type { FieldsV1, LiveObject, ManagedFieldsEntry } from '../../../src/kube/live-object.js';
import { appliedBy, liveOf, updatedBy } from '../unit-support.js';
import { placesIn } from './owned-fields.js';

const ME = 'opni-logging';
const from = (entry: ManagedFieldsEntry) => isFormerApplier(entry, {}, ME);
const options = { manager: ME, from };

const withOwners = (...managedFields: ManagedFieldsEntry[]): LiveObject =>
  liveOf('v1/ConfigMap', { metadata: { managedFields } });

/** The owners after the patch. */
function ownersAfter(live: LiveObject): readonly ManagedFieldsEntry[] {
  const replaced = takeoverPatch(live, options)?.find(({ path }) => path === '/metadata/managedFields');
  return (
    replaced && 'value' in replaced ? replaced.value : live.metadata.managedFields
  ) as ManagedFieldsEntry[];
}

const data = (...keys: readonly string[]): FieldsV1 => ({
  'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
});

describe('takeoverPatch', () => {
  it('9: is bound to the version that was read, and changes no value', () => {
    const live = withOwners({
      ...updatedBy('kubectl-client-side-apply', data('a')),
      time: '2026-01-01T00:00:00Z',
    });
    expect(takeoverPatch(live, options)).to.deep.equal([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [{ ...appliedBy(ME, data('a')), time: '2026-01-01T00:00:00Z' }],
      },
    ]);
  });

  it('9: puts the fields of all former appliers together with ours', () => {
    const live = withOwners(
      appliedBy(ME, data('a')),
      appliedBy('kubectl', data('b')),
      updatedBy('kubectl-client-side-apply', data('b', 'c')),
      updatedBy('before-first-apply', { 'f:metadata': { 'f:labels': { 'f:x': {} } } }),
      updatedBy(ME, data('d')),
    );
    expect(ownersAfter(live)).to.deep.equal([
      appliedBy(ME, { ...data('a', 'b', 'c', 'd'), 'f:metadata': { 'f:labels': { 'f:x': {} } } }),
    ]);
  });

  it('9: leaves everybody else alone, in order', () => {
    const others = [
      updatedBy('kube-controller-manager', data('z')),
      { ...updatedBy('kubectl', { 'f:status': {} }), subresource: 'status' },
      appliedBy('argocd-controller', data('a')),
    ];
    const live = withOwners(others[0]!, appliedBy('kubectl', data('a')), others[1]!, others[2]!);
    expect(ownersAfter(live)).to.deep.equal([...others, appliedBy(ME, data('a'))]);
  });

  it('takes away what kubectl remembers, which holds the values of Secrets', () => {
    const live = liveOf('v1/Secret', {
      metadata: {
        annotations: { [LAST_APPLIED]: '{}', other: 'x' },
        managedFields: [updatedBy('kubectl-client-side-apply', data('a'))],
      },
    });
    expect(takeoverPatch(live, options)?.at(-1)).to.deep.equal({
      op: 'remove',
      path: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
    });
  });

  it('is nothing when nobody applied it before, or only in another version', () => {
    expect(takeoverPatch(withOwners(appliedBy(ME, data('a')), appliedBy('x', data('b'))), options)).to.equal(
      undefined,
    );
    expect(takeoverPatch(withOwners(appliedBy('kubectl', data('a'), 'v1beta1')), options)).to.equal(
      undefined,
    );
    expect(takeoverPatch(liveOf('v1/ConfigMap'), options)).to.equal(undefined);
  });

  it('waits until our own entry is of the same version, since the server keeps one of the two only', () => {
    const ours = appliedBy(ME, data('a'), 'v1beta1');
    expect(takeoverPatch(withOwners(ours, appliedBy('kubectl', data('b'))), options)).to.equal(undefined);
  });

  it('keeps a map that somebody owned as a whole when others owned fields in it', () => {
    expect(union({ 'f:emptyDir': {} }, { 'f:emptyDir': { 'f:medium': {} } })).to.deep.equal({
      'f:emptyDir': { '.': {}, 'f:medium': {} },
    });
    expect(union({ 'f:emptyDir': { 'f:medium': {} } }, { 'f:emptyDir': {} })).to.deep.equal({
      'f:emptyDir': { '.': {}, 'f:medium': {} },
    });
    expect(union({}, { 'f:a': {} })).to.deep.equal({ 'f:a': {} });
  });
});

const { fields: trees } = fc.letrec<{ fields: FieldsV1; below: FieldsV1 }>((tie) => ({
  fields: fc.dictionary(fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:1'), tie('below'), { maxKeys: 3 }),
  below: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    tie('fields').map((members) => (Object.keys(members).length === 0 ? members : { '.': {}, ...members })),
    tie('fields'),
  ),
}));

const entries = fc.array(
  fc.record(
    {
      manager: fc.constantFrom(ME, 'kubectl', 'kubectl-client-side-apply', 'other', 'helm'),
      operation: fc.constantFrom('Apply' as const, 'Update' as const),
      apiVersion: fc.constantFrom('v1', 'v1beta1'),
      subresource: fc.constantFrom('status', 'scale'),
      fieldsV1: trees,
    },
    { requiredKeys: ['manager', 'operation', 'apiVersion', 'fieldsV1'] },
  ),
  { maxLength: 6 },
);

describe('takeoverPatch, for any owners', () => {
  const sorted = (places: readonly string[]) => [...new Set(places)].sort();
  const isOurs = (entry: ManagedFieldsEntry) =>
    entry.manager === ME && entry.operation === 'Apply' && !entry.subresource;
  const placesOf = (owners: readonly ManagedFieldsEntry[]) =>
    sorted(owners.flatMap(({ fieldsV1 }) => placesIn(fieldsV1 ?? {})));

  it('9: makes ours exactly what was ours and theirs', () => {
    fc.assert(
      fc.property(entries, (owners) => {
        const live = withOwners(...owners);
        if (!takeoverPatch(live, options)) return;
        const before = owners.filter((entry) => entry.apiVersion === 'v1' && (isOurs(entry) || from(entry)));
        const after = ownersAfter(live).filter(isOurs);
        expect(after).to.have.length(1);
        expect(placesOf(after)).to.deep.equal(placesOf(before));
      }),
      { numRuns: 500 },
    );
  });

  it('9: touches no other entry', () => {
    fc.assert(
      fc.property(entries, (owners) => {
        const isTheirs = (entry: ManagedFieldsEntry) =>
          !isOurs(entry) && !(from(entry) && entry.apiVersion === 'v1');
        const after = ownersAfter(withOwners(...owners));
        expect(after.filter(isTheirs)).to.deep.equal(owners.filter(isTheirs));
      }),
      { numRuns: 500 },
    );
  });

  it('gathers places in whatever order they come', () => {
    fc.assert(
      fc.property(trees, trees, (a, b) => {
        expect(sorted(placesIn(union(a, b)))).to.deep.equal(sorted([...placesIn(a), ...placesIn(b)]));
      }),
      { numRuns: 500 },
    );
  });
});
