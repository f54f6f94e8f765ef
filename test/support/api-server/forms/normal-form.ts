import { canonicalQuantity } from '../../../../src/apply/fields/quantity.js';
import { deduce, type FieldType, fieldOf, isJson, type Json, type MapType } from '../fields/field-type.js';

/**
 * Numbers and truth values that built-in kinds do not write when they are zero, since they are no pointers. All others
 * are, and keep what they were given.
 */
const LEFT_OUT_WHEN_ZERO: ReadonlySet<string> = new Set([
  'active',
  'availableReplicas',
  'count',
  'currentReplicas',
  'failed',
  'failureThreshold',
  'fullyLabeledReplicas',
  'globalDefault',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'numberAvailable',
  'numberUnavailable',
  'observedGeneration',
  'paused',
  'periodSeconds',
  'publishNotReadyAddresses',
  'readOnly',
  'readyReplicas',
  'stdin',
  'stdinOnce',
  'succeeded',
  'successThreshold',
  'tty',
  'unavailableReplicas',
  'unschedulable',
  'updatedNumberScheduled',
  'updatedReplicas',
]);

/** Texts that are kept when they are empty. */
const KEPT_WHEN_EMPTY: ReadonlySet<string> = new Set([
  'appProtocol',
  'apiGroup',
  'holderIdentity',
  'ingressClassName',
  'loadBalancerClass',
  'preferredHolder',
  'runtimeClassName',
  'storageClassName',
]);

/** Numbers of the same names that are pointers after all. */
const POINTERS: readonly RegExp[] = [/^spec\.(replicas|suspend)$/, /\.hostPath\.type$/, /^status\.active$/];

/** Maps whose values are quantities. */
const QUANTITY_MAPS = /(^|\.)(limits|requests|capacity|hard|used|allocatable|overhead)\.[^.]+$/;
const QUANTITY_FIELDS = /\.(sizeLimit|divisor|averageValue)$/;

/** Lists that are written even when they are empty. */
const KEPT_LISTS: ReadonlySet<string> = new Set(['rules', 'verbs', 'containers', 'endpoints']);

/**
 * A built-in object as the server writes it down: nothing that is null, empty or zero without meaning something, and
 * each quantity in its one spelling. Unknown fields must be gone already.
 */
export function normalForm(object: Json, type: MapType): Json {
  return (normalValue(object, type, '', '') ?? {}) as Json;
}

function normalValue(value: unknown, type: FieldType, name: string, path: string): unknown {
  if (value === null) return undefined;
  // What may be anything is kept as it is.
  if (type.kind === 'open') return value;
  const shape = deduce(type, value);
  if (shape.kind === 'list' && Array.isArray(value)) {
    if (value.length === 0) return KEPT_LISTS.has(name) ? value : undefined;
    return value.map((item) => normalValue(item, shape.items, '', path) ?? emptyOf(shape.items));
  }
  if (shape.kind === 'map' && isJson(value)) return normalMap(value, shape, path);
  if (isQuantity(path)) return canonicalQuantity(value) ?? String(value);
  return value;
}

const emptyOf = (type: FieldType) => (type.kind === 'map' ? {} : null);

function normalMap(value: Json, type: MapType, path: string): Json | undefined {
  const result: Json = {};
  for (const [field, item] of Object.entries(value)) {
    const place = path === '' ? field : `${path}.${field}`;
    const below = fieldOf(type, field);
    if (!below) continue;
    const kept = normalValue(item, below, field, place);
    if (kept === undefined) continue;
    const isField = type.fields.has(field) && !type.required.has(field);
    if (isField && isZero(kept, field, place)) continue;
    result[field] = kept;
  }
  // Maps of entries are left out when they are empty; structures mean something even then.
  const isEntries = type.fields.size === 0 && type.rest !== undefined && type.rest.kind !== 'open';
  return isEntries && Object.keys(result).length === 0 ? undefined : result;
}

function isZero(value: unknown, name: string, path: string): boolean {
  if (value === '') return !KEPT_WHEN_EMPTY.has(name) && !isPointer(path);
  if (value !== 0 && value !== false) return false;
  return LEFT_OUT_WHEN_ZERO.has(name) && !isPointer(path);
}

const isPointer = (path: string) => POINTERS.some((pattern) => pattern.test(path));

const isQuantity = (path: string) => QUANTITY_MAPS.test(path) || QUANTITY_FIELDS.test(path);
