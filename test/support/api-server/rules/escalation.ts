import { groupKind } from '../kinds/kinds.js';
import type { StoredObject } from '../objects/store.js';
import { forbidden } from '../requests/refusal.js';
import type { ObjectRequest } from '../requests/request.js';
import type { World } from '../requests/world.js';
import { type PolicyRule, type RoleRef, ruleAllows, rulesOf, rulesOfRole } from './access.js';
import { isMaster, type User } from './users.js';

const RBAC = 'rbac.authorization.k8s.io';

/**
 * Nobody gives what he does not have, unless a role lets him `escalate` or `bind`.
 *
 * @throws Refusal 403
 */
export function checkEscalation(world: World, request: ObjectRequest, object: StoredObject): void {
  const { user, kind, namespace } = request;
  if (isMaster(user)) return;
  const { name } = object.metadata;
  const may = (verb: 'escalate' | 'bind', resource: string, of: string) =>
    world.allows(user, { verb, group: RBAC, resource, namespace, name: of });
  let given: readonly PolicyRule[];
  switch (groupKind(kind)) {
    case `${RBAC}/Role`:
    case `${RBAC}/ClusterRole`:
      if (may('escalate', kind.plural, name)) return;
      given = (object['rules'] ?? []) as readonly PolicyRule[];
      break;
    case `${RBAC}/RoleBinding`:
    case `${RBAC}/ClusterRoleBinding`: {
      const role = object['roleRef'] as RoleRef;
      if (may('bind', role.kind === 'Role' ? 'roles' : 'clusterroles', role.name)) return;
      given = rulesOfRole(world.store, role, namespace);
      break;
    }
    default:
      return;
  }
  const held = rulesOf(world.store, user, namespace);
  const missing = given.filter((rule) => !isCovered(rule, held));
  if (missing.length > 0) throw forbidden(kind, name, grantText(user, missing));
}

/** Whether each single thing that a rule allows is allowed already. */
function isCovered(rule: PolicyRule, held: readonly PolicyRule[]): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [] } = rule;
  const names = resourceNames.length > 0 ? resourceNames : [''];
  return verbs.every((verb) =>
    apiGroups.every((group) =>
      resources.every((resource) =>
        names.every((name) =>
          held.some((own) =>
            ruleAllows(own, { verb: verb as 'get', group, resource, namespace: undefined, name }),
          ),
        ),
      ),
    ),
  );
}

function grantText({ name, groups }: User, rules: readonly PolicyRule[]): string {
  const list = (values: readonly string[] = []) =>
    `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
  const texts = rules.map(({ apiGroups, resources, resourceNames, verbs }) => {
    const named = resourceNames?.length ? `, ResourceNames:${list(resourceNames)}` : '';
    return `{APIGroups:${list(apiGroups)}, Resources:${list(resources)}${named}, Verbs:${list(verbs)}}`;
  });
  return `user ${JSON.stringify(name)} (groups=${list(groups)}) is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}`;
}
