import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { mergePatch } from './merge-patch.js';

/** Identity of a Kubernetes object, with whatever else it carries. */
export interface KubeManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly [field: string]: unknown;
}

/** Metadata that a manifest may carry. Names are always given: they are part of the contract with other tools. */
export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * A Kubernetes object that keeps every field it is given.
 *
 * Generated classes filter unknown fields after patches were applied, so a patch for a newer field vanishes there
 * without a word. Here nothing is filtered.
 */
export class KubeObject extends ApiObject {
  private readonly changes: Record<string, unknown>[] = [];

  constructor(scope: Construct, id: string, manifest: KubeManifest) {
    super(scope, id, manifest);
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

  /** The object before the changes of {@link merge}. */
  protected base(): Record<string, unknown> {
    return super.toJson() as Record<string, unknown>;
  }
}
