import { groupKindOf } from '../../constructs/kubernetes-object.js';
import { failureOf } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { managedBy } from '../fields/gitops-marks.js';
import { MAX_CLASHES, type Session } from '../session/session.js';
import { createdBy, keepMarkOf, setOf } from '../set/marks.js';
import type { ObjectRef } from '../set/object-ref.js';
import { definitionInUse, namespaceInUse, type Use } from './in-use.js';
import { takeLabelAway } from './release.js';
import { resourceOf } from './resource-of.js';

/** An object that may have to go. */
export interface Candidate {
  readonly ref: ObjectRef;
  /** UID that was recorded when it was applied; undefined when that is not known. */
  readonly uid?: string;
  /** True when only its label tells that it belongs to the set. */
  readonly byLabelOnly: boolean;
  /** True when it left the set in an earlier run, and a rule of safety kept it. @default false */
  readonly kept?: boolean;
}

/**
 * What became of a candidate.
 *
 * - `gone`: it is not there (any more)
 * - `going`: it is being deleted, and waits for something
 * - `kept`: a rule of safety said no; `member` tells whether it still belongs to the set
 * - `deferred`: it is not known now whether it is there
 * - `ignored`: it never belonged to the set, or is somebody else's by now, and need not be told
 * - `failed`: the API server refused, or could not tell
 */
export type Removal =
  | { readonly outcome: 'gone'; readonly deleted: boolean }
  | { readonly outcome: 'going'; readonly uid: string }
  | { readonly outcome: 'kept'; readonly message: string; readonly member: boolean }
  | { readonly outcome: 'deferred'; readonly message: string }
  | { readonly outcome: 'ignored' }
  | { readonly outcome: 'failed'; readonly message: string; readonly fix: string };

/** What may be removed. */
export interface RemovalRules {
  /** UIDs of objects that were applied in this run; the same object may be known under two API groups. */
  readonly appliedUids: ReadonlySet<string>;
  /** @default false */
  readonly definitions?: boolean;
  /** @default false */
  readonly namespaces?: boolean;
  /** @default false */
  readonly volumes?: boolean;
  readonly propagation?: 'Background' | 'Foreground';
  /** Called before each deletion; throws to stop. */
  readonly fence: () => Promise<void>;
  /** Asks only. @default false */
  readonly dryRun?: boolean;
  /** With a dry run, what it would have removed before; it keeps no namespace and no definition. @default none */
  readonly leaving?: readonly ObjectRef[];
}

const SYSTEM_NAMESPACE = /^(default|kube-.*)$/;

/**
 * Deletes one object, if it is certain that it is the one that was applied and nothing speaks against it. What it read
 * is what it deletes: the deletion carries UID and version.
 */
export async function removeObject(
  session: Session,
  candidate: Candidate,
  rules: RemovalRules,
): Promise<Removal> {
  const { cluster, signal } = session;
  const { ref } = candidate;
  const resource = await resourceOf(session, ref);
  if (resource === 'unserved') return { outcome: 'gone', deleted: false };
  if (resource === 'unknown') return deferredBy(ref.group);
  for (let clashes = 0; ; clashes += 1) {
    signal?.throwIfAborted();
    const live = await cluster.get(resource, ref.namespace, ref.name, { signal });
    if (!live) return { outcome: 'gone', deleted: clashes > 0 };
    const refused = await refusalToRemove(session, resource, candidate, live, rules);
    if (refused) return refused;
    if (live.metadata.deletionTimestamp) return { outcome: 'going', uid: live.metadata.uid };
    await rules.fence();
    const { uid, resourceVersion } = live.metadata;
    const answer = await cluster.remove(resource, ref.namespace, ref.name, {
      uid,
      resourceVersion,
      propagation: rules.propagation,
      dryRun: rules.dryRun,
    });
    const failure = failureOf(answer);
    if (!failure) return goneOrGoing(answer.body, uid, rules.dryRun);
    if (failure.status === 404) return { outcome: 'gone', deleted: true };
    if (failure.status !== 409 || clashes >= MAX_CLASHES) {
      const fix =
        failure.status === 403
          ? 'give the account the verb delete on it'
          : 'mend what the message says, and run again';
      return { outcome: 'failed', message: failure.message, fix };
    }
  }
}

