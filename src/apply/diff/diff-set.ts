import { mapPool } from '../../common/pool.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { readInventory } from '../inventory/inventory-store.js';
import { type Decision, uidsOf } from '../plan/decision.js';
import { makePlan } from '../plan/make-plan.js';
import type { ConflictPolicy } from '../plan/policy.js';
import { type Candidate, refusalToRemove } from '../removal/remove-object.js';
import { resourceOf } from '../removal/resource-of.js';
import { openSession, type Session, type SessionOptions } from '../session/session.js';
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
  const appliedUids = new Set(uidsOf(decisions).values());
  const removed = await mapPool(
    candidates,
    session.concurrency,
    (candidate) => removalOf(session, candidate, appliedUids),
    session.signal,
  );
  return [...decisions.flatMap(diffOf), ...removed.flat()];
}

/** What an apply would do to something that left the set; nothing when a rule of safety keeps it. */
async function removalOf(
  session: Session,
  candidate: Candidate,
  appliedUids: ReadonlySet<string>,
): Promise<ObjectDiff[]> {
  const { ref } = candidate;
  const resource = await resourceOf(session, ref);
  if (typeof resource === 'string') return [];
  const live = await session.cluster.get(resource, ref.namespace, ref.name, { signal: session.signal });
  if (!live) return [];
  const rules = { appliedUids, dryRun: true, fence: async () => {} };
  if (await refusalToRemove(session, resource, candidate, live, rules)) return [];
  const { lines } = diffObject(live, undefined);
  return [{ object: ref, change: 'remove', lines, fields: [], message: 'left the set' }];
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
