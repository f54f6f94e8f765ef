import { failure, type StatusAnswer } from './api-status.js';
import type { EventStore } from './event-store.js';

type Json = Record<string, unknown>;
type Metadata = Json & { name: string; namespace: string; uid: string; resourceVersion: string };

/** A Lease as the API server gives it. */
export interface LeaseObject {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly metadata: Metadata;
  readonly spec: Json;
}

/** A Lease, a success without one, or a refusal. */
export type LeaseAnswer =
  | { readonly code: 200 | 201; readonly body: object }
  | { readonly refusal: StatusAnswer };

const GROUP = 'coordination.k8s.io';
const CHANGED = 'the object has been modified; please apply your changes to the latest version and try again';

/** The Leases of a cluster. Their writes share the revision of the events. */
export class LeaseBook {
  readonly #leases = new Map<string, LeaseObject>();

  constructor(
    private readonly store: EventStore,
    private readonly nowMs: () => number,
  ) {}

  /** Reads a Lease, for tests. */
  get(namespace: string, name: string): LeaseObject | undefined {
    return this.#leases.get(`${namespace}/${name}`);
  }

  /** Somebody else writes the spec. Makes the Lease where there is none. */
  write(namespace: string, name: string, spec: Json): LeaseObject {
    const { metadata, spec: before } = this.get(namespace, name) ?? { metadata: {}, spec: {} };
    return this.#put(namespace, name, { metadata, spec: { ...before, ...spec } });
  }

  /** Answers a request for one Lease. */
  answer(method: string, namespace: string, name: string, contentType: string, body: string): LeaseAnswer {
    const known = this.get(namespace, name);
    const given = body === '' ? {} : (JSON.parse(body) as Json);
    if (method === 'PATCH') return this.#patch(known, namespace, name, contentType, given);
    if (method === 'PUT') return this.#replace(known, namespace, name, given);
    if (method === 'POST') {
      if (known) return refused(409, name, `leases.${GROUP} "${name}" already exists`, 'AlreadyExists');
      return { code: 201, body: this.#put(namespace, name, given) };
    }
    if (!known) return refused(404, name, `leases.${GROUP} "${name}" not found`);
    if (method === 'GET') return { code: 200, body: known };
    if (method !== 'DELETE')
      return refused(405, name, 'the server does not allow this method on the requested resource');
    const conflict = conflictOf(known, (given['preconditions'] ?? {}) as Json);
    if (conflict) return conflict;
    this.#leases.delete(`${namespace}/${name}`);
    this.store.raiseRevision();
    const details = { name, group: GROUP, kind: 'leases', uid: known.metadata.uid };
    return {
      code: 200,
      body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    };
  }

  #patch(
    known: LeaseObject | undefined,
    namespace: string,
    name: string,
    contentType: string,
    given: Json,
  ): LeaseAnswer {
    const applied = contentType.startsWith('application/apply-patch');
    if (!applied && !contentType.startsWith('application/merge-patch')) {
      return refused(415, name, `the body of the request was in an unknown format: ${contentType}`);
    }
    if (!known) {
      if (!applied) return refused(404, name, `leases.${GROUP} "${name}" not found`);
      return { code: 201, body: this.#put(namespace, name, given) };
    }
    const conflict = conflictOf(known, (given['metadata'] ?? {}) as Json);
    if (conflict) return conflict;
    const merged = merge(known as unknown as Json, given) as Json;
    if (JSON.stringify(merged) === JSON.stringify(known)) return { code: 200, body: known };
    return { code: 200, body: this.#put(namespace, name, merged) };
  }

  #replace(known: LeaseObject | undefined, namespace: string, name: string, given: Json): LeaseAnswer {
    const metadata = (given['metadata'] ?? {}) as Json;
    if (!known) {
      // A Lease may be made by an update, but not one that was read before.
      if (metadata['resourceVersion'] || metadata['uid']) return refused(409, name, changed(name));
      return { code: 201, body: this.#put(namespace, name, given) };
    }
    if (!metadata['resourceVersion']) {
      const message = 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update';
      return refused(422, name, `leases.${GROUP} "${name}" is invalid: ${message}`);
    }
    const own = {
      ...metadata,
      uid: known.metadata.uid,
      creationTimestamp: known.metadata['creationTimestamp'],
    };
    return (
      conflictOf(known, metadata) ?? {
        code: 200,
        body: this.#put(namespace, name, { ...given, metadata: own }),
      }
    );
  }

  #put(namespace: string, name: string, { metadata, spec }: Json): LeaseObject {
    const revision = this.store.raiseRevision();
    const creationTimestamp = `${new Date(this.nowMs()).toISOString().slice(0, 19)}Z`;
    const fresh = {
      uid: `1ea5e000-0000-4000-8000-${String(revision).slice(-12).padStart(12, '0')}`,
      creationTimestamp,
    };
    const lease: LeaseObject = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...fresh, ...(metadata as Json), name, namespace, resourceVersion: String(revision) },
      spec: (spec ?? {}) as Json,
    };
    this.#leases.set(`${namespace}/${name}`, lease);
    return lease;
  }
}

/** Why a write may not be, by the UID and version that it names. */
function conflictOf({ metadata }: LeaseObject, asked: Json): LeaseAnswer | undefined {
  const fits = (key: 'uid' | 'resourceVersion') => asked[key] === undefined || asked[key] === metadata[key];
  return fits('uid') && fits('resourceVersion')
    ? undefined
    : refused(409, metadata.name, changed(metadata.name));
}

const changed = (name: string) => `Operation cannot be fulfilled on leases.${GROUP} "${name}": ${CHANGED}`;

function refused(code: number, name: string, message: string, reason?: string): LeaseAnswer {
  const details = { name, group: GROUP, kind: 'leases' };
  return { refusal: failure(code, message, { details, ...(reason && { reason }) }) };
}

/** Objects are merged, null takes a field out, everything else is replaced. */
function merge(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Json = typeof before === 'object' && before !== null ? { ...(before as Json) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
