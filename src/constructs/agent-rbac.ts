import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { OpniLoggingError } from '../common/error.js';
import { namedRule, readRule } from './access.js';
import type { KubernetesObject } from './kubernetes-object.js';
import { type ResourceName, resourceNames } from './resource-names.js';

/** The least rights that applying a set of objects takes. */
export interface ApplyRules {
  /** For a ClusterRole: objects without a namespace. */
  readonly clusterRules: readonly PolicyRule[];
  /** For a Role in the namespace of the objects. */
  readonly namespaceRules: readonly PolicyRule[];
}

/** All objects of one resource. */
interface Members extends ResourceName {
  readonly names: Set<string>;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Creates, reads, changes and prunes an object. Server-side apply is a patch, and a create where nothing is yet. */
const APPLY = ['create', 'delete', 'get', 'patch'] as const;
const APPLY_AND_KEEP = ['create', 'get', 'patch'] as const;

/** What differs from {@link APPLY}, by `group/resource`. */
const NAMED_VERBS: Readonly<Record<string, readonly string[]>> = {
  // Deleting a namespace takes the agent along, deleting a definition takes everybody's resources of the kind along.
  '/namespaces': APPLY_AND_KEEP,
  'apiextensions.k8s.io/customresourcedefinitions': APPLY_AND_KEEP,
  // Other Secrets of the namespace are nobody's business. A list with a field selector for one name carries the name.
  '/secrets': [...APPLY, 'list', 'watch'],
  // Kubernetes lets nobody write a role with more rights than they hold. Without this verb the agent would have to hold
  // all rights of the operator; with it, it may write these roles and no others. So guard the agent as the operator.
  [`${RBAC}/clusterroles`]: [...APPLY, 'escalate'],
  [`${RBAC}/roles`]: [...APPLY, 'escalate'],
};

/** Kinds that are never listed as a whole. */
const NEVER_LISTED: ReadonlySet<string> = new Set(['/secrets']);

/**
 * The rights to apply exactly these objects by server-side apply, and to prune them.
 *
 * Single objects are named wherever Kubernetes can tell them apart, which with server-side apply includes creating
 * them. Listing and watching, which find drift, hold for a kind as a whole: within the namespace where the kind has
 * one.
 *
 * @param objects every object that may be applied or removed. Also those that the present configuration leaves out but
 *   an earlier one had: what is not named here cannot be pruned
 * @param namespace where all objects are that have a namespace
 * @throws OpniLoggingError `construct` for a kind without a known resource name, or an object in another namespace
 */
export function rulesFor(objects: readonly KubernetesObject[], namespace: string): ApplyRules {
  const nameOf = resourceNames(objects);
  const cluster = new Map<string, Members>();
  const namespaced = new Map<string, Members>();
  for (const object of objects) {
    const resource = nameOf(object);
    if (!resource.clusterScoped) refuseOtherNamespace(object, namespace);
    const members = resource.clusterScoped ? cluster : namespaced;
    const key = keyOf(resource);
    const entry = members.get(key) ?? { ...resource, names: new Set<string>() };
    entry.names.add(object.metadata.name);
    members.set(key, entry);
  }
  return {
    clusterRules: [...memberRules(cluster), ...bindRules(objects, 'ClusterRoleBinding')],
    namespaceRules: [...memberRules(namespaced), ...bindRules(objects, 'RoleBinding')],
  };
}

const keyOf = ({ group, plural }: ResourceName) => `${group}/${plural}`;

function memberRules(members: ReadonlyMap<string, Members>): PolicyRule[] {
  const sorted = [...members.keys()].sort();
  const named = sorted.map((key) => {
    const { group, plural, names } = members.get(key)!;
    return namedRule(group, plural, [...names], NAMED_VERBS[key] ?? APPLY);
  });
  const listed = new Map<string, string[]>();
  for (const key of sorted.filter((name) => !NEVER_LISTED.has(name))) {
    const { group, plural } = members.get(key)!;
    listed.set(group, [...(listed.get(group) ?? []), plural]);
  }
  return [...named, ...[...listed].map(([group, plurals]) => readRule(group, plurals, ['list', 'watch']))];
}

/** A binding needs the rights of its role, or the verb `bind` on that role where the binding is. */
function bindRules(objects: readonly KubernetesObject[], bindingKind: string): PolicyRule[] {
  const roles = objects
    .filter(({ kind }) => kind === bindingKind)
    .map((binding) => binding['roleRef'] as { readonly kind: string; readonly name: string });
  return ['ClusterRole', 'Role'].flatMap((kind) => {
    const names = new Set(roles.filter((role) => role.kind === kind).map(({ name }) => name));
    return names.size > 0 ? [namedRule(RBAC, `${kind.toLowerCase()}s`, [...names], ['bind'])] : [];
  });
}

function refuseOtherNamespace({ kind, metadata }: KubernetesObject, namespace: string): void {
  if (metadata.namespace === undefined || metadata.namespace === namespace) return;
  throw new OpniLoggingError(
    'construct',
    `${kind} ${metadata.namespace}/${metadata.name} is outside of the namespace ${namespace}; the agent has rights there only, so move it or apply it in another way`,
  );
}
