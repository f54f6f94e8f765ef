import { describeObject, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { read } from '../fields.js';
import { clusterNamespaceOf } from '../logging-objects.js';

import { type LintRule, problem } from '../rule.js';

/** Despite their names the kinds are namespaced, and one in another namespace is passed over without a word. */
export const clusterResourceNamespace: LintRule = {
  id: 'cluster-resource-namespace',
  title: 'ClusterFlows, ClusterOutputs and the FluentdConfig are in the control namespace of their Logging',

  *check({ logging: objects }) {
    const { loggings, clusterFlows, outputs, aggregators } = objects;
    const clusterOutputs = outputs.filter(({ kind }) => kind === 'ClusterOutput');
    for (const object of [...clusterFlows, ...clusterOutputs]) {
      const logging = objects.loggingOf(object);
      const namespace = logging && clusterNamespaceOf(logging);
      if (logging && namespace !== undefined && object.metadata.namespace !== namespace) {
        yield misplaced(object, describeObject(logging), namespace);
      }
    }
    const [first] = loggings;
    const namespaces = loggings.map((logging) => read(logging, 'spec', 'controlNamespace'));
    for (const aggregator of aggregators) {
      if (first === undefined || namespaces.includes(aggregator.metadata.namespace)) continue;
      yield misplaced(aggregator, describeObject(first), String(namespaces[0]));
    }
  },
};

const misplaced = (object: KubernetesObject, logging: string, namespace: string) =>
  problem(
    object,
    'metadata.namespace',
    `${logging} sees a ${object.kind} in the namespace "${namespace}" only; this one has no effect`,
    `\`namespace: ${namespace}\``,
  );
