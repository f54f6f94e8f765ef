import { isDeepStrictEqual } from 'node:util';
import { isJson, type Json } from '../fields/field-type.js';
import { type FieldError, forbiddenValue, invalidValue } from '../requests/refusal.js';

type Rule = (live: Json, next: Json) => FieldError[];

const IMMUTABLE = 'field is immutable';

function valueAt(object: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isJson(value) ? value[name] : undefined), object);
}

/** Fields that can only be set when the object is made. */
const fixed =
  (...paths: readonly string[]): Rule =>
  (live, next) =>
    paths
      .filter((path) => !isDeepStrictEqual(valueAt(live, path), valueAt(next, path)))
      .map((path) => invalidValue(path, valueAt(next, path) ?? null, IMMUTABLE));

/** Data of objects that say that they do not change. */
const frozenData =
  (...fields: readonly string[]): Rule =>
  (live, next) => {
    if (live['immutable'] !== true) return [];
    const why = 'field is immutable when `immutable` is set';
    const errors = next['immutable'] === true ? [] : [forbiddenValue('immutable', why)];
    const changed = fields.filter((name) => !isDeepStrictEqual(live[name] ?? {}, next[name] ?? {}));
    return [...errors, ...changed.map((name) => forbiddenValue(name, why))];
  };

const roleRef: Rule = (live, next) =>
  isDeepStrictEqual(live['roleRef'], next['roleRef'])
    ? []
    : [invalidValue('roleRef', next['roleRef'], 'cannot change roleRef')];

const MUTABLE_IN_STATEFUL_SETS = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

const statefulSet: Rule = (live, next) => {
  const fixedPart = (object: Json) => {
    const spec = Object.entries((object['spec'] ?? {}) as Json);
    return Object.fromEntries(spec.filter(([name]) => !MUTABLE_IN_STATEFUL_SETS.includes(name)));
  };
  if (isDeepStrictEqual(fixedPart(live), fixedPart(next))) return [];
  const why =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [forbiddenValue('spec', why)];
};

const service: Rule = (live, next) => {
  const [before, after] = [live, next].map((object) => (object['spec'] ?? {}) as Json);
  const wasAddressed = before!['type'] !== 'ExternalName' && after!['type'] !== 'ExternalName';
  if (!wasAddressed || before!['clusterIP'] === after!['clusterIP']) return [];
  return [invalidValue('spec.clusterIPs[0]', [after!['clusterIP'] ?? ''], 'may not change once set')];
};

const claim: Rule = (live, next) => {
  const fixedPart = (object: Json) => {
    const {
      resources: _,
      volumeAttributesClassName: __,
      volumeName: ___,
      ...rest
    } = (object['spec'] ?? {}) as Json;
    return rest;
  };
  if (isDeepStrictEqual(fixedPart(live), fixedPart(next))) return [];
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  return [forbiddenValue('spec', why)];
};

const storageClass: Rule = (live, next) =>
  ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']
    .filter((name) => !isDeepStrictEqual(live[name], next[name]))
    .map((name) => forbiddenValue(name, `updates to ${name} are forbidden.`));

const priorityClass: Rule = (live, next) =>
  live['value'] === next['value'] ? [] : [forbiddenValue('value', 'may not be changed in an update.')];

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  ConfigMap: [frozenData('data', 'binaryData')],
  Secret: [frozenData('data'), fixed('type')],
  Service: [service],
  PersistentVolumeClaim: [claim],
  'apps/Deployment': [fixed('spec.selector')],
  'apps/DaemonSet': [fixed('spec.selector')],
  'apps/ReplicaSet': [fixed('spec.selector')],
  'apps/StatefulSet': [statefulSet],
  'batch/Job': [fixed('spec.template', 'spec.selector', 'spec.completionMode')],
  'rbac.authorization.k8s.io/RoleBinding': [roleRef],
  'rbac.authorization.k8s.io/ClusterRoleBinding': [roleRef],
  'networking.k8s.io/IngressClass': [fixed('spec.controller')],
  'scheduling.k8s.io/PriorityClass': [priorityClass],
  'storage.k8s.io/StorageClass': [storageClass],
  'apiextensions.k8s.io/CustomResourceDefinition': [
    fixed('spec.group', 'spec.scope', 'spec.names.kind', 'spec.names.plural'),
  ],
};

/** Fields that a change would alter and that cannot be altered. */
export function immutableErrors(groupKind: string, live: Json, next: Json): FieldError[] {
  return (RULES[groupKind] ?? []).flatMap((rule) => rule(live, next));
}
