import { compareText } from '../../constructs/kubernetes-object.js';
import type { ApiFailure } from '../../kube/api-failure.js';

/** Fields that somebody else owns and that are wanted otherwise. */
export interface FieldConflict {
  readonly manager: string;
  /** How the manager wrote them: by server-side apply, or in any other way. */
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
  /** Paths, as in `.spec.replicas`. */
  readonly fields: readonly string[];
}

/**
 * The API server tells a conflict in words only: `conflict with "name"`, with the subresource where there is one, and,
 * for anything but an apply, `using` and the API version.
 */
const MESSAGE = /^conflict with ("(?:[^"\\]|\\.)*")(?: with subresource ("(?:[^"\\]|\\.)*"))?( using .*)?$/;

/** The owners in a refusal of a server-side apply, each with its fields, by name: a server gives them in any order. */
export function conflictsOf({ causes }: Pick<ApiFailure, 'causes'>): FieldConflict[] {
  const conflicts = new Map<string, FieldConflict>();
  for (const { reason, field, message } of causes) {
    if (reason !== 'FieldManagerConflict') continue;
    const [, manager, subresource, using] = MESSAGE.exec(message) ?? [];
    const owner = {
      manager: manager === undefined ? message : (JSON.parse(manager) as string),
      operation: using === undefined ? ('Apply' as const) : ('Update' as const),
      ...(subresource === undefined ? {} : { subresource: JSON.parse(subresource) as string }),
    };
    const key = JSON.stringify(owner);
    conflicts.set(key, { ...owner, fields: [...(conflicts.get(key)?.fields ?? []), field] });
  }
  return [...conflicts.values()].sort((a, b) => compareText(a.manager, b.manager));
}
