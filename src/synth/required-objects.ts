import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { compareText } from '../constructs/kubernetes-object.js';
import { fields, items, read, text } from '../lint/fields.js';

/** An object that other objects need and that nobody has made yet. */
export interface RequiredObject {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
  /** Keys that it must have, sorted; empty when they are not known, as for credentials of a registry. */
  readonly keys: readonly string[];
}

type Reference = Pick<RequiredObject, 'kind' | 'name' | 'keys'>;

/**
 * Fields that refer to another object of the same namespace, wherever they stand: in pods, in accounts, and in the
 * Logging Operator's kinds, which use the same shapes.
 */
const REFERENCES: Readonly<Record<string, RequiredObject['kind']>> = {
  secret: 'Secret',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  imagePullSecrets: 'Secret',
  configMap: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
};

/** Kubernetes puts it into every namespace. */
const GIVEN = 'kube-root-ca.crt';
const DEFINITION = 'CustomResourceDefinition';

/**
 * The Secrets and ConfigMaps that must exist before pods of these objects start: those that are referred to and are
 * not among the objects. Optional ones are left out. Pure.
 *
 * @param objects rendered objects of one cluster
 * @param namespace where objects without a namespace, such as a `Logging`, look for what they refer to
 * @returns each object once, in the order of namespace, kind (Secrets first) and name
 */
export function requiredObjects(
  objects: readonly KubernetesObject[],
  namespace: string,
): readonly RequiredObject[] {
  const identity = (kind: string, where: string, name: string) => `${where}\n${kind}\n${name}`;
  const own = new Set(
    objects.map(({ kind, metadata }) => identity(kind, metadata.namespace ?? namespace, metadata.name)),
  );
  const found = new Map<string, RequiredObject>();
  for (const object of objects) {
    // A definition names these fields without referring to anything.
    if (object.kind === DEFINITION) continue;
    const where = object.metadata.namespace ?? namespace;
    for (const { kind, name, keys } of referencesIn(object)) {
      const id = identity(kind, where, name);
      if (own.has(id)) continue;
      const all = new Set([...(found.get(id)?.keys ?? []), ...keys]);
      found.set(id, { kind, namespace: where, name, keys: [...all].sort(compareText) });
    }
  }
  return [...found.values()].sort(
    (a, b) =>
      compareText(a.namespace, b.namespace) || compareText(b.kind, a.kind) || compareText(a.name, b.name),
  );
}

function* referencesIn(value: unknown): Generator<Reference> {
  if (Array.isArray(value)) {
    for (const item of value) yield* referencesIn(item);
    return;
  }
  for (const [key, child] of Object.entries(fields(value))) {
    const kind = Object.hasOwn(REFERENCES, key) ? REFERENCES[key] : undefined;
    if (kind) for (const one of Array.isArray(child) ? child : [child]) yield* reference(kind, one);
    yield* referencesIn(child);
  }
}

function* reference(kind: Reference['kind'], value: unknown): Generator<Reference> {
  const { name, secretName, optional, key, items: chosen } = fields(value);
  const target = text(secretName) ?? text(name);
  if (target === undefined || optional === true || target === GIVEN) return;
  const keys = [key, ...items(chosen).map((item) => read(item, 'key'))].map(text);
  yield { kind, name: target, keys: keys.filter((each) => each !== undefined) };
}