const deferredBy = (group: string): Removal => ({
  outcome: 'deferred',
  message: `the API group ${group} does not answer, so it is looked at again in the next run`,
});

/** The answer to a deletion is a Status when the object is gone at once, else the object that waits. */
function goneOrGoing(body: unknown, uid: string, dryRun = false): Removal {
  const { kind } = (body ?? {}) as { readonly kind?: string };
  return dryRun || kind === 'Status' ? { outcome: 'gone', deleted: true } : { outcome: 'going', uid };
}

/**
 * Why an object must not be removed, as far as it tells itself; asks the cluster only who uses it.
 *
 * @param live the object as it was just read
 * @param rules with `dryRun`, nothing is written
 * @returns undefined when it may be removed
 */
export async function refusalToRemove(
  session: Session,
  resource: ApiResource,
  { uid, byLabelOnly }: Candidate,
  live: LiveObject,
  rules: RemovalRules,
): Promise<Removal | undefined> {
  const { metadata } = live;
  const kept = (message: string, member = false): Removal => ({ outcome: 'kept', message, member });
  if (rules.appliedUids.has(metadata.uid)) return { outcome: 'ignored' };
  if (setOf(live) !== session.setId) {
    if (byLabelOnly) return { outcome: 'ignored' };
    return kept(`it no longer has the label of this set, so it belongs to somebody else`);
  }
  const letGo = (why: string) => release(session, resource, live, why, rules);
  if (uid !== undefined && uid !== metadata.uid) {
    return await letGo('it was deleted and made anew by somebody else');
  }
  if (metadata.ownerReferences?.some(({ controller }) => controller)) {
    if (byLabelOnly) return { outcome: 'ignored' };
    return kept('a controller owns it by now');
  }
  const tool = managedBy(live);
  if (tool)
    return byLabelOnly ? { outcome: 'ignored' } : kept(`it is managed by ${tool.tool} (${tool.owner})`);
  const mark = keepMarkOf(live);
  if (mark) return await letGo(`its annotation ${mark} says so`);
  if (metadata.deletionTimestamp) return undefined;
  return await refusalOfKind(session, resource, live, rules);
}

async function refusalOfKind(
  session: Session,
  resource: ApiResource,
  live: LiveObject,
  rules: RemovalRules,
): Promise<Removal | undefined> {
  const { name } = live.metadata;
  const kept = (message: string): Removal => ({ outcome: 'kept', message, member: true });
  const letGo = (why: string) => release(session, resource, live, why, rules);
  switch (groupKindOf(live)) {
    case 'Namespace': {
      if (SYSTEM_NAMESPACE.test(name)) return await letGo('namespaces of the system are never deleted');
      if (createdBy(live) !== session.setId) return await letGo('the namespace was there before this set');
      if (!rules.namespaces) return kept('namespaces are deleted only when asked for');
      const use = await namespaceInUse(session, name, rules.leaving ?? []);
      return inUse(use, (by) => kept(`the namespace still holds ${by}`));
    }
    case 'apiextensions.k8s.io/CustomResourceDefinition': {
      if (!rules.definitions)
        return kept('definitions are deleted only when asked for, since their objects go with them');
      const use = await definitionInUse(session, live, rules.leaving ?? []);
      return inUse(use, (by) => kept(`there are still objects of this kind: ${by}`));
    }
    case 'PersistentVolumeClaim':
      return rules.volumes
        ? undefined
        : kept('volumes are deleted only when asked for, since they hold data');
    default:
      return undefined;
  }
}

function inUse(use: Use | undefined, kept: (by: string) => Removal): Removal | undefined {
  if (!use) return undefined;
  return 'by' in use ? kept(use.by) : deferredBy(use.unanswered);
}

/** Leaves an object where it is, and takes the label of the set away, by which it would be found again. */
async function release(
  session: Session,
  resource: ApiResource,
  live: LiveObject,
  why: string,
  { dryRun, fence }: RemovalRules,
): Promise<Removal> {
  const refused = dryRun ? undefined : await takeLabelAway(session, resource, live, fence);
  if (!refused) return { outcome: 'kept', message: `${why}; it no longer belongs to the set`, member: false };
  const message = `is to be kept, because ${why}, and the label of the set stays on it: ${refused}`;
  return { outcome: 'failed', message, fix: 'run again' };
}
