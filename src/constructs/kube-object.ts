import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KubernetesObject } from './kubernetes-object.js';
import { mergePatch } from './merge-patch.js';

/**
 * A Kubernetes object that keeps every field it is given.
 *
 * Generated classes filter unknown fields after patches were applied, so a patch for a newer field vanishes there
 * without a word. Here nothing is filtered.
 */
export class KubeObject extends ApiObject {
  private readonly changes: Record<string, unknown>[] = [];
  private readonly isNamespaced: boolean;

  constructor(scope: Construct, id: string, manifest: KubernetesObject) {
    super(scope, id, manifest);
    this.isNamespaced = manifest.metadata.namespace !== undefined;
    this.node.addValidation({ validate: () => refusedName(manifest) });
  }

  /**
   * Changes the object as `kubectl patch --type merge` would: maps merge, lists replace, `null` removes.
   * The object's identity stays.
   *
   * @param change what to change; applied after all that the construct itself sets
   */
  merge(change: Readonly<Record<string, unknown>>): void {
    this.changes.push(change);
  }

  override toJson(): Record<string, unknown> {
    return this.changes.reduce<Record<string, unknown>>(
      (object, change) => mergePatch(object, change) as Record<string, unknown>,
      this.base(),
    );
  }

  /** The object before the changes of {@link merge}. A chart stamps its namespace on every object, also where none belongs. */
  protected base(): Record<string, unknown> {
    const { metadata, ...json } = super.toJson() as Record<string, unknown> & { metadata: object };
    const { namespace: _stamped, ...unstamped } = metadata as { readonly namespace?: string };
    const { apiVersion, kind, ...rest } = json;
    return { apiVersion, kind, metadata: this.isNamespaced ? metadata : unstamped, ...rest };
  }
}

/** A DNS subdomain (RFC 1123). */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function refusedName({ apiVersion, kind, metadata: { name } }: KubernetesObject): string[] {
  // Names of roles may hold nearly anything, as in `system:node`.
  const isRole = apiVersion.startsWith('rbac.');
  if ((isRole ? name !== '' : NAME.test(name)) && name.length <= 253) return [];
  return [`"${name}" cannot name a ${kind}: use lower-case letters, digits, "-" and ".", at most 253`];
}
