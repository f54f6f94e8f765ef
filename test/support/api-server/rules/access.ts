import type { Json } from '../fields/field-type.js';
import type { Store } from '../objects/store.js';
import type { Access } from '../requests/world.js';
import { isMaster, type User } from './users.js';

/** A rule in a role. */
export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Whether roles in the store let an account do something. */
export function isAllowed(store: Store, user: User, access: Access): boolean {
  return isMaster(user) || rulesOf(store, user, access.namespace).some((rule) => ruleAllows(rule, access));
}

/** All that an account may do in a namespace; in the whole cluster without one. */
export function rulesOf(store: Store, user: User, namespace: string | undefined): PolicyRule[] {
  const clusterWide = store.list(`${RBAC}/ClusterRoleBinding`);
  const within = namespace === undefined ? [] : store.list(`${RBAC}/RoleBinding`, namespace);
  return [...clusterWide, ...within]
    .filter((binding) =>
      ((binding['subjects'] ?? []) as readonly Subject[]).some((subject) => isUser(subject, user)),
    )
    .flatMap((binding) => rulesOfRole(store, binding['roleRef'] as RoleRef, namespace));
}

/** What a role allows. */
export function rulesOfRole(
  store: Store,
  { kind, name }: RoleRef,
  namespace: string | undefined,
): PolicyRule[] {
  const role: Json | undefined =
    kind === 'Role'
      ? store.get(`${RBAC}/Role`, namespace, name)
      : store.get(`${RBAC}/ClusterRole`, undefined, name);
  return [...((role?.['rules'] ?? []) as readonly PolicyRule[])];
}

function isUser({ kind, name, namespace }: Subject, user: User): boolean {
  if (kind === 'User') return name === user.name;
  if (kind === 'Group') return user.groups.includes(name);
  return user.name === `system:serviceaccount:${namespace}:${name}`;
}

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value));

export function ruleAllows(rule: PolicyRule, { verb, group, resource, name }: Access): boolean {
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group)) return false;
  const subresource = resource.split('/')[1];
  const isResource =
    has(rule.resources, resource) ||
    (subresource !== undefined && rule.resources?.includes(`*/${subresource}`));
  if (!isResource) return false;
  const { resourceNames = [] } = rule;
  return resourceNames.length === 0 || (name !== '' && resourceNames.includes(name));
}

/** Why an account may not do something, in the server's words. */
export function whyForbidden(user: User, { verb, group, resource, namespace }: Access): string {
  const scope =
    namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${scope}`;
}
