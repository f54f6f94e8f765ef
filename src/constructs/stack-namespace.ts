import { Construct } from 'constructs';
import { KubeObject } from './kube-object.js';
import { labelsFor } from './labels.js';

/** Options of {@link StackNamespace}. */
export interface StackNamespaceProps {
  readonly name: string;
  /** Pod security level that is enforced. Collectors mount host folders, which only `privileged` allows. @default 'privileged' */
  readonly podSecurity?: 'privileged' | 'baseline' | 'restricted';
  /** Priority class to make. @default none */
  readonly priorityClass?: { readonly name: string; readonly value: number };
}

/** Namespaces that every cluster has, and that are not ours to label. */
const BUILT_IN = /^(default|kube-.*)$/;

/** The stack's namespace with its pod security level, and the priority class of its pods. */
export class StackNamespace extends Construct {
  constructor(scope: Construct, id: string, props: StackNamespaceProps) {
    super(scope, id);
    const labels = labelsFor({ name: 'opni-logging', instance: props.name, component: 'namespace' });
    if (!BUILT_IN.test(props.name)) {
      new KubeObject(this, 'Namespace', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: props.name,
          labels: { ...labels, 'pod-security.kubernetes.io/enforce': props.podSecurity ?? 'privileged' },
        },
      });
    }
    if (props.priorityClass) {
      new KubeObject(this, 'PriorityClass', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: props.priorityClass.name, labels },
        value: props.priorityClass.value,
        description: 'Pods that collect and ship logs.',
      });
    }
  }
}
