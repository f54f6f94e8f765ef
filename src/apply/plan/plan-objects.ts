import { mapPool } from '../../common/pool.js';
import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject, ManagedFieldsEntry } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { changesOf } from '../fields/after-dry-run.js';
import { compareToLive } from '../fields/compare.js';
import type { FieldConflict } from '../fields/conflicts.js';
import { managedBy } from '../fields/gitops-marks.js';
import type { Session } from '../session/session.js';
import {
  CREATED_ANNOTATION,
  createdBy,
  FIELD_MANAGER,
  ID_LABEL,
  keepMarkOf,
  PART_OF_LABEL,
  setOf,
} from '../set/marks.js';
import { keyOf, refOf } from '../set/object-ref.js';
import { isRecreatable } from '../stages/recreate.js';
import { type SendOutcome, sendObject } from '../stages/send-object.js';
import { afterTakeover } from './after-takeover.js';
import { type Decision, isQuiet } from './decision.js';
import { definedKinds, isDefinition, kindKey } from './defined-kinds.js';
import { answerFor, type ConflictPolicy, isFormerApplier } from './policy.js';
import type { LiveState } from './read-live.js';

/** What a plan takes into account. */
export interface PlanOptions {
  readonly conflicts: ConflictPolicy;
  /** Whether objects whose fields cannot be changed may be deleted and made anew. */
  readonly recreate: boolean;
  /** Also asks the API server whether it would take new objects. */
  readonly tryCreates: boolean;
}

/**
 * Decides for every object what is to be done, and changes nothing. What the fields and their owners prove to be
 * unchanged costs no request; the rest is tried by a dry run.
 *
 * @param objects the set, in order
 * @param live what the cluster has of it
 */
export async function planObjects(
  session: Session,
  objects: readonly KubernetesObject[],
  live: LiveState,
  options: PlanOptions,
): Promise<Decision[]> {
  const decisions = await mapPool(
    objects,
    session.concurrency,
    async (object) => {
      const ref = refOf(object);
      const resource = live.unserved.has(kindKey(ref))
        ? undefined
        : await session.cluster.discovery.find(object.apiVersion, object.kind, session.signal);
      return decide(session, object, resource, live.found.get(keyOf(ref)), options);
    },
    session.signal,
  );
  const redefined = definedKinds(
    decisions.filter(({ action }) => !isQuiet(action)).map(({ object }) => object),
  );
  return decisions.map((decision) =>
    decision.action === 'failed' && redefined.has(kindKey(refOf(decision.object)))
      ? untried(decision)
      : decision,
  );
}

/** What was refused by a definition that changes in the same run is told when the new one judges it. */
function untried({ object, live, resource, member }: Decision): Decision {
  const message = 'what would change is known when its definition has changed';
  return { object, live, resource, member, action: live ? 'update' : 'create', message };
}

/** The object with the label of the set. */
export function memberObject(object: KubernetesObject, setId: string): KubernetesObject {
  const { labels } = object.metadata;
  return { ...object, metadata: { ...object.metadata, labels: { ...labels, [PART_OF_LABEL]: setId } } };
}

const isNamespace = (object: KubernetesObject) => groupKindOf(object) === 'Namespace';

async function decide(
  session: Session,
  object: KubernetesObject,
  resource: ApiResource | undefined,
  live: LiveObject | undefined,
  options: PlanOptions,
): Promise<Decision> {
  const member = memberObject(object, session.setId);
  if (!live || !resource) return await decideNew(session, member, resource, options);
  const base = { resource, live };
  if (live.metadata.deletionTimestamp) {
    return { object: newObject(member, session.setId), action: 'await-gone', member: true, ...base };
  }

  const owner = setOf(live);
  if (isDefinition(object) && owner !== session.setId) {
    const message = 'the definition was there already and is never overwritten';
    return { object, action: 'kept', member: false, message, ...base };
  }
  const tool = managedBy(live);
  if (tool && !options.conflicts.takeFrom?.includes(tool.tool)) {
    return await decideForeign(
      session,
      object,
      { resource, live },
      {
        message: `managed by ${tool.tool} (${tool.owner})`,
        fix: `leave it to ${tool.tool}, or take it over (--take-from "${tool.tool}")`,
      },
    );
  }
  if (owner !== undefined && owner !== session.setId) {
    // Two sets may live in one namespace; it stays with the first.
    if (!isNamespace(object)) {
      const message = `belongs to the set ${owner}`;
      const find = `kubectl get configmap -A -l ${ID_LABEL}=${owner}`;
      const fix = `remove it from one of the two sets, or give this set another prefix; the other one is: ${find}`;
      return { object, action: 'conflict', member: false, message, fix, ...base };
    }
    return await decideExisting(session, keepingMarks(object, live), base, { ...options, member: false });
  }
  const wanted = isNamespace(object) ? keepingMarks(member, live) : member;
  return await decideExisting(session, wanted, base, { ...options, member: true });
}

/** A namespace keeps the marks that tell who made it and whose it is. */
function keepingMarks(object: KubernetesObject, live: LiveObject): KubernetesObject {
  const created = createdBy(live);
  const owner = setOf(live);
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(owner ? { labels: { ...labels, [PART_OF_LABEL]: owner } } : {}),
      ...(created ? { annotations: { ...annotations, [CREATED_ANNOTATION]: created } } : {}),
    },
  };
}

