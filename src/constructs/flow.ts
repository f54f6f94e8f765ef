import { Construct } from 'constructs';
import { KubeObject } from './kube-object.js';
import { labelsFor } from './labels.js';
import type { LoggingScope } from './log-adapter.js';

/** Options of {@link Flow}. */
export interface FlowProps {
  readonly name: string;
  /** Namespace whose records it takes. */
  readonly namespace: string;
  /** The Logging that it belongs to. */
  readonly logging: LoggingScope;
  /** Filters, as the Logging Operator takes them. @default none */
  readonly filters?: readonly Readonly<Record<string, unknown>>[];
  /** Matches, as the Logging Operator takes them. @default all records of the namespace */
  readonly match?: readonly Readonly<Record<string, unknown>>[];
  /** Names of Outputs in the same namespace. @default none */
  readonly outputs?: readonly string[];
  /** Names of ClusterOutputs that are not protected. @default none */
  readonly clusterOutputs?: readonly string[];
}

/** A further flow for one namespace, beside the stack's own. */
export class Flow extends Construct {
  readonly object: KubeObject;

  constructor(scope: Construct, id: string, props: FlowProps) {
    super(scope, id);
    const count = (props.outputs?.length ?? 0) + (props.clusterOutputs?.length ?? 0);
    props.logging.addBuffers(count);
    this.object = new KubeObject(this, 'Resource', {
      apiVersion: 'logging.banzaicloud.io/v1beta1',
      kind: 'Flow',
      metadata: {
        name: props.name,
        namespace: props.namespace,
        labels: labelsFor({ name: 'flow', instance: props.name, component: 'collection' }),
      },
      spec: {
        loggingRef: props.logging.loggingRef,
        match: props.match,
        filters: props.filters,
        localOutputRefs: props.outputs,
        globalOutputRefs: props.clusterOutputs,
      },
    });
    this.node.addValidation({
      validate: () => [
        ...(count ? [] : [`flow ${props.name} has no output: name one in outputs or clusterOutputs`]),
        ...(props.match?.length === 0
          ? [`flow ${props.name} has an empty match, which takes nothing; leave it out`]
          : []),
      ],
    });
  }
}
