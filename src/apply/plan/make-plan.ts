import { OpniLoggingError, type Problem } from '../../common/error.js';
import { mapPool } from '../../common/pool.js';
import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureIn } from '../../kube/api-failure.js';
import { NAMESPACES } from '../../kube/built-in-resources.js';
import type { Inventory } from '../inventory/inventory.js';
import { pruneCandidates } from '../removal/prune.js';
import type { Candidate } from '../removal/remove-object.js';
import type { Session } from '../session/session.js';
import { apiVersionOfRef, describeRef, keyOf, type ObjectRef, refOf } from '../set/object-ref.js';
import type { ObjectSet } from '../set/object-set.js';
import type { Decision } from './decision.js';
import { definedKinds, kindKey } from './defined-kinds.js';
import { findMembers } from './find-members.js';
import { type PlanOptions, planObjects } from './plan-objects.js';
import { readLive } from './read-live.js';

/** All that is to be done for a set. */
export interface Plan {
  readonly decisions: readonly Decision[];
  readonly candidates: readonly Candidate[];
  /** Namespaces that the set needs and makes itself. */
  readonly newNamespaces: ReadonlySet<string>;
}

/**
 * Compares a set with the cluster. Changes nothing.
 *
 * @throws OpniLoggingError `cluster` when the set cannot be applied as a whole: a namespace that is neither there nor in
 *   the set, a kind that nobody defines, an object that does not say its namespace
 */
export async function makePlan(
  session: Session,
  { objects }: ObjectSet,
  inventory: Inventory | undefined,
  options: PlanOptions,
): Promise<Plan> {
  const refs = objects.map(refOf);
  const wanted = new Set(refs.map(keyOf));
  const namespaces = await readNamespaces(session, objects);
  const entries = inventory?.entries ?? [];
  const inPlace = (ref: ObjectRef) => ref.namespace === undefined || !namespaces.missing.has(ref.namespace);
  const asked = [...refs, ...entries.filter((entry) => !wanted.has(keyOf(entry)))].filter(inPlace);
  const live = await readLive(session, asked, inventory !== undefined);
  const found = inventory ? [] : await findMembers(session, refs, namespaces.present);
  await refuseUnfit(session, objects, namespaces.problems);
  const decisions = await planObjects(session, objects, live, options);
  const strays = [...live.strays, ...found];
  return {
    decisions,
    candidates: pruneCandidates(wanted, entries, strays),
    newNamespaces: namespaces.missing,
  };
}

interface Namespaces {
  readonly present: ReadonlySet<string>;
  /** Not there, or about to go, and in the set. */
  readonly missing: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

async function readNamespaces(session: Session, objects: readonly KubernetesObject[]): Promise<Namespaces> {
  const { cluster, signal, set } = session;
  const made = new Set(
    objects.filter((o) => groupKindOf(o) === 'Namespace').map(({ metadata }) => metadata.name),
  );
  const used = new Set([set.namespace, ...objects.flatMap(({ metadata }) => metadata.namespace ?? [])]);
  const names = [...used];
  const states = await mapPool(names, session.concurrency, async (name) => {
    try {
      const live = await cluster.get(NAMESPACES, undefined, name, { signal });
      if (!live) return 'missing';
      return live.metadata.deletionTimestamp ? 'going' : 'present';
    } catch (error) {
      // Whoever may work in a namespace need not be allowed to read it.
      if (failureIn(error)?.status === 403) return 'present';
      throw error;
    }
  });
  const stateOf = new Map(names.map((name, index) => [name, states[index]]));
  const absent = names.filter((name) => stateOf.get(name) !== 'present');
  return {
    present: new Set(names.filter((name) => stateOf.get(name) === 'present')),
    missing: new Set(absent.filter((name) => made.has(name))),
    problems: absent
      .filter((name) => !made.has(name))
      .map((name) => {
        const path = `Namespace ${name}`;
        return stateOf.get(name) === 'going'
          ? { path, message: 'is being deleted', fix: 'wait until it is gone, and make it anew' }
          : {
              path,
              message: 'is neither in the cluster nor in the set',
              fix: `make it, as in \`kubectl create namespace ${name}\`, or add it to the set`,
            };
      }),
  };
}

/** Refuses a set that cannot be applied, with all reasons. */
async function refuseUnfit(
  session: Session,
  objects: readonly KubernetesObject[],
  problems: readonly Problem[],
): Promise<void> {
  const defined = definedKinds(objects);
  const found = await mapPool(objects.map(refOf), session.concurrency, async (ref) =>
    defined.has(kindKey(ref)) ? undefined : misfitOf(session, ref),
  );
  const all = [...problems, ...found.filter((problem): problem is Problem => problem !== undefined)];
  if (all.length === 0) return;
  const count = all.length === 1 ? '1 problem' : `${all.length} problems`;
  throw new OpniLoggingError(
    'cluster',
    `The set does not fit the cluster, and nothing was changed: ${count}.`,
    { problems: all },
  );
}

/** Why the cluster cannot take an object of a kind that the set does not define. */
async function misfitOf(
  { cluster: { discovery }, signal }: Session,
  ref: ObjectRef,
): Promise<Problem | undefined> {
  const path = describeRef(ref);
  const resource = await discovery.find(apiVersionOfRef(ref), ref.kind, signal);
  if (resource?.namespaced && ref.namespace === undefined) {
    return { path, message: 'has no metadata.namespace', fix: 'say in which namespace it belongs' };
  }
  // The server of a group that does not answer may know the kind.
  if (resource || discovery.brokenGroups().has(ref.group)) return undefined;
  return {
    path,
    message: `the cluster does not know ${ref.kind} of ${apiVersionOfRef(ref)}, and the set does not define it`,
    fix: ref.group.endsWith('banzaicloud.io')
      ? 'install the Logging Operator, or let the set bring it: operator.mode: bundled'
      : 'install what defines this kind, or leave the object out',
  };
}
