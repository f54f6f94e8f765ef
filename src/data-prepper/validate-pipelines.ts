import type { Problem } from '../common/error.js';
import { intakeRules } from './intake-rules.js';
import { DEAD_LETTER_PIPELINE, type PipelinesFile, toDocument } from './pipeline-model.js';
import { PIPELINES_SCHEMA } from './pipeline-schema.js';
import { processorRules } from './processor-rules.js';
import { routingRules } from './routing-rules.js';
import { checkSchema } from './schema-node.js';
import { secretRule } from './secret-rules.js';
import { sinkRules } from './sink-rules.js';

const PIPELINE_RULES = [...intakeRules, ...processorRules, ...routingRules, sinkRules];

const FILE_RULES = [names, deadLetters, ports, secretRule];

/** Names that Data Prepper keeps for itself. */
const RESERVED_NAMES: readonly string[] = [
  'data-prepper',
  'dataPrepper',
  'core',
  'extension',
  'pipeline_configurations',
];

/**
 * Checks a pipelines file before it is written. Data Prepper itself would only log a line about a pipeline it cannot
 * use, run the others, and look healthy.
 *
 * First the shape (names, types, bounds), then, when that is right, what fields say about each other and what this
 * project asks for so that no record is lost or doubled.
 *
 * @returns everything found wrong, with its path in the file; empty when the file is good
 */
export function validatePipelines(file: PipelinesFile): readonly Problem[] {
  const shape = checkSchema(toDocument(file), PIPELINES_SCHEMA, '');
  if (shape.length > 0) return shape;
  const pipelines = Object.entries(file.pipelines).map(([name, pipeline]) => ({ name, pipeline }));
  return [
    ...FILE_RULES.flatMap((rule) => [...rule(file)]),
    ...pipelines.flatMap((named) => PIPELINE_RULES.flatMap((rule) => [...rule(named)])),
  ];
}

function* names({ pipelines }: PipelinesFile): Iterable<Problem> {
  for (const path of Object.keys(pipelines).filter((name) => RESERVED_NAMES.includes(name))) {
    yield {
      path,
      message: 'is a name that Data Prepper keeps for itself',
      fix: 'give the pipeline another name',
    };
  }
}

function* deadLetters({ pipelines }: PipelinesFile): Iterable<Problem> {
  if (!Object.hasOwn(pipelines, DEAD_LETTER_PIPELINE)) {
    yield {
      path: DEAD_LETTER_PIPELINE,
      message: 'is missing, so documents that OpenSearch refuses would be dropped',
    };
  }
}

function* ports({ pipelines }: PipelinesFile): Iterable<Problem> {
  const owners = new Map<number, string>();
  for (const [name, { source }] of Object.entries(pipelines)) {
    if (!source) continue;
    const port = source.http.port ?? 2021;
    const owner = owners.get(port);
    if (owner !== undefined)
      yield { path: `${name}.source.http.port`, message: `is taken by '${owner}' already` };
    else owners.set(port, name);
  }
}
