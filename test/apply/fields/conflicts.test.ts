import { expect } from 'chai';
import { conflictsOf } from '../../../src/apply/fields/conflicts.js';
import type { ApiCause } from '../../../src/kube/api-failure.js';

const cause = (message: string, field = '.spec.replicas'): ApiCause => ({
  reason: 'FieldManagerConflict',
  field,
  message,
});

describe('conflictsOf', () => {
  it('tells who applies from who writes in another way', () => {
    const conflicts = conflictsOf({
      causes: [
        cause('conflict with "argocd-controller"'),
        cause('conflict with "kubectl-edit" using apps/v1'),
        cause('conflict with "kubectl-patch" using apps/v1 at 2026-01-01T00:00:00Z'),
        cause('conflict with "horizontal" with subresource "scale" using autoscaling/v1'),
      ],
    });
    expect(conflicts).to.deep.equal([
      { manager: 'argocd-controller', operation: 'Apply', fields: ['.spec.replicas'] },
      { manager: 'horizontal', operation: 'Update', subresource: 'scale', fields: ['.spec.replicas'] },
      { manager: 'kubectl-edit', operation: 'Update', fields: ['.spec.replicas'] },
      { manager: 'kubectl-patch', operation: 'Update', fields: ['.spec.replicas'] },
    ]);
  });

  it('gathers the fields of each owner', () => {
    const conflicts = conflictsOf({
      causes: [
        cause('conflict with "a"', '.spec.x'),
        cause('conflict with "b"', '.spec.x'),
        cause('conflict with "a"', '.spec.y'),
        cause('conflict with "a" using v1', '.spec.z'),
      ],
    });
    expect(conflicts.map(({ manager, operation, fields }) => [manager, operation, fields])).to.deep.equal([
      ['a', 'Apply', ['.spec.x', '.spec.y']],
      ['a', 'Update', ['.spec.z']],
      ['b', 'Apply', ['.spec.x']],
    ]);
  });

  it('reads names with quotes, and names that look like the rest of the message', () => {
    const conflicts = conflictsOf({
      causes: [
        cause('conflict with "a \\"b\\" using c"'),
        cause('conflict with "x" with subresource "s\\"t"'),
      ],
    });
    expect(conflicts).to.deep.equal([
      { manager: 'a "b" using c', operation: 'Apply', fields: ['.spec.replicas'] },
      { manager: 'x', operation: 'Apply', subresource: 's"t', fields: ['.spec.replicas'] },
    ]);
  });

  it('keeps a message that it cannot read, as a foreign apply, which is never overruled', () => {
    expect(conflictsOf({ causes: [cause('somebody has it')] })).to.deep.equal([
      { manager: 'somebody has it', operation: 'Apply', fields: ['.spec.replicas'] },
    ]);
  });

  it('looks at no other causes', () => {
    expect(
      conflictsOf({ causes: [{ reason: 'FieldValueInvalid', field: 'x', message: 'conflict with "a"' }] }),
    ).to.deep.equal([]);
  });
});
