import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { keyOf, refOf } from '../set/object-ref.js';

/** What is to be done with one object. */
export interface Decision {
  /** The object as it is sent. */
  readonly object: KubernetesObject;
  /**
   * - `create`: nothing is there, or nothing can be there yet
   * - `update`, `recreate`, `unchanged`
   * - `await-gone`: what is there is being deleted, and has to be gone first
   * - `kept`, `conflict`, `failed`: nothing is to be written
   */
  readonly action:
    | 'create'
    | 'update'
    | 'recreate'
    | 'unchanged'
    | 'await-gone'
    | 'kept'
    | 'conflict'
    | 'failed';
  /** The object in the cluster, where it was read. */
  readonly live?: LiveObject;
  /** Undefined while its kind is not served yet. */
  readonly resource?: ApiResource;
  /** False when it is left to somebody else, and does not belong to the set. */
  readonly member: boolean;
  /** Paths that change, or that somebody else owns. */
  readonly fields?: readonly string[];
  /** The object as it would be, where a dry run told. */
  readonly after?: LiveObject;
  readonly message?: string;
  readonly fix?: string;
}

/** What writes nothing. */
export type QuietAction = Extract<Decision['action'], 'unchanged' | 'kept' | 'conflict' | 'failed'>;

/** Whether nothing is to be written for an object. */
export const isQuiet = (action: Decision['action']): action is QuietAction =>
  action === 'unchanged' || action === 'kept' || action === 'conflict' || action === 'failed';

/** UIDs of the members that are in the cluster, by `keyOf`. */
export const uidsOf = (decisions: readonly Decision[]): ReadonlyMap<string, string> =>
  new Map(
    decisions.flatMap(({ object, live, member }) =>
      live && member ? [[keyOf(refOf(object)), live.metadata.uid] as const] : [],
    ),
  );
