import type { Problem } from '../common/error.js';
import { DEAD_LETTER_PIPELINE, type OpenSearchSink, type Pipeline } from './pipeline-model.js';

/** A pipeline and its name. */
export interface NamedPipeline {
  readonly name: string;
  readonly pipeline: Pipeline;
}

/** Finds what one field says against another in a pipeline whose shape is right already. */
export type PipelineRule = (named: NamedPipeline) => Iterable<Problem>;

/** Receives this pipeline what the sinks of the others could not write? */
export const isDeadLetters = ({ name }: NamedPipeline): boolean => name === DEAD_LETTER_PIPELINE;

/** Every OpenSearch sink of a pipeline with its path. */
export function sinksOf({
  name,
  pipeline,
}: NamedPipeline): { readonly path: string; readonly sink: OpenSearchSink }[] {
  return pipeline.sink.map(({ opensearch }, index) => ({
    path: `${name}.sink[${index}].opensearch`,
    sink: opensearch,
  }));
}
