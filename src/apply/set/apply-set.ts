import { createHash } from 'node:crypto';

/** Names a set of objects that are applied, pruned and deleted together. */
export interface ApplySet {
  /** Namespace of the inventory and the lock. */
  readonly namespace: string;
  /** Name of the ConfigMap that lists the members; it is the parent of an ApplySet as kubectl knows it. */
  readonly inventory: string;
  /** Name of the Lease that whoever changes the set must hold. */
  readonly lock: string;
}

/**
 * Id of a set: the value of the label that its members carry.
 *
 * Made of the inventory's name, namespace and kind as Kubernetes' ApplySet specification says (KEP-3659), so that
 * `kubectl get -l applyset.kubernetes.io/part-of=<id>` finds the members. Moving the inventory makes another set.
 */
export function setIdOf({ namespace, inventory }: Pick<ApplySet, 'namespace' | 'inventory'>): string {
  return parentId({ name: inventory, namespace, kind: 'ConfigMap', group: '' });
}

/** Id of a set by its parent object. */
export function parentId(parent: { name: string; namespace: string; kind: string; group: string }): string {
  const text = [parent.name, parent.namespace, parent.kind, parent.group].join('.');
  return `applyset-${createHash('sha256').update(text).digest('base64url')}-v1`;
}

/** The set of a name: inventory `<name>-inventory`, lock `<name>-apply`. */
export function setNamed(namespace: string, name: string): ApplySet {
  return { namespace, inventory: `${name}-inventory`, lock: `${name}-apply` };
}
