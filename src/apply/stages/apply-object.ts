import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { Decision } from '../plan/decision.js';
import { conflictOf, refusalOf } from '../plan/plan-objects.js';
import { answerFor, type ConflictPolicy, isFormerApplier } from '../plan/policy.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { createdBy, FIELD_MANAGER, withoutCreatedBy } from '../set/marks.js';
import { refOf } from '../set/object-ref.js';
import { type SendOutcome, sendObject } from './send-object.js';
import { takeOverFields } from './take-over-fields.js';

/** Why an object could not be brought to its wanted state. */
export interface Failure {
  readonly message?: string;
  readonly fields?: readonly string[];
  readonly fix?: string;
}

/** Options of {@link applyObject}. */
export interface ApplyObjectOptions {
  readonly conflicts: ConflictPolicy;
  /** Whether the definition of its kind changed in this run. */
  readonly redefined: boolean;
}

/**
 * Sends one object as a plan says, and tells what became of it; only a failure is left to the caller to tell.
 *
 * @returns its UID; a conflict, when somebody who keeps their fields wrote between plan and now; or a failure
 */
export async function applyObject(
  session: Session,
  report: Report,
  { object, live, action, fields: changed }: Decision,
  resource: ApiResource,
  { conflicts, redefined }: ApplyObjectOptions,
): Promise<{ readonly uid: string } | { readonly failure: Failure } | 'conflict'> {
  const ref = refOf(object);
  const isFormer = (live?.metadata.managedFields ?? []).some((entry) =>
    isFormerApplier(entry, conflicts, FIELD_MANAGER),
  );
  if (live && isFormer && action === 'update') {
    const message = await takeOverFields(session, resource, live, conflicts);
    if (message) return { failure: { message, fix: 'run again when nobody else writes it' } };
  }
  // Never by force at first: somebody may have declared a field since the plan was made.
  let outcome = await sendObject(session, resource, object, { redefined });
  if (outcome.type === 'conflict') {
    const reported = outcome.conflicts.filter((conflict) => answerFor(conflict, conflicts) === 'report');
    if (reported.length > 0) {
      const { fields, message, fix } = conflictOf(reported);
      report.object('conflict', ref, { fields, message, fix });
      return 'conflict';
    }
    outcome = await sendObject(session, resource, object, { force: true, redefined });
  }
  if (outcome.type !== 'taken') return { failure: failureOf(outcome) };
  // An answer may have got lost: then a second attempt found what the first one made.
  const isNew = action === 'create' || action === 'await-gone';
  const created = outcome.created || (isNew && isOurAlone(outcome.live));
  if (isNew && !created && createdBy(object)) {
    // Somebody made the namespace at the same time, so it is not ours to delete.
    const again = await sendObject(session, resource, withoutCreatedBy(object));
    if (again.type === 'taken') outcome = again;
  }
  for (const warning of outcome.warnings) report.tell({ type: 'warning', message: warning, object: ref });
  const done = action === 'recreate' ? 'recreated' : created ? 'created' : 'configured';
  report.object(done, ref, { fields: changed });
  return { uid: outcome.live.metadata.uid };
}

function failureOf(outcome: SendOutcome): Failure {
  const { fields, message, fix } = refusalOf(outcome);
  return { fields, message, fix };
}

/** Whether nobody else has written an object, but for its status. */
const isOurAlone = ({ metadata: { managedFields = [] } }: LiveObject): boolean =>
  managedFields.every(({ manager, subresource }) => manager === FIELD_MANAGER || subresource !== undefined);
