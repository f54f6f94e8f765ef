import type { Problem } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { LintContext } from './context.js';
import { ObjectSet } from './object-set.js';
import { RULES } from './rules.js';

/**
 * Checks the rendered objects of one cluster against all rules: what would lose logs, stop the pipeline or show a
 * secret, although an API server accepts it.
 *
 * @param objects plain objects, after all overrides were applied; they are only read
 * @param context what the objects do not say
 * @returns every problem, rule after rule; the id of the rule ends the message. Empty when nothing is wrong
 */
export function lintObjects(objects: readonly KubernetesObject[], context: LintContext): readonly Problem[] {
  const set = new ObjectSet(objects, context);
  const problems: Problem[] = [];
  for (const rule of RULES) {
    for (const found of rule.check(set))
      problems.push({ ...found, message: `${found.message} [${rule.id}]` });
  }
  return problems;
}
