import type { Problem } from '../../common/error.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { type Fields, items, read } from '../fields.js';
import { fitsAll, matchesOf } from '../logging-objects.js';
import type { ObjectSet } from '../object-set.js';
import { isHostCollector } from '../pod-templates.js';
import { type LintRule, problem } from '../rule.js';

const TAKE_REST = '`- select: {}` as the last entry';

/**
 * The router goes through the list from the top, the first entry that fits decides, and what fits none is not routed.
 * Measured with Fluentd 1.16: neither an empty list nor one of excludes alone routes anything.
 */
export const flowMatch: LintRule = {
  id: 'flow-match',
  title: 'Every match takes records, and the logs of hosts reach a ClusterFlow',

  *check(set) {
    for (const flow of set.logging.flows) yield* checkFlow(flow);
    yield* checkHostLogs(set);
  },
};

function* checkFlow(flow: KubernetesObject): Generator<Problem> {
  const matches = matchesOf(flow);
  if (matches === undefined) return;
  if (read(flow, 'spec', 'selectors') !== undefined) {
    const message = 'is written beside the older `selectors`; the operator refuses the flow';
    yield problem(flow, 'spec.match', message, 'remove `selectors`');
  }
  if (matches.length === 0) {
    yield problem(
      flow,
      'spec.match',
      'is an empty list, which takes no record at all',
      '`match: [{select: {}}]`',
    );
    return;
  }
  if (matches.every(({ select }) => select === undefined)) {
    yield problem(flow, 'spec.match', 'only excludes, and so takes no record at all', TAKE_REST);
  }
  let decided = -1;
  for (const [index, entry] of matches.entries()) {
    const field = `spec.match[${index}]`;
    if (decided >= 0) {
      const message = `is never reached: entry ${decided} fits every record`;
      yield problem(flow, field, message, `move it above entry ${decided}, or remove it`);
    }
    yield* checkEntry(flow, field, entry);
    if (decided < 0 && (fitsAll(entry['select']) || fitsAll(entry['exclude']))) decided = index;
  }
}

function* checkEntry(flow: KubernetesObject, field: string, { select, exclude }: Fields): Generator<Problem> {
  if (select !== undefined && exclude !== undefined) {
    const message = 'holds a select and an exclude; the operator refuses the flow';
    yield problem(
      flow,
      field,
      message,
      'make two entries of it: `- exclude: {…}` and below it `- select: {…}`',
    );
  }
  if (select === undefined && exclude === undefined) {
    yield problem(
      flow,
      field,
      'holds neither select nor exclude and is dropped',
      '`- select: {}`, or remove it',
    );
  }
  for (const [name, criteria] of Object.entries({ select, exclude })) {
    for (const [index, pattern] of items(read(criteria, 'namespaces_regex')).entries()) {
      if (!String(pattern).includes(',')) continue;
      yield problem(
        flow,
        `${field}.${name}.namespaces_regex[${index}]`,
        'holds a comma, at which the expression is cut in two; it fits nothing then',
        'write it without a comma, such as `a?` and `aa?a?` for repetitions, or as several entries of the list',
      );
    }
  }
}

/** Records of hosts have no namespace, labels or container, so only a select without criteria fits them. */
function* checkHostLogs({ pods, logging }: ObjectSet): Generator<Problem> {
  const [flow] = logging.clusterFlows;
  if (flow === undefined || logging.clusterFlows.some(takesHostLogs)) return;
  if (
    logging.loggings.some((object) => items(read(object, 'spec', 'defaultFlow', 'globalOutputRefs')).length)
  ) {
    return;
  }
  const collectors = [
    ...pods.filter(isHostCollector).map(({ owner }) => owner),
    ...logging.agents.filter((agent) => read(agent, 'spec', 'disableKubernetesFilter') === true),
  ];
  const [collector] = collectors;
  if (collector === undefined) return;
  yield problem(
    flow,
    'spec.match',
    `leaves out the host logs of ${collector.kind} ${collector.metadata.name}: they have no namespace and no labels`,
    TAKE_REST,
  );
}

function takesHostLogs(flow: KubernetesObject): boolean {
  const decisive = matchesOf(flow)?.find(({ select, exclude }) => fitsAll(select) || fitsAll(exclude));
  return matchesOf(flow) === undefined || fitsAll(decisive?.['select']);
}
