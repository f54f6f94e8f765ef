import { Construct } from 'constructs';
import { KubeObject } from './kube-object.js';
import { labelsFor } from './labels.js';
import type { LoggingScope } from './log-adapter.js';

/** Options of {@link Output}. */
export interface OutputProps {
  readonly name: string;
  /** Namespace of the Flows that may send to it. */
  readonly namespace: string;
  /** The Logging that it belongs to. */
  readonly logging: LoggingScope;
  /** One target in the Logging Operator's own words, such as `{ s3: { … } }`. */
  readonly target: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A further output for one namespace. */
export class Output extends Construct {
  readonly name: string;
  readonly object: KubeObject;

  constructor(scope: Construct, id: string, props: OutputProps) {
    super(scope, id);
    this.name = props.name;
    this.object = new KubeObject(this, 'Resource', {
      apiVersion: 'logging.banzaicloud.io/v1beta1',
      kind: 'Output',
      metadata: {
        name: props.name,
        namespace: props.namespace,
        labels: labelsFor({ name: 'output', instance: props.name, component: 'collection' }),
      },
      spec: { loggingRef: props.logging.loggingRef, ...props.target },
    });
    this.node.addValidation({
      validate: () => {
        const targets = Object.keys(props.target);
        return targets.length === 1
          ? []
          : [`output ${props.name} has ${targets.length} targets (${targets.join(', ')}): give exactly one`];
      },
    });
  }
}
