import { createHash } from 'node:crypto';
import { OpniLoggingError, type Problem } from '../../common/error.js';
import {
  describeObject,
  groupKindOf,
  identityOf,
  type KubernetesObject,
} from '../../constructs/kubernetes-object.js';
import { sortObjects } from '../../synth/stages.js';
import { PART_OF_LABEL } from './marks.js';
import { normalizeObject } from './normalize.js';

/** A set of objects that may be applied: checked, normalised, in the order in which they must reach a cluster. */
export interface ObjectSet {
  readonly objects: readonly KubernetesObject[];
  /** Hash of all objects but the values of Secrets, which could be guessed from it. The same set always has the same. */
  readonly digest: () => string;
}

/** Kinds that exist only as requests or that the server alone makes. */
const NO_MEMBERS: ReadonlySet<string> = new Set([
  'List',
  'Status',
  'Event',
  'events.k8s.io/Event',
  'Binding',
  'Node',
]);

/** What an API server takes for a part of an address; dots alone would lead to another one. */
const NAME = /^(?!\.{1,2}$)[^/%]{1,253}$/;

/**
 * Checks a set as a whole. Nothing has been sent when it refuses.
 *
 * @param objects rendered objects, in any order
 * @throws OpniLoggingError `construct` with every object that is wrong, or when there is none
 */
export function objectSet(objects: readonly KubernetesObject[]): ObjectSet {
  if (objects.length === 0) {
    throw new OpniLoggingError(
      'construct',
      'The set has no objects, and applying it would remove everything.',
      {
        problems: [{ message: 'no objects', fix: 'to remove a set, delete it' }],
      },
    );
  }
  const seen = new Set<string>();
  const problems = objects.flatMap((object, index) => {
    const found = problemsOf(object, index);
    if (found.length > 0) return found;
    const identity = identityOf(object);
    if (!seen.has(identity)) {
      seen.add(identity);
      return duplicateKeys(object);
    }
    return [{ path: describeObject(object), message: 'is in the set twice', fix: 'remove one of the two' }];
  });
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new OpniLoggingError('construct', `The set was refused, and nothing was sent: ${count}.`, {
      problems,
    });
  }
  const sorted = sortObjects(objects).map(normalizeObject);
  return { objects: sorted, digest: () => digestOf(sorted) };
}

function digestOf(objects: readonly KubernetesObject[]): string {
  const told = objects.map((object) =>
    groupKindOf(object) === 'Secret' ? { ...object, data: Object.keys(object['data'] ?? {}) } : object,
  );
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

function problemsOf(object: KubernetesObject, index: number): Problem[] {
  const { apiVersion, kind, metadata } = (object ?? {}) as Partial<KubernetesObject>;
  const missing = [
    ...(typeof apiVersion === 'string' && apiVersion !== '' ? [] : ['apiVersion']),
    ...(typeof kind === 'string' && kind !== '' ? [] : ['kind']),
    ...(typeof metadata?.name === 'string' && metadata.name !== '' ? [] : ['metadata.name']),
  ];
  if (missing.length > 0) {
    const path = [kind, metadata?.name].filter(Boolean).join(' ') || `object ${index + 1}`;
    return [{ path, message: `has no ${missing.join(', no ')}`, fix: 'give it, or leave the object out' }];
  }
  const path = describeObject(object);
  const problem = (message: string, fix: string): Problem => ({ path, message, fix });
  return [
    ...(NO_MEMBERS.has(groupKindOf(object))
      ? [problem('is of a kind that cannot be applied', 'leave it out')]
      : []),
    ...(NAME.test(object.metadata.name) ? [] : [problem('has a name that no address can hold', 'rename it')]),
    ...(NAME.test(object.metadata.namespace || 'none')
      ? []
      : [problem('has a namespace that no address can hold', 'name another one')]),
    ...textlessKeys(object).map((key) => problem(`${key} is no text`, 'put it in quotes')),
    ...(object.metadata['generateName'] ? [problem('has generateName', 'give it a fixed name')] : []),
    ...(object.metadata['managedFields'] ? [problem('has managedFields', 'leave that field out')] : []),
    ...(object.metadata.labels?.[PART_OF_LABEL] === undefined
      ? []
      : [problem(`has the label ${PART_OF_LABEL}`, 'leave it out; applying adds it')]),
  ];
}

/** Values of a Secret that would be sent as something else. */
function textlessKeys(object: KubernetesObject): string[] {
  if (groupKindOf(object) !== 'Secret') return [];
  return ['data', 'stringData'].flatMap((field) =>
    Object.entries(object[field] ?? {})
      .filter(([, value]) => typeof value !== 'string')
      .map(([key]) => `${field}.${key}`),
  );
}

/** A path to lists whose items the API server tells apart by these keys. */
const KEYED_LISTS: readonly { readonly list: string; readonly keys: readonly string[] }[] = [
  { list: 'env', keys: ['name'] },
  { list: 'volumes', keys: ['name'] },
  { list: 'containers', keys: ['name'] },
  { list: 'initContainers', keys: ['name'] },
  { list: 'volumeMounts', keys: ['mountPath'] },
];

/**
 * Items of a list with the same key. The API server refuses some and loses one of the two in others, so they never
 * leave here. Ports with one number for TCP and UDP are two ports.
 */
function duplicateKeys(object: KubernetesObject): Problem[] {
  const problems: Problem[] = [];
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value))
      value.forEach((item, index) => {
        visit(item, `${path}[${index}]`);
      });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [name, child] of Object.entries(value)) {
      const at = `${path}.${name}`;
      if (Array.isArray(child)) problems.push(...duplicatesIn(name, child, at, object));
      visit(child, at);
    }
  };
  const { spec } = object as { readonly spec?: unknown };
  if (BUILT_IN_PODS.has(groupKindOf(object))) visit(spec, '.spec');
  return problems;
}

const BUILT_IN_PODS: ReadonlySet<string> = new Set([
  'Pod',
  'Service',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
]);

function duplicatesIn(
  list: string,
  items: readonly unknown[],
  path: string,
  object: KubernetesObject,
): Problem[] {
  const keyOf = listKey(list, object.kind);
  if (!keyOf) return [];
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const key = keyOf((item ?? {}) as Readonly<Record<string, unknown>>);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      { path: describeObject(object), message: `${path} has ${key} twice`, fix: 'remove one of the two' },
    ];
  });
}

function listKey(
  list: string,
  kind: string,
): ((item: Readonly<Record<string, unknown>>) => string) | undefined {
  if (list === 'ports') {
    const number = kind === 'Service' ? 'port' : 'containerPort';
    return (item) => `${item['protocol'] ?? 'TCP'} ${item[number]}`;
  }
  const keyed = KEYED_LISTS.find((entry) => entry.list === list);
  return keyed && ((item) => keyed.keys.map((key) => String(item[key])).join(' '));
}
