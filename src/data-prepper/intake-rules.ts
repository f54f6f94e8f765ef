import type { Problem } from '../common/error.js';
import { isDeadLetters, type NamedPipeline, type PipelineRule } from './rule.js';

/** Port of Data Prepper's own API, which no source may take. */
export const API_PORT = 4900;

/** Rules over source and buffer. */
export const intakeRules: readonly PipelineRule[] = [
  sourcePresence,
  sourceTls,
  sourceLogin,
  sourceHealth,
  apiPort,
  buffer,
];

function* sourcePresence(named: NamedPipeline): Iterable<Problem> {
  const path = `${named.name}.source`;
  if (isDeadLetters(named) && named.pipeline.source) {
    yield { path, message: 'must be absent: this pipeline is fed by the failures of the others' };
  }
  if (!isDeadLetters(named) && !named.pipeline.source) yield { path, message: 'is missing' };
}

function* sourceTls({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  const http = pipeline.source?.http;
  if (!http) return;
  for (const file of ['ssl_certificate_file', 'ssl_key_file'] as const) {
    const path = `${name}.source.http.${file}`;
    if (http.ssl && http[file] === undefined) yield { path, message: 'is missing, and ssl is true' };
    if (!http.ssl && http[file] !== undefined) {
      yield { path, message: 'has no effect, and the port speaks plain HTTP', fix: 'set ssl: true' };
    }
  }
}

function* sourceLogin({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  const http = pipeline.source?.http;
  if (http?.authentication?.http_basic && !http.unauthenticated_health_check) {
    yield {
      path: `${name}.source.http.unauthenticated_health_check`,
      message: 'must be true: the kubelet cannot log in to /health',
    };
  }
}

function* sourceHealth({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  if (pipeline.source && !pipeline.source.http.health_check_service) {
    yield {
      path: `${name}.source.http.health_check_service`,
      message: 'must be true: the probes ask /health, which opens once OpenSearch is reachable',
    };
  }
}

function* apiPort({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  if (pipeline.source?.http.port === API_PORT) {
    yield {
      path: `${name}.source.http.port`,
      message: `must not be ${API_PORT}, the port of Data Prepper's own API`,
    };
  }
}

function* buffer({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  if (!pipeline.buffer || !('bounded_blocking' in pipeline.buffer)) return;
  const { buffer_size, batch_size } = pipeline.buffer.bounded_blocking;
  const { workers = 1 } = pipeline;
  const path = `${name}.buffer.bounded_blocking`;
  if (batch_size > buffer_size) {
    yield {
      path: `${path}.batch_size`,
      message: `must not exceed buffer_size (${buffer_size}), but is ${batch_size}`,
    };
  } else if (buffer_size < workers * batch_size) {
    yield {
      path: `${path}.buffer_size`,
      message: `must be at least workers × batch_size (${workers} × ${batch_size} = ${workers * batch_size}), but is ${buffer_size}`,
      fix: 'raise the buffer, or lower the batch or the workers',
    };
  }
}
