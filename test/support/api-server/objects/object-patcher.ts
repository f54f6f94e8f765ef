import { problemsText, typeProblems } from '../fields/field-check.js';
import { FieldSet } from '../fields/field-set.js';
import { FieldTracker } from '../fields/field-tracker.js';
import { isJson, type Json } from '../fields/field-type.js';
import { decodeManagers, encodeManagers, type Managers } from '../fields/managed-fields.js';
import { decode, inVersion, storedForm } from '../forms/object-form.js';
import { apiVersionOf, groupKind, type ServedKind } from '../kinds/kinds.js';
import {
  badRequest,
  conflict,
  forbidden,
  invalid,
  notFound,
  Refusal,
  requiredValue,
} from '../requests/refusal.js';
import { bodyOf, fieldManagerOf, type ObjectRequest, objectIn } from '../requests/request.js';
import type { World } from '../requests/world.js';
import { whyForbidden } from '../rules/access.js';
import { jsonPatch, mergePatch } from './json-patch.js';
import type { ObjectWriter } from './object-writer.js';
import type { StoredObject } from './store.js';

/** What came of a write. */
export interface Written {
  readonly object: StoredObject;
  readonly created: boolean;
}

/** Kinds that a PUT makes when they are not there. */
const MADE_BY_PUT: ReadonlySet<string> = new Set([
  'coordination.k8s.io/Lease',
  'Endpoints',
  'Event',
  'events.k8s.io/Event',
]);

/** Reads what clients send, and keeps account of who owns which field. */
export class ObjectPatcher {
  constructor(
    private readonly world: World,
    private readonly writer: ObjectWriter,
  ) {}

  /** POST. */
  create(request: ObjectRequest): StoredObject {
    const object = decode(request, objectIn(request.call));
    return this.#create(request, object);
  }

  /** PUT. */
  replace(request: ObjectRequest): Written {
    const object = decode(request, objectIn(request.call));
    const live = this.#live(request);
    if (!live && MADE_BY_PUT.has(groupKind(request.kind)) && request.subresource === '') {
      this.#allowCreate(request);
      return { object: this.#create(request, object), created: true };
    }
    const { uid } = object['metadata'] as { readonly uid?: string };
    if (live && uid && uid !== live.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
      throw conflict(request.kind, request.name, why);
    }
    return this.update(request, live, object);
  }

  /** PATCH in one of its forms. */
  patch(request: ObjectRequest): Written {
    const { call } = request;
    const type = (call.headers['content-type'] ?? '').split(';')[0]!.trim();
    if (type === 'application/apply-patch+yaml') return this.#apply(request);
    if (call.query.get('force') !== null) {
      const why = {
        reason: 'FieldValueForbidden',
        field: 'force',
        message: 'Forbidden: may not be specified for non-apply patch',
      } as const;
      throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [why]);
    }
    const live = this.#live(request);
    if (!live) throw notFound(request.kind, request.name);
    const body = bodyOf(call);
    const next = patched(live, type, body);
    return this.update(request, live, decode(request, next, true));
  }