/** The object as it is made: a namespace is marked, so that it may go with the set. */
function newObject(member: KubernetesObject, setId: string): KubernetesObject {
  if (!isNamespace(member)) return member;
  const annotations = { ...member.metadata.annotations, [CREATED_ANNOTATION]: setId };
  return { ...member, metadata: { ...member.metadata, annotations } };
}

async function decideNew(
  session: Session,
  member: KubernetesObject,
  resource: ApiResource | undefined,
  { tryCreates }: PlanOptions,
): Promise<Decision> {
  const object = newObject(member, session.setId);
  const decision: Decision = { object, action: 'create', resource, member: true };
  if (!tryCreates || !resource) return decision;
  const outcome = await sendObject(session, resource, object, { dryRun: true });
  // The namespace comes with the set.
  if (outcome.type === 'taken') return { ...decision, after: outcome.live };
  if (outcome.type === 'refused' && outcome.status === 404) return decision;
  return { ...decision, ...refusalOf(outcome) };
}

interface Existing {
  readonly resource: ApiResource;
  readonly live: LiveObject;
}

async function decideForeign(
  session: Session,
  object: KubernetesObject,
  existing: Existing,
  { message, fix }: { readonly message: string; readonly fix: string },
): Promise<Decision> {
  const base = { object, member: false, ...existing };
  // The label of a former member is ours, and no difference.
  const isLabelled = setOf(existing.live) === session.setId;
  const wanted = isLabelled ? memberObject(object, session.setId) : object;
  const outcome = await sendObject(session, existing.resource, wanted, { dryRun: true, force: true });
  if (outcome.type === 'taken') {
    const { values } = changesOf(existing.live, outcome.live, FIELD_MANAGER);
    if (values.length === 0) return { ...base, action: 'unchanged', message };
    return {
      ...base,
      action: 'conflict',
      fields: values,
      after: outcome.live,
      message: `${message}, and differs`,
      fix,
    };
  }
  return { ...base, ...refusalOf(outcome), message: `${message}, and differs`, fix, action: 'conflict' };
}

async function decideExisting(
  session: Session,
  object: KubernetesObject,
  { resource, live }: Existing,
  { conflicts, recreate, member }: PlanOptions & { readonly member: boolean },
): Promise<Decision> {
  const base = { object, resource, live, member };
  // Fields of another version cannot be taken over, so they are no reason to write.
  const isFormer = (entry: ManagedFieldsEntry) =>
    entry.apiVersion === live.apiVersion && isFormerApplier(entry, conflicts, FIELD_MANAGER);
  const former = (live.metadata.managedFields ?? []).some(isFormer);
  if (!former && compareToLive(object, live, FIELD_MANAGER).same) return { ...base, action: 'unchanged' };

  let outcome = await sendObject(session, resource, object, { dryRun: true });
  if (outcome.type === 'conflict') {
    const reported = outcome.conflicts.filter((conflict) => answerFor(conflict, conflicts) === 'report');
    if (reported.length > 0) return { ...base, ...conflictOf(reported) };
    outcome = await sendObject(session, resource, object, { dryRun: true, force: true });
  }
  // What others made is never deleted, nor what says that it is to be kept.
  const mayGo = setOf(live) === session.setId && !keepMarkOf(live);
  if (outcome.type === 'immutable' && recreate && mayGo && isRecreatable(object)) {
    return { ...base, action: 'recreate', fields: outcome.fields, message: outcome.message };
  }
  if (outcome.type !== 'taken') return { ...base, ...refusalOf(outcome) };
  const after = former ? await afterTakeover(session, resource, live, outcome.live, isFormer) : outcome.live;
  const { changed, paths } = changesOf(live, after, FIELD_MANAGER);
  if (!changed && !former) return { ...base, action: 'unchanged' };
  return { ...base, action: 'update', fields: paths, after };
}

/** How a conflict is told: who owns what. */
export function conflictOf(
  conflicts: readonly FieldConflict[],
): Pick<Decision, 'action' | 'fields' | 'message' | 'fix'> {
  const owners = [...new Set(conflicts.map(({ manager }) => manager))];
  const names = owners.map((name) => `"${name}"`).join(' and ');
  return {
    action: 'conflict',
    fields: [...new Set(conflicts.flatMap(({ fields }) => fields))],
    message: `${names} ${owners.length === 1 ? 'owns' : 'own'} fields that are wanted otherwise`,
    fix: `leave these fields out, or take them over (--win-over ${owners.join(' ')})`,
  };
}

/** How a refusal is told. */
export function refusalOf(outcome: SendOutcome): Pick<Decision, 'action' | 'fields' | 'message' | 'fix'> {
  switch (outcome.type) {
    case 'conflict':
      return conflictOf(outcome.conflicts);
    case 'immutable':
      return {
        action: 'failed',
        fields: outcome.fields,
        message: outcome.message,
        fix: 'the field cannot be changed: put the old value back, or delete the object and apply again',
      };
    case 'refused':
      return { action: 'failed', message: outcome.message, fix: outcome.fix };
    case 'taken':
      throw new TypeError('an object that was taken is no refusal');
  }
}
