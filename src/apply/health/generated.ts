import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { ObjectRef } from '../set/object-ref.js';

interface LoggingSpec {
  readonly loggingRef?: string;
  readonly controlNamespace?: string;
  readonly fluentBitAgentNamespace?: string;
}

const specOf = (object: KubernetesObject): LoggingSpec => (object['spec'] ?? {}) as LoggingSpec;

/**
 * The workload that the Logging Operator makes of an object, and by which its health is judged, since a Logging and a
 * FluentbitAgent say little of themselves: the StatefulSet `<logging>-fluentd` and the DaemonSet `<agent>-fluentbit`.
 *
 * @param object a Logging or a FluentbitAgent; others have none
 * @param set objects among which the Logging of an agent is found
 */
export function generatedWorkload(
  object: KubernetesObject,
  set: readonly KubernetesObject[],
): ObjectRef | undefined {
  const { name } = object.metadata;
  switch (groupKindOf(object)) {
    case 'logging.banzaicloud.io/Logging':
      return workload('StatefulSet', specOf(object).controlNamespace, `${name}-fluentd`);
    case 'logging.banzaicloud.io/FluentbitAgent': {
      const { loggingRef = '' } = specOf(object);
      const logging = set.find(
        (other) =>
          groupKindOf(other) === 'logging.banzaicloud.io/Logging' &&
          (specOf(other).loggingRef ?? '') === loggingRef,
      );
      if (!logging) return undefined;
      const { controlNamespace, fluentBitAgentNamespace = controlNamespace } = specOf(logging);
      return workload('DaemonSet', fluentBitAgentNamespace, `${name}-fluentbit`);
    }
    default:
      return undefined;
  }
}

const workload = (kind: string, namespace: string | undefined, name: string): ObjectRef | undefined =>
  namespace === undefined ? undefined : { group: 'apps', version: 'v1', kind, namespace, name };