  /** Server-side apply. */
  #apply(request: ObjectRequest): Written {
    const { kind, call, name } = request;
    const manager = call.query.get('fieldManager');
    if (!manager) {
      const why = requiredValue('fieldManager', 'is required for apply patch');
      throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [why]);
    }
    const applied = appliedObject(request);
    const live = this.#live(request);
    const force = call.query.get('force') === 'true';
    if (!live) {
      this.#allowCreate(request);
      const empty = { apiVersion: apiVersionOf(kind), kind: kind.kind };
      const { object = empty, managers } = this.#tracker(request).apply(
        empty,
        applied,
        new Map(),
        manager,
        force,
      );
      const { uid } = applied['metadata'] as Json;
      if (uid) {
        const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw conflict(kind, name, why);
      }
      return {
        object: this.writer.create(request, withManagers(storedForm(kind, object), managers)),
        created: true,
      };
    }
    const { managedFields, ...metadata } = live.metadata;
    const bare = { ...live, metadata } as Json;
    let managers = decodeManagers(managedFields) ?? new Map();
    if (managers.size === 0)
      managers = this.#tracker(request).update({}, bare, managers, 'before-first-apply');
    const result = this.#tracker(request).apply(bare, applied, managers, manager, force);
    const next = withManagers(storedForm(kind, result.object ?? bare), result.managers);
    return { object: this.writer.update(request, live, next), created: false };
  }

  #create(request: ObjectRequest, object: Json): StoredObject {
    const { kind, call } = request;
    const empty = { apiVersion: apiVersionOf(kind), kind: kind.kind };
    const { managedFields: _, ...metadata } = object['metadata'] as Json;
    const bare = { ...object, metadata };
    const managers = this.#tracker(request).update(empty, bare, new Map(), fieldManagerOf(call));
    return this.writer.create(request, withManagers(bare, managers));
  }

  /** Any write but an apply. */
  update(request: ObjectRequest, live: StoredObject | undefined, object: Json): Written {
    const { kind, call, name, subresource } = request;
    if (!live) throw notFound(kind, name);
    const { managedFields: given, ...metadata } = object['metadata'] as Json;
    const { managedFields: kept, ...liveMetadata } = live.metadata;
    const before = managersOf(subresource === '' ? given : undefined, kept);
    const next = { ...object, metadata };
    // Whoever empties the record switches it off.
    const managers =
      before.size === 0
        ? before
        : this.#tracker(request).update(
            { ...live, metadata: liveMetadata },
            next,
            before,
            fieldManagerOf(call),
          );
    return { object: this.writer.update(request, live, withManagers(next, managers)), created: false };
  }

  #live({ kind, namespace, name }: ObjectRequest): StoredObject | undefined {
    const object = this.world.store.get(groupKind(kind), namespace, name);
    return object && inVersion(kind, object);
  }

  /** An apply that makes an object needs the right to make it. */
  #allowCreate({ user, kind, namespace, name }: ObjectRequest): void {
    const access = { verb: 'create', group: kind.group, resource: kind.plural, namespace, name } as const;
    if (!this.world.allows(user, access)) throw forbidden(kind, name, whyForbidden(user, access));
  }

  #tracker({ kind, subresource }: ObjectRequest): FieldTracker {
    const { kinds, store } = this.world;
    return new FieldTracker({
      apiVersion: apiVersionOf(kind),
      subresource,
      typeIn: (apiVersion) => kinds.find(apiVersion, kind.kind)?.type,
      reset: resetFields(kind, subresource),
      now: () => store.now(),
    });
  }
}

/** Fields that a request does not write, whatever it says. */
function resetFields(kind: ServedKind, subresource: string): FieldSet {
  if (subresource === 'status') {
    return kind.custom
      ? FieldSet.of(['f:spec'], ['f:metadata'])
      : FieldSet.of(['f:spec'], ['f:metadata', 'f:labels']);
  }
  return kind.subresources.includes('status') ? FieldSet.of(['f:status']) : new FieldSet();
}

/** The owners by which a change is recorded: those of the client, if it gives any. */
function managersOf(given: unknown, kept: unknown): Managers {
  if (Array.isArray(given)) {
    const isReset =
      given.length === 0 || (given.length === 1 && isJson(given[0]) && Object.keys(given[0]).length === 0);
    if (isReset) return new Map();
    const managers = decodeManagers(given);
    if (managers && managers.size > 0) return managers;
  }
  return decodeManagers(kept) ?? new Map();
}

function withManagers(object: Json, managers: Managers): Json {
  const managedFields = encodeManagers(managers);
  const { managedFields: _, ...metadata } = (object['metadata'] ?? {}) as Json;
  return { ...object, metadata: managedFields.length > 0 ? { ...metadata, managedFields } : metadata };
}

function patched(live: StoredObject, type: string, body: unknown): Json {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatch(live, body);
    case 'application/merge-patch+json':
      return mergePatch(live, body) as Json;
    default: {
      const accepted = [
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/apply-patch+yaml',
      ];
      const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
      throw new Refusal(415, 'UnsupportedMediaType', message, {});
    }
  }
}

/** What an apply says, with its fields checked. */
function appliedObject({ kind, call, namespace, name }: ObjectRequest): Json {
  const object = objectIn(call);
  const metadata = (isJson(object['metadata']) ? object['metadata'] : {}) as Json;
  const expected = apiVersionOf(kind);
  if (object['apiVersion'] !== expected) {
    const given = String(object['apiVersion'] ?? '');
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${expected}`,
    );
  }
  if (object['kind'] !== kind.kind)
    throw badRequest(`invalid object type: ${kind.group}/${kind.version}, Kind=${object['kind']}`);
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  const problems = typeProblems(object, kind.type);
  if (problems.length > 0) {
    const about = `${namespace ?? ''}/${name}; ${expected}, Kind=${kind.kind}`;
    throw new Refusal(500, '', `failed to create typed patch object (${about}): ${problemsText(problems)}`);
  }
  const place = namespace === undefined ? { name } : { name, namespace };
  // The address names the object where the apply does not.
  return { ...object, metadata: { ...place, ...metadata } };
}
