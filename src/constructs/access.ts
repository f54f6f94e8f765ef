import { Construct } from 'constructs';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { KubeObject } from './kube-object.js';

/** Options of {@link Access}. */
export interface AccessProps {
  /** Name of the account, and of the roles and bindings that belong to it. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the account may do in the whole cluster. @default nothing */
  readonly clusterRules?: readonly PolicyRule[];
  /** What the account may do in its namespace. @default nothing */
  readonly namespaceRules?: readonly PolicyRule[];
}

const GROUP = 'rbac.authorization.k8s.io';

/**
 * A service account with its rights: one role for its namespace, one for the cluster, each only where there are rules.
 *
 * The account mounts no token by itself; a pod that talks to the API server says so in its own spec.
 */
export class Access extends Construct {
  constructor(scope: Construct, id: string, props: AccessProps) {
    super(scope, id);
    const { name, namespace, labels } = props;
    new KubeObject(this, 'ServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, labels },
      automountServiceAccountToken: false,
    });
    this.grant('ClusterRole', { name, labels }, props, props.clusterRules);
    this.grant('Role', { name, namespace, labels }, props, props.namespaceRules);
  }

  private grant(
    kind: 'ClusterRole' | 'Role',
    metadata: { name: string; namespace?: string; labels: Readonly<Record<string, string>> },
    { name, namespace }: AccessProps,
    rules: readonly PolicyRule[] = [],
  ): void {
    if (rules.length === 0) return;
    const apiVersion = `${GROUP}/v1`;
    new KubeObject(this, kind, { apiVersion, kind, metadata, rules });
    new KubeObject(this, `${kind}Binding`, {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: GROUP, kind, name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
  }
}

/**
 * Rights on single objects, including to create them.
 *
 * A plain create request has no name yet, so a rule with names never allows it. Server-side apply and PUT carry the
 * name in their path, and the API server then checks `create` with that name (so in 1.25 and since). Whoever creates
 * only in these two ways needs no right to create others of the kind.
 *
 * @param apiGroup empty for the core group
 * @param resource plural name, such as `leases`
 */
export function namedRule(
  apiGroup: string,
  resource: string,
  names: readonly string[],
  verbs: readonly string[],
): PolicyRule {
  return {
    apiGroups: [apiGroup],
    resources: [resource],
    resourceNames: [...names].sort(),
    verbs: [...verbs].sort(),
  };
}

/** Rights on kinds as a whole, without changing anything. */
export function readRule(
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[] = ['get', 'list', 'watch'],
): PolicyRule {
  return { apiGroups: [apiGroup], resources: [...resources].sort(), verbs: [...verbs] };
}

/** Rights to hold Leases: made by server-side apply or PUT, renewed by an update that fails when another was faster. */
export function leaseRule(names: readonly string[]): PolicyRule {
  return namedRule('coordination.k8s.io', 'leases', names, ['create', 'get', 'patch', 'update']);
}
