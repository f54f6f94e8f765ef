import type { OpenSearchSink, Pipeline, PipelinesFile } from '../../src/data-prepper/pipeline-model.js';
import type { PipelineOptions } from '../../src/data-prepper/pipeline-options.js';
import { buildPipelines } from '../../src/data-prepper/pipelines.js';

/** The pipelines of a small, good configuration. */
export const goodFile = (options: Partial<PipelineOptions> = {}): PipelinesFile =>
  buildPipelines({ opensearchUrl: 'https://search.example.com:9200', username: 'writer', ...options });

export const intakeOf = (file: PipelinesFile): Pipeline => file.pipelines['intake']!;
export const deadLettersOf = (file: PipelinesFile): Pipeline => file.pipelines['dlq_pipeline']!;
export const sinksOf = (pipeline: Pipeline): OpenSearchSink[] =>
  pipeline.sink.map(({ opensearch }) => opensearch);

/** A node of a document that a test takes apart. */
// biome-ignore lint/suspicious/noExplicitAny: tests break typed files on purpose
export type Loose = any;

/** A copy of the good file, changed in any way a test likes. */
export function broken(
  change: (pipelines: Record<string, Loose>) => void,
  options?: Partial<PipelineOptions>,
): PipelinesFile {
  const file = structuredClone(goodFile(options)) as { version: '2'; pipelines: Record<string, Loose> };
  change(file.pipelines);
  return file;
}
