import type { Problem } from '../../common/error.js';
import { fields, items, read, text } from '../fields.js';
import type { ObjectSet } from '../object-set.js';
import { containersOf, type PodTemplate, specField } from '../pod-templates.js';
import { type LintRule, problem } from '../rule.js';

/** A reference of a pod to another object of its namespace. */
interface Reference {
  readonly kind: 'ConfigMap' | 'ServiceAccount' | 'PersistentVolumeClaim';
  readonly name: string;
  readonly field: string;
  /** Keys of the ConfigMap that the pod needs. */
  readonly keys?: readonly string[];
}

/** What every namespace has by itself. */
const GIVEN: readonly string[] = ['ServiceAccount default', 'ConfigMap kube-root-ca.crt'];

/** A pod that misses one of these never starts. Secrets are not asked for: they never stand in a set. */
export const danglingReferences: LintRule = {
  id: 'dangling-references',
  title: 'What pods refer to is in the set, or was said to exist already',

  *check(set) {
    for (const pod of set.pods) {
      for (const reference of referencesOf(pod)) yield* checkReference(set, pod, reference);
    }
  },
};

function* checkReference(set: ObjectSet, { owner }: PodTemplate, reference: Reference): Generator<Problem> {
  const { kind, name, field, keys = [] } = reference;
  const { namespace } = owner.metadata;
  if (GIVEN.includes(`${kind} ${name}`) || set.isExternal(kind, namespace, name)) return;
  const found = set.find(kind, namespace, name);
  if (found === undefined) {
    const there = set.ofKind(kind).filter(({ metadata }) => metadata.namespace === namespace);
    const names = there.map(({ metadata }) => metadata.name).sort();
    yield problem(
      owner,
      field,
      `no ${kind} "${name}" is in the set, so the pods do not start`,
      `${names.length ? `write one of ${names.join(', ')}` : `add the ${kind}`}, or say that it exists already`,
    );
    return;
  }
  const data = { ...fields(found['data']), ...fields(found['binaryData']) };
  for (const key of keys) {
    if (key in data) continue;
    const message = `ConfigMap "${name}" has no key "${key}", so the pods do not start`;
    yield problem(owner, field, message, `write one of ${Object.keys(data).sort().join(', ')}`);
  }
}

function* referencesOf(pod: PodTemplate): Generator<Reference> {
  const account = text(pod.spec['serviceAccountName']);
  if (account !== undefined) {
    yield { kind: 'ServiceAccount', name: account, field: specField(pod, 'serviceAccountName') };
  }
  for (const [index, volume] of items(pod.spec['volumes']).entries()) {
    const field = specField(pod, `volumes[${index}]`);
    yield* configMap(read(volume, 'configMap'), `${field}.configMap`);
    for (const [at, source] of items(read(volume, 'projected', 'sources')).entries()) {
      yield* configMap(read(source, 'configMap'), `${field}.projected.sources[${at}].configMap`);
    }
    const claim = text(read(volume, 'persistentVolumeClaim', 'claimName'));
    if (claim !== undefined) {
      const at = `${field}.persistentVolumeClaim.claimName`;
      yield { kind: 'PersistentVolumeClaim', name: claim, field: at };
    }
  }
  for (const { field, container } of containersOf(pod)) {
    for (const [index, source] of items(container['envFrom']).entries()) {
      yield* configMap(read(source, 'configMapRef'), `${field}.envFrom[${index}].configMapRef`);
    }
    for (const [index, variable] of items(container['env']).entries()) {
      const at = `${field}.env[${index}].valueFrom.configMapKeyRef`;
      yield* configMap(read(variable, 'valueFrom', 'configMapKeyRef'), at);
    }
  }
}

function* configMap(value: unknown, field: string): Generator<Reference> {
  const { name, optional, key, items: chosen } = fields(value);
  if (text(name) === undefined || optional === true) return;
  const keys = [key, ...items(chosen).map((item) => read(item, 'key'))].filter(
    (each) => typeof each === 'string',
  );
  yield { kind: 'ConfigMap', name: String(name), field: `${field}.name`, keys };
}
