import type { SettleOptions } from './health/settle.js';
import type { ConflictPolicy } from './plan/policy.js';
import type { PruneOptions } from './removal/prune.js';
import type { SessionOptions } from './session/session.js';
import type { LockWaits } from './session/take-lock.js';

/** Options of `applySet`. */
export interface ApplyOptions extends SessionOptions {
  /** Asks the API server what would happen, and changes nothing, the inventory and the lock included. @default false */
  readonly dryRun?: boolean;
  /** How to get along with others. @default `{}` */
  readonly conflicts?: ConflictPolicy;
  /**
   * Whether an object may be deleted and made anew when a field that differs cannot be changed. Only kinds that lose
   * nothing by it are.
   * @default true
   */
  readonly recreate?: boolean;
  /** @default `{}` */
  readonly prune?: PruneOptions;
  /** How long to wait for what later objects need, and for what is being deleted, in milliseconds. @default 300000 */
  readonly waitMs?: number;
  /** Waits until the objects are healthy, or not. @default not */
  readonly health?: SettleOptions;
  /** Name of this actor, and how long to wait for another one. @default see the properties */
  readonly lock?: LockWaits;
}
