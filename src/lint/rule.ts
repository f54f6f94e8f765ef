import type { Problem } from '../common/error.js';
import { describeObject, type KubernetesObject } from '../constructs/kubernetes-object.js';
import { type ObjectSet } from './object-set.js';

/** What is asked of a set of rendered objects. Pure: the same set always gives the same problems. */
export interface LintRule {
  /** Name in messages and in the documentation, in kebab-case. */
  readonly id: string;
  /** What holds where the rule is kept, a short sentence. */
  readonly title: string;
  /** Finds every place where the rule is broken. */
  check(set: ObjectSet): Iterable<Problem>;
}

/**
 * A broken rule at a field of an object.
 *
 * @param field path of the field, as in `spec.http.buffer.type`
 * @param message what breaks, and why; never with a secret value
 * @param fix the YAML to write there, or what to remove
 */
export const problem = (object: KubernetesObject, field: string, message: string, fix: string): Problem => ({
  path: `${describeObject(object)} ${field}`,
  message,
  fix,
});
