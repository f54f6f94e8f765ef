import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { readInventory } from '../inventory/inventory-store.js';
import type { Decision } from '../plan/decision.js';
import { makePlan } from '../plan/make-plan.js';
import type { ConflictPolicy } from '../plan/policy.js';
import { readObject } from '../plan/read-live.js';
import { openSession, type SessionOptions } from '../session/session.js';
import { type ObjectRef, refOf } from '../set/object-ref.js';
import { objectSet } from '../set/object-set.js';
import { diffObject } from './diff-objects.js';

/** Options of {@link diffSet}. */
export interface DiffOptions extends SessionOptions {
  /** As in an apply. @default `{}` */
  readonly conflicts?: ConflictPolicy;
}

/** What an apply would do to one object. */
export interface ObjectDiff {
  readonly object: ObjectRef;
  /** `refused` when an apply would leave it as it is, because of a conflict or an error; `message` says which. */
  readonly change: 'create' | 'update' | 'recreate' | 'remove' | 'refused';
  /** A unified diff; no secret value is in it. Empty where the API server could not tell. */
  readonly lines: readonly string[];
  /** Paths of the fields that differ. */
  readonly fields: readonly string[];
  readonly message?: string;
  readonly fix?: string;
}

const CHANGES = { create: 'create', update: 'update', recreate: 'recreate', 'await-gone': 'create' } as const;

/**
 * What an apply would change, told by the API server itself: defaults, admission and conflicts are in it. Writes
 * nothing.
 *
 * @returns one entry for each object that would change or be refused; none when all is as wanted
 * @throws OpniLoggingError as an apply does before its first change
 */
export async function diffSet(
  objects: readonly KubernetesObject[],
  options: DiffOptions,
): Promise<readonly ObjectDiff[]> {
  const session = openSession(options);
  const stored = await readInventory(session);
  const { decisions, candidates } = await makePlan(session, objectSet(objects), stored?.inventory, {
    conflicts: options.conflicts ?? {},
    recreate: true,
    tryCreates: true,
  });
  const removed: ObjectDiff[] = [];
  for (const { ref } of candidates) {
    const live = await readObject(session, ref);
    if (!live) continue;
    const { lines } = diffObject(live, undefined);
    removed.push({ object: ref, change: 'remove', lines, fields: [], message: 'left the set' });
  }
  return [...decisions.flatMap(diffOf), ...removed];
}

function diffOf({ object, action, live, after, message, fix, fields = [] }: Decision): ObjectDiff[] {
  const told = { message, fix };
  switch (action) {
    case 'unchanged':
    case 'kept':
      return [];
    case 'conflict':
    case 'failed': {
      const lines = live && after ? diffObject(live, after).lines : [];
      return [{ object: refOf(object), change: 'refused', lines, fields, ...told }];
    }
    default: {
      const wanted = after ?? object;
      const untried = action === 'update' && !after;
      const { lines, paths } = untried
        ? { lines: [], paths: [] }
        : diffObject(action === 'create' ? undefined : live, wanted);
      return [
        {
          object: refOf(object),
          change: CHANGES[action],
          lines,
          fields: fields.length > 0 ? fields : paths,
          ...told,
        },
      ];
    }
  }
}
