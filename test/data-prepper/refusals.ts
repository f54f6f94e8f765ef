import { expect } from 'chai';
import { formatProblem } from '../../src/common/error.js';
import type { PipelineOptions } from '../../src/data-prepper/pipeline-options.js';
import { validatePipelines } from '../../src/data-prepper/validate-pipelines.js';
import { broken, type Loose } from './fixtures.js';

/** Value that takes a key away. */
export const GONE = Symbol('gone');

/** A text that must never show up in a message. */
export const SECRET = 'hunter2';

/** What is broken, how, where the problem is reported (after the place that is patched), and part of its message. */
export type Refusal = readonly [
  name: string,
  patch: Readonly<Record<string, unknown>>,
  where: string,
  message: string,
];

/** The node at a path such as `intake.sink[0].opensearch`; the empty path is the pipelines themselves. */
function nodeAt(pipelines: Loose, path: string): Loose {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  return keys.reduce((node: Loose, key) => node[key], pipelines);
}

/** Defines a test for each refusal: one place of a good file is patched, and the problem must be found there. */
export function refuses(
  place: string,
  refusals: readonly Refusal[],
  options?: Partial<PipelineOptions>,
): void {
  for (const [name, patch, where, message] of refusals) {
    it(`refuses ${name}`, () => {
      const file = broken((pipelines) => {
        const node = nodeAt(pipelines, place);
        for (const [key, value] of Object.entries(patch)) {
          if (value === GONE) delete node[key];
          else node[key] = value;
        }
      }, options);
      const problems = validatePipelines(file);
      const found = problems.filter(({ path }) => path === place + where).map((problem) => problem.message);
      expect(found.join('\n'), problems.map(formatProblem).join('\n')).to.include(message);
      expect(JSON.stringify(problems)).to.not.include(SECRET);
    });
  }
}
