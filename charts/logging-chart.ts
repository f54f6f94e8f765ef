import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { LoggingStack, type LoggingStackProps } from '../src/constructs/logging-stack.js';

/** The logging stack of one cluster as a chart. */
export class LoggingChart extends Chart {
  readonly stack: LoggingStack;

  /** @param props the configuration of the cluster */
  constructor(scope: Construct, id: string, props: LoggingStackProps) {
    super(scope, id);
    this.stack = new LoggingStack(this, 'Stack', props);
  }
}
