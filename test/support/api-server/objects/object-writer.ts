import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../fields/field-type.js';
import { storedForm } from '../forms/object-form.js';
import { apiVersionOf, groupKind, type ServedKind } from '../kinds/kinds.js';
import {
  alreadyExists,
  badRequest,
  type FieldError,
  invalid,
  invalidValue,
  staleVersion,
} from '../requests/refusal.js';
import type { ObjectRequest } from '../requests/request.js';
import type { World } from '../requests/world.js';
import { admit, checkDefinition, checkNamespace } from '../rules/admission.js';
import { immutableErrors } from '../rules/immutable-fields.js';
import {
  countsAsChange,
  keptMetadata,
  metadataErrors,
  metadataUpdateErrors,
  newMetadata,
} from '../rules/metadata-rules.js';
import { objectErrors } from '../rules/object-rules.js';
import type { StoredObject } from './store.js';

/** Kinds that can only be replaced as they were read. */
const CONDITIONAL_ONLY: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'coordination.k8s.io/Lease',
  'policy/PodDisruptionBudget',
]);

/** The last steps of every write: admission, rules, and the store. */
export class ObjectWriter {
  constructor(private readonly world: World) {}

  /**
   * Makes an object.
   *
   * @param object in the form in which it is stored, with its owners of fields
   * @throws Refusal
   */
  create(request: ObjectRequest, object: Json): StoredObject {
    const { store } = this.world;
    const { kind, namespace, dryRun } = request;
    checkNames(request, object);
    const { name = '' } = object['metadata'] as { readonly name?: string };
    checkNamespace(this.world, request, name);
    checkDefinition(this.world, request, name);
    const { status, ...rest } = object;
    const base = kind.subresources.includes('status') ? rest : object;
    const metadata = newMetadata(kind, object['metadata'] as Json, namespace, store);
    const admitted = admit(this.world, request, { ...base, metadata } as unknown as StoredObject, true);
    const made = this.#form(kind, admitted);
    this.#check(request, made, undefined);
    if (store.get(groupKind(kind), namespace, made.metadata.name))
      throw alreadyExists(kind, made.metadata.name);
    if (dryRun) return made;
    const stored = store.put(groupKind(kind), made);
    this.world.written(kind, stored, undefined);
    return stored;
  }

  /**
   * Changes an object, or a part of it that is served by itself.
   *
   * @param live as it is stored, in the version of the request
   * @param object as it shall be, in the form in which it is stored, with its owners of fields
   * @throws Refusal
   */
  update(request: ObjectRequest, live: StoredObject, object: Json): StoredObject {
    const { store } = this.world;
    const { kind, dryRun } = request;
    checkNames(request, object);
    checkVersion(kind, live, object['metadata'] as Json);
    const next = this.#form(kind, admit(this.world, request, only(request, live, object), false));
    if (countsAsChange(kind, live, next)) next.metadata.generation = (live.metadata.generation ?? 0) + 1;
    this.#check(request, next, live);
    if (isSame(live, next)) return live;
    if (dryRun) return next;
    const stored = store.put(groupKind(kind), next);
    this.world.written(kind, stored, live);
    if (stored.metadata.deletionTimestamp) this.world.settle();
    return stored;
  }

  /** What admission changed is brought into its one spelling too. */
  #form(kind: ServedKind, object: StoredObject): StoredObject {
    return storedForm(kind, object) as StoredObject;
  }

  #check(request: ObjectRequest, next: StoredObject, live: StoredObject | undefined): void {
    const { kind } = request;
    const { name } = next.metadata;
    const errors: FieldError[] = live
      ? metadataUpdateErrors(live.metadata, next.metadata)
      : metadataErrors(kind, next.metadata);
    if (live && request.subresource === '') errors.push(...immutableErrors(groupKind(kind), live, next));
    errors.push(...objectErrors(kind, next));
    if (errors.length > 0) throw invalid(kind, name, errors);
    this.world.checkEscalation(request, next);
  }
}

function checkNames({ name, namespace }: ObjectRequest, { metadata }: Json): void {
  const given = metadata as {
    readonly name?: string;
    readonly namespace?: string;
    readonly generateName?: string;
  };
  if (name !== '' && given.name !== undefined && given.name !== name) {
    throw badRequest(`the name of the object (${given.name}) does not match the name on the URL (${name})`);
  }
  if (name === '' && !given.name && !given.generateName) {
    throw badRequest('name or generateName is required');
  }
  if (given.namespace !== undefined && namespace !== undefined && given.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function checkVersion(kind: ServedKind, live: StoredObject, metadata: Json): void {
  const { name } = live.metadata;
  const version = metadata['resourceVersion'];
  if (version === undefined || version === '') {
    if (!kind.custom && !CONDITIONAL_ONLY.has(groupKind(kind))) return;
    const why = 'must be specified for an update';
    throw invalid(kind, name, [invalidValue('metadata.resourceVersion', 0, why)]);
  }
  if (version !== live.metadata.resourceVersion) throw staleVersion(kind, name);
}

/** The parts of an object that a request may write; the others stay as they are. */
function only({ kind, subresource }: ObjectRequest, live: StoredObject, object: Json): StoredObject {
  const metadata = keptMetadata(object['metadata'] as Json, live);
  const apiVersion = apiVersionOf(kind);
  if (subresource === 'status') {
    const { annotations, managedFields } = metadata;
    // A status may come with annotations; a custom one may not even do that.
    const kept = { ...live.metadata, ...(kind.custom ? {} : { annotations }), managedFields };
    return { ...live, apiVersion, status: object['status'], metadata: kept };
  }
  const content = groupKind(kind) === 'Service' ? withAddresses(live, object) : object;
  const next = { ...content, apiVersion, kind: kind.kind, metadata } as unknown as StoredObject;
  if (!kind.subresources.includes('status')) return next;
  const { status: _, ...rest } = next;
  return (live['status'] === undefined ? rest : { ...rest, status: live['status'] }) as StoredObject;
}

const ADDRESSES = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];

/** A Service keeps the addresses that it was given, where a client leaves them out. */
function withAddresses(live: StoredObject, next: Json): Json {
  const spec = live['spec'] as Json;
  const kept = ADDRESSES.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]] as const]));
  return { ...next, spec: { ...Object.fromEntries(kept), ...(next['spec'] as Json) } };
}

/** Nothing is written when only times of managers would change. */
function isSame(live: StoredObject, next: StoredObject): boolean {
  const content = (object: StoredObject) => ({
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: (object.metadata.managedFields as Json[] | undefined)?.map(
        ({ time: _, ...entry }) => entry,
      ),
    },
  });
  return isDeepStrictEqual(withoutUndefined(content(live)), withoutUndefined(content(next)));
}

const withoutUndefined = (value: object): unknown => JSON.parse(JSON.stringify(value));
