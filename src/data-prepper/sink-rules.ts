import type { Problem } from '../common/error.js';
import type { OpenSearchSink } from './pipeline-model.js';
import { isDeadLetters, type NamedPipeline, sinksOf } from './rule.js';

type SinkRule = (sink: OpenSearchSink, path: string, deadLetters: boolean) => Iterable<Problem>;

const RULES: readonly SinkRule[] = [
  login,
  certificates,
  deadLetterQueue,
  keys,
  indexType,
  indexName,
  indexTime,
  delivery,
  documentId,
];

/** Rules over OpenSearch sinks: those that Data Prepper has, and those without which records are lost or doubled. */
export function* sinkRules(named: NamedPipeline): Iterable<Problem> {
  const deadLetters = isDeadLetters(named);
  for (const { path, sink } of sinksOf(named)) {
    for (const rule of RULES) yield* rule(sink, path, deadLetters);
  }
}

function* login(sink: OpenSearchSink, path: string): Iterable<Problem> {
  if ((sink.username === undefined) !== (sink.password === undefined)) {
    yield { path, message: 'needs username and password together' };
  }
  const ways = [sink.username ?? sink.password, sink.api_token, sink.authentication];
  if (ways.filter((way) => way !== undefined).length !== 1) {
    yield {
      path,
      message: 'needs exactly one way to log in: username and password, api_token, or authentication',
    };
  }
}

function* certificates(sink: OpenSearchSink, path: string): Iterable<Problem> {
  if (sink.insecure && sink.cert !== undefined) {
    yield { path: `${path}.cert`, message: 'has no effect while insecure is true', fix: 'drop one of them' };
  }
}

function* deadLetterQueue(sink: OpenSearchSink, path: string): Iterable<Problem> {
  for (const key of ['dlq', 'dlq_file'] as const) {
    if (sink[key] !== undefined) {
      yield {
        path: `${path}.${key}`,
        message: 'stands against dlq_pipeline, which takes the failures of every sink',
      };
    }
  }
}

function* keys(sink: OpenSearchSink, path: string): Iterable<Problem> {
  if (sink.include_keys && sink.exclude_keys) {
    yield { path, message: 'must not have both include_keys and exclude_keys' };
  }
}

function* indexType(sink: OpenSearchSink, path: string): Iterable<Problem> {
  if (sink.index_type !== 'management_disabled') {
    yield {
      path: `${path}.index_type`,
      message:
        'must be management_disabled: all others need rights that a write-only account lacks, and the port never opens',
    };
  }
  if (sink.index === undefined) yield { path: `${path}.index`, message: 'is missing' };
}

/** OpenSearch's own rules, on what is left of the name once the date is taken for a word. */
function* indexName(sink: OpenSearchSink, path: string): Iterable<Problem> {
  const name = (sink.index ?? 'x').replaceAll(/[$%]\{[^}]*\}/g, '0');
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name) || name.length > 200) {
    yield {
      path: `${path}.index`,
      message: 'is no index name that OpenSearch takes',
      fix: 'begin with a lower-case letter or digit, then lower-case letters, digits, ".", "_" and "-", 200 at most',
    };
  }
}

/** By the record's own time a repeated record meets its first copy; by the time of writing it may fall into the next day. */
function* indexTime(sink: OpenSearchSink, path: string, deadLetters: boolean): Iterable<Problem> {
  const index = sink.index ?? '';
  if (index.includes('%{')) {
    yield {
      path: `${path}.index`,
      message: 'must not use %{…}, which is the time of writing',
      fix: 'use formatDateTime',
    };
  } else if (deadLetters && index.includes('${')) {
    yield { path: `${path}.index`, message: 'must be a fixed name: a dead letter may lack any field' };
  } else if (!deadLetters && !index.includes('${formatDateTime(/')) {
    yield {
      path: `${path}.index`,
      message: "must end with the day of the record's own time",
      fix: 'append ${formatDateTime(/@timestamp, "yyyy.MM.dd")}',
    };
  }
}

function* delivery(sink: OpenSearchSink, path: string): Iterable<Problem> {
  if (sink.flush_timeout !== -1) {
    yield { path: `${path}.flush_timeout`, message: 'must be -1: a bulk that waits is lost at shutdown' };
  }
  if (sink.max_retries !== undefined) {
    yield {
      path: `${path}.max_retries`,
      message:
        'must be absent: endless retries fill the buffer, and the 408 that follows keeps records with the sender',
    };
  }
}

function* documentId(sink: OpenSearchSink, path: string, deadLetters: boolean): Iterable<Problem> {
  if (deadLetters) return;
  if (sink.document_id === undefined) {
    yield {
      path: `${path}.document_id`,
      message: 'is missing, so a record that is sent again is written twice',
    };
  } else if (!/^\$\{\/[^}]+\}$/.test(sink.document_id)) {
    yield {
      path: `${path}.document_id`,
      message: 'must be one field of the record',
      fix: 'write it as ${/log_id}',
    };
  }
  if (sink.action !== undefined && sink.action !== 'index') {
    yield {
      path: `${path}.action`,
      message: 'must be index: a record that is sent again then replaces its first copy',
    };
  }
}
