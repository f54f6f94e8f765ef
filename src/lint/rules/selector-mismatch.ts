import type { Problem } from '../../common/error.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { type Fields, fields, isEmpty, items, read } from '../fields.js';
import type { ObjectSet } from '../object-set.js';
import { type LintRule, problem } from '../rule.js';

/** Workloads whose selector a user writes; that of a Job is made by Kubernetes. */
const WORKLOADS = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet'];
/** Pods that the Logging Operator makes carry these names; they are in no set. */
const OPERATOR_PODS = ['fluentd', 'fluentbit'];
const NAME_LABEL = 'app.kubernetes.io/name';

/** Objects that select pods of their namespace, and what is lost when they select none. */
const SELECTORS: readonly {
  readonly kind: string;
  readonly field: string;
  readonly lost: string;
  readonly isPlain?: boolean;
}[] = [
  { kind: 'Service', field: 'selector', lost: 'its address leads nowhere', isPlain: true },
  { kind: 'policy/PodDisruptionBudget', field: 'selector', lost: 'it protects nothing' },
  { kind: 'networking.k8s.io/NetworkPolicy', field: 'podSelector', lost: 'it guards nothing' },
];

/** A selector that misses is accepted by the API server and only shows as traffic that does not flow. */
export const selectorMismatch: LintRule = {
  id: 'selector-mismatch',
  title: 'Selectors fit the pods of the set',

  *check(set) {
    for (const pod of set.pods) {
      const { kind } = pod.owner;
      if (!WORKLOADS.includes(kind)) continue;
      if (selects(read(pod.owner, 'spec', 'selector'), pod.labels)) continue;
      const message = `does not fit the labels of its own pods; the API server refuses the ${kind}`;
      const labels = yamlOf(fields(read(pod.owner, 'spec', 'selector', 'matchLabels')));
      const fix = `write ${labels} into \`spec.template.metadata.labels\``;
      yield problem(pod.owner, 'spec.selector', message, fix);
    }
    for (const { kind, field, lost, isPlain } of SELECTORS) {
      for (const object of set.ofKind(kind)) {
        const written = read(object, 'spec', field);
        yield* checkSelector(
          set,
          object,
          `spec.${field}`,
          isPlain ? { matchLabels: written } : written,
          lost,
        );
      }
    }
  },
};

function* checkSelector(
  { pods }: ObjectSet,
  object: KubernetesObject,
  field: string,
  selector: unknown,
  lost: string,
): Generator<Problem> {
  const labels = fields(read(selector, 'matchLabels'));
  if (isEmpty(labels) && items(read(selector, 'matchExpressions')).length === 0) return;
  if (OPERATOR_PODS.includes(String(labels[NAME_LABEL]))) return;
  const { namespace } = object.metadata;
  const near = pods.filter(({ owner }) => owner.metadata.namespace === namespace);
  if (near.some((pod) => selects(selector, pod.labels))) return;
  const own = near.find((pod) => pod.owner.metadata.name === object.metadata.name) ?? near[0];
  const fix = own
    ? `write labels that a pod carries; those of ${own.owner.kind} ${own.owner.metadata.name} are ${yamlOf(own.labels)}`
    : 'remove the object, or add the workload that it is for';
  yield problem(object, field, `selects no pod of the set in its namespace: ${lost}`, fix);
}

/** Does a label selector fit the labels of a pod? */
function selects(selector: unknown, labels: Fields): boolean {
  for (const [key, value] of Object.entries(fields(read(selector, 'matchLabels')))) {
    if (labels[key] !== value) return false;
  }
  return items(read(selector, 'matchExpressions')).every((expression) => fits(fields(expression), labels));
}

function fits({ key, operator, values }: Fields, labels: Fields): boolean {
  const value = labels[String(key)];
  switch (operator) {
    case 'In':
      return items(values).includes(value);
    case 'NotIn':
      return !items(values).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

const yamlOf = (labels: Fields): string =>
  `\`{${Object.entries(labels)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}\``;
