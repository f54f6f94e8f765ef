import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { OpniLoggingError } from '../../src/common/error.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { renderObjects } from '../../src/synth/render.js';

/** The objects of the constructs that a function makes, rendered as the command renders them. */
export function render(make: (scope: Construct) => unknown): KubernetesObject[] {
  const chart = new Chart(new App(), 'test');
  make(chart);
  return renderObjects(chart);
}

/** What rendering refuses: `path: message` of every problem, the path without the chart's name. */
export function refusal(make: (scope: Construct) => unknown): string[] {
  try {
    render(make);
  } catch (error) {
    if (!(error instanceof OpniLoggingError)) throw error;
    return error.problems.map(({ path = '', message }) => `${path.replace(/^test\//, '')}: ${message}`);
  }
  throw new Error('nothing was refused');
}
