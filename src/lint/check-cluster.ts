import { OpniLoggingError } from '../common/error.js';
import { parseBytes } from '../config/quantity.js';
import type { ClusterConfig } from '../config/types.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import type { LintContext } from './context.js';
import { lintObjects } from './lint.js';

/** What the rules have to know of a cluster besides its objects. */
export function lintContextOf(config: ClusterConfig): LintContext {
  const ca = config.opensearch?.ca;
  return {
    operatorVersion: config.operator.version,
    maxRequestBytes: parseBytes(config.shipper.intake.maxRequestBytes),
    external: ca?.kind === 'ConfigMap' ? [`ConfigMap ${config.namespace}/${ca.name}`] : [],
  };
}

/**
 * Holds the objects of one cluster against all rules.
 *
 * @throws OpniLoggingError `lint` with every problem
 */
export function checkCluster(config: ClusterConfig, objects: readonly KubernetesObject[]): void {
  const problems = lintObjects(objects, lintContextOf(config));
  if (problems.length === 0) return;
  const rules = problems.length === 1 ? 'a rule' : `rules in ${problems.length} places`;
  const message = `the objects of ${config.cluster.name} break ${rules}`;
  throw new OpniLoggingError('lint', message, { problems });
}
