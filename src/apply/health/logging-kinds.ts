import type { LiveObject } from '../../kube/live-object.js';
import {
  current,
  failed,
  type Health,
  type HealthRule,
  inProgress,
  numberIn,
  partOf,
} from './health-rule.js';

const GROUP = 'logging.banzaicloud.io';

/** Problems that the operator found, in its words. */
function problemsOf(live: LiveObject): readonly string[] {
  const status = partOf(live, 'status');
  const problems = (status['problems'] ?? []) as readonly string[];
  return problems.length > 0 || numberIn(status, 'problemsCount') === 0
    ? problems
    : [`${numberIn(status, 'problemsCount')} problems`];
}

/** The operator says of these whether they are used, and what is wrong. */
const usedBy =
  (user: string) =>
  (live: LiveObject): Health => {
    const problems = problemsOf(live);
    if (problems.length > 0) return failed('Problems', problems.join('; '));
    const { active } = partOf(live, 'status');
    if (active === undefined || active === null)
      return inProgress('NotObserved', 'was not looked at by the operator yet');
    if (active === false) return { ...current(`is used by no ${user}`, 'Inactive'), warning: true };
    return current('is in use', 'Active');
  };
const flowOrOutput = usedBy('flow');

/** The aggregator's configuration is checked by a pod; a check that failed keeps the old configuration running. */
function logging(live: LiveObject): Health {
  const status = live['status'];
  if (status === undefined) return inProgress('NotObserved', 'was not looked at by the operator yet');
  const problems = problemsOf(live);
  if (problems.length > 0) return failed('Problems', problems.join('; '));
  const results = (partOf(live, 'status')['configCheckResults'] ?? {}) as Readonly<Record<string, boolean>>;
  const refused = Object.entries(results).filter(([, ok]) => !ok);
  if (refused.length > 0) {
    const names = refused.map(([hash]) => hash).join(', ');
    return failed(
      'ConfigCheckFailed',
      `has a configuration that Fluentd refuses (check ${names}); the old one keeps running`,
    );
  }
  if (Object.keys(results).length === 0)
    return inProgress('ConfigCheckPending', 'has no checked configuration yet');
  return current('has a checked configuration', 'ConfigChecked');
}

/** Rules for the kinds of the Logging Operator, which have neither conditions nor `observedGeneration`. */
export const LOGGING_RULES: Readonly<Record<string, HealthRule>> = {
  [`${GROUP}/Logging`]: logging,
  [`${GROUP}/ClusterFlow`]: flowOrOutput,
  [`${GROUP}/ClusterOutput`]: flowOrOutput,
  [`${GROUP}/Flow`]: flowOrOutput,
  [`${GROUP}/Output`]: flowOrOutput,
  [`${GROUP}/FluentdConfig`]: usedBy('Logging'),
};
