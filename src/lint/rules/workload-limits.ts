import type { Problem } from '../../common/error.js';
import { parseBytes, parseCpu } from '../../config/quantity.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { items, read } from '../fields.js';
import { containersOf, specField } from '../pod-templates.js';
import { type LintRule, problem } from '../rule.js';

const AMOUNTS = [
  ['memory', parseBytes],
  ['cpu', parseCpu],
] as const;

/** The API server takes such a workload, and then makes none of its pods. */
export const workloadLimits: LintRule = {
  id: 'workload-limits',
  title: 'Every pod has a container, and no container asks for more than it may have',

  *check({ pods, logging }) {
    for (const pod of pods) {
      if (items(pod.spec['containers']).length === 0) {
        const fix = 'remove the change, or give the containers in full: a list replaces a list';
        yield problem(pod.owner, specField(pod, 'containers'), 'has no container', fix);
      }
      for (const { field, container } of containersOf(pod)) {
        yield* exceeded(pod.owner, `${field}.resources`, container['resources']);
      }
    }
    for (const owner of logging.loggings) {
      yield* exceeded(owner, 'spec.fluentd.resources', read(owner, 'spec', 'fluentd', 'resources'));
    }
    for (const owner of logging.agents) {
      yield* exceeded(owner, 'spec.resources', read(owner, 'spec', 'resources'));
    }
  },
};

function* exceeded(owner: KubernetesObject, field: string, resources: unknown): Generator<Problem> {
  for (const [name, parse] of AMOUNTS) {
    const least = amount(read(resources, 'requests', name), parse);
    const most = amount(read(resources, 'limits', name), parse);
    if (least === undefined || most === undefined || least.value <= most.value) continue;
    yield problem(
      owner,
      `${field}.requests.${name}`,
      `asks for ${least.text}, above the limit ${most.text}`,
      `\`limits: {${name}: ${least.text}}\`, or a smaller request`,
    );
  }
}

/** An amount in a notation that is not known is the API server's affair. */
function amount(value: unknown, parse: (text: string) => number) {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    return { text: String(value), value: parse(String(value)) };
  } catch {
    return undefined;
  }
}
