import type { OperatorConfig } from '../config/types.js';

/** What the rules have to know besides the objects. */
export interface LintContext {
  /** Generation of the Logging Operator that the objects are for. */
  readonly operatorVersion: OperatorConfig['version'];
  /**
   * Largest request that the shipper takes, in bytes. Chunks must stay below it.
   * @default chunks are not compared with it
   */
  readonly maxRequestBytes?: number;
  /**
   * Objects that exist already in the cluster and are not in the set, as in `ConfigMap opni/opensearch-ca`,
   * `ServiceAccount opni/shipper` or `ClusterOutput opni/archive`. Secrets are never asked for.
   * @default none
   */
  readonly external?: readonly string[];
  /**
   * Folders of the node that pods may write to, with all that is below them.
   * @default ['/var/lib/opni-logging']
   */
  readonly stateFolders?: readonly string[];
}
