import { decodeProblem, withoutUnknown } from '../fields/field-check.js';
import { isJson, type Json, type MapType } from '../fields/field-type.js';
import { withDefaults } from '../kinds/custom-schema.js';
import { apiVersionOf, groupKind, type ServedKind } from '../kinds/kinds.js';
import type { StoredObject } from '../objects/store.js';
import { badRequest, invalid, invalidValue } from '../requests/refusal.js';
import type { ObjectRequest } from '../requests/request.js';
import { fillDefaults } from './defaults.js';
import { normalForm } from './normal-form.js';

/** An object as the server would write it down: decoded, with defaults, in its one spelling. */
export function storedForm(kind: ServedKind, object: Json): Json {
  const known = withoutUnknown(object, kind.type).value as Json;
  if (kind.custom) {
    const filled = withDefaults(known, kind.custom.schema) as Json;
    return { ...filled, metadata: metadataForm(kind, filled['metadata']) };
  }
  const normal = normalForm(structuredClone(withSecretTexts(kind, known)), kind.type);
  const metadata = isJson(known['metadata']) ? normal['metadata'] : undefined;
  const result = { ...normal, metadata: metadata ?? {} };
  fillDefaults(groupKind(kind), result);
  return result;
}

function metadataForm(kind: ServedKind, metadata: unknown): Json {
  return isJson(metadata)
    ? normalForm(structuredClone(metadata), kind.type.fields.get('metadata') as MapType)
    : {};
}

/** What a Secret holds as text goes where the rest is. */
function withSecretTexts(kind: ServedKind, object: Json): Json {
  const { stringData, ...rest } = object;
  if (groupKind(kind) !== 'Secret' || stringData === undefined) return object;
  const texts = Object.entries((stringData ?? {}) as Readonly<Record<string, string>>);
  const encoded = texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return { ...rest, data: { ...(rest['data'] as Json | undefined), ...Object.fromEntries(encoded) } };
}

/** An object in the version in which it is asked for. */
export function inVersion(kind: ServedKind, object: StoredObject): StoredObject {
  const apiVersion = apiVersionOf(kind);
  if (object.apiVersion === apiVersion) return object;
  const { value } = withoutUnknown(object, kind.type);
  return { ...(value as StoredObject), apiVersion };
}

/**
 * Reads an object that a client sent, or that a patch made.
 *
 * @throws Refusal for values of wrong types; and for unknown fields, where the client wants to be told so
 */
export function decode({ kind, call, warnings }: ObjectRequest, object: Json, byPatch = false): Json {
  const named = {
    ...object,
    apiVersion: object['apiVersion'] || apiVersionOf(kind),
    kind: object['kind'] || kind.kind,
  };
  if (named.apiVersion !== apiVersionOf(kind) || named.kind !== kind.kind) {
    throw badRequest(
      `the API version in the data (${named.apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`,
    );
  }
  const refuse = (why: string) =>
    byPatch
      ? invalid({ group: '', kind: '' }, '', [invalidValue('patch', JSON.stringify(object), why)])
      : badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
  const { value, unknown } = withoutUnknown(named, kind.type);
  const problem = kind.custom ? undefined : decodeProblem(value, kind.type);
  if (problem) throw refuse(problem);
  const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  const directive = call.query.get('fieldValidation') || 'Warn';
  if (texts.length > 0 && directive === 'Strict') throw refuse(`strict decoding error: ${texts.join(', ')}`);
  if (directive === 'Warn') warnings.push(...texts);
  return storedForm(kind, value as Json);
}
