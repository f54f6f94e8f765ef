import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { ApiAnswer } from '../../kube/api-client.js';
import { type ApiFailure, failureOf, isFieldConflict, isImmutableField } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { maskMessage } from '../diff/mask.js';
import { conflictsOf, type FieldConflict } from '../fields/conflicts.js';
import { MAX_CLASHES, type Session } from '../session/session.js';
import { FIELD_MANAGER } from '../set/marks.js';

/** What the API server said to an object. */
export type SendOutcome =
  | {
      readonly type: 'taken';
      readonly live: LiveObject;
      readonly created: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly type: 'conflict'; readonly conflicts: readonly FieldConflict[] }
  | { readonly type: 'immutable'; readonly message: string; readonly fields: readonly string[] }
  | { readonly type: 'refused'; readonly status: number; readonly message: string; readonly fix: string };

/** Options of {@link sendObject}. */
export interface SendOptions {
  /** Takes fields from whoever owns them. @default false */
  readonly force?: boolean;
  /** Asks what would happen, and changes nothing. @default false */
  readonly dryRun?: boolean;
  /** Whether the definition of its kind was just changed: a refusal may still be that of the old one. @default false */
  readonly redefined?: boolean;
}

/** A kind may be missing on one of several API servers for this long after its definition was established. */
const FRESH_KIND_MS = 20_000;

/** An API server may judge by the old schema for this long after its definition was changed. */
const FRESH_SCHEMA_MS = 5000;

/** The same as {@link FRESH_KIND_MS} for a namespace that was just made. */
const FRESH_NAMESPACE_MS = 5000;

const POLL_MS = 250;

const UNKNOWN_FIELD = /field not declared in schema|unknown field/;

/**
 * Sends one object by server-side apply.
 *
 * The signal of the session ends the waits in between, never a request that is under way.
 *
 * @returns what came of it, a refusal included
 * @throws OpniLoggingError `cluster` when the API server cannot be reached
 */
export async function sendObject(
  session: Session,
  resource: ApiResource,
  object: KubernetesObject,
  { force, dryRun, redefined = false }: SendOptions = {},
): Promise<SendOutcome> {
  const { cluster, clock, signal } = session;
  const startedAt = clock.now();
  let clashes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await cluster.apply(resource, object, { fieldManager: FIELD_MANAGER, force, dryRun });
    const failure = failureOf(answer);
    if (!failure) return taken(answer, object);
    const waited = clock.now() - startedAt;
    if (isClash(failure) && ++clashes <= MAX_CLASHES) continue;
    if (!dryRun && waited < freshFor(failure, redefined)) {
      await clock.sleep(POLL_MS, signal);
      continue;
    }
    return outcomeOf(failure, resource, object);
  }
}

const taken = (answer: ApiAnswer, object: KubernetesObject): SendOutcome => ({
  type: 'taken',
  live: answer.body as LiveObject,
  created: answer.status === 201,
  // Webhooks write what they like, values of the object included.
  warnings: answer.warnings.map((warning) => maskMessage(warning, [object])),
});

/** Another write came between reading and writing, inside of the API server. */
const isClash = (failure: ApiFailure) => failure.status === 409 && !isFieldConflict(failure);

function freshFor({ status, message, details }: ApiFailure, redefined: boolean): number {
  if (redefined && (status === 422 || UNKNOWN_FIELD.test(message))) return FRESH_SCHEMA_MS;
  if (status !== 404) return 0;
  return details?.kind === 'namespaces' ? FRESH_NAMESPACE_MS : FRESH_KIND_MS;
}

function outcomeOf(failure: ApiFailure, resource: ApiResource, object: KubernetesObject): SendOutcome {
  const message = maskMessage(failure.message, [object]);
  if (isFieldConflict(failure)) return { type: 'conflict', conflicts: conflictsOf(failure) };
  if (isImmutableField(failure)) {
    return { type: 'immutable', message, fields: failure.causes.map(({ field }) => field) };
  }
  return { type: 'refused', status: failure.status, message, fix: fixFor(failure, resource) };
}

/** What usually mends a refusal. */
function fixFor({ status, reason, message, causes }: ApiFailure, { group, plural }: ApiResource): string {
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating')) {
    return 'wait until the namespace is gone, then run again';
  }
  if (status === 403 && /exceeded quota/.test(message)) return 'raise the quota of the namespace';
  if (/^admission webhook ".*" denied|ValidatingAdmissionPolicy .* denied/s.test(message)) {
    return 'change the object as the rule wants it, or the rule';
  }
  if (status === 403) {
    const resource = group === '' ? plural : `${plural}.${group}`;
    return `give the account the verbs patch and create on ${resource}, or apply as another account`;
  }
  if (status === 401) return 'log in again, or give other credentials';
  if (status === 404) return 'make the namespace, or install the definition of the kind';
  if (UNKNOWN_FIELD.test(message)) {
    return 'correct the name of the field; when it is right, the cluster knows the kind in another version: bring that up to date, or leave the field out';
  }
  // An object that cannot be read as its kind is an internal error to the server.
  const unreadable = message.startsWith('failed to create typed patch object');
  if (status === 422 || reason === 'Invalid' || status === 400 || unreadable)
    return 'mend the field that the message names';
  if (/webhook/.test(message))
    return 'see why the webhook does not answer: its pods, its service, its certificate';
  return 'run again; when it stays, look into the log of the API server';
}
