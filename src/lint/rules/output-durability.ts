import type { Problem } from '../../common/error.js';
import { RETRYABLE_CODES } from '../../constructs/cluster-output.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { PIPELINE_DEFAULTS } from '../../data-prepper/pipelines.js';
import { type Fields, fields, items, read, text } from '../fields.js';
import { type LintRule, problem } from '../rule.js';

/** Overload and restarts of Data Prepper and of proxies before it. */
const NEEDED_CODES = [408, 429, 500, 502, 503, 504];
/** Answers that stay the same however often the chunk is sent. */
const HOPELESS_CODES = [400, 413];
const PATHS = ['tls_ca_cert_path', 'tls_client_cert_path', 'tls_private_key_path'];
const DEFAULT_CHUNK_KEYS = 'tag,time';

/**
 * Outputs to Data Prepper, known by the path of their endpoint, lose nothing. Measured with Fluentd 1.16: by default a
 * chunk that meets 408 or 429 is put aside for ever, and a full buffer loses records that were acknowledged.
 * Outputs to other systems are not looked at: what they need is not known here.
 */
export const outputDurability: LintRule = {
  id: 'output-durability',
  title: 'An http output to Data Prepper keeps every chunk on disk until it is taken',

  *check({ logging: { outputs } }) {
    for (const output of outputs) {
      const http = fields(read(output, 'spec', 'http'));
      if (!isShipper(http)) continue;
      yield* checkRequest(output, http);
      yield* checkAnswers(output, http);
      yield* checkBuffer(output, http['buffer']);
    }
  },
};

/** Does an http target send to Data Prepper? */
export const isShipper = (http: Fields): boolean =>
  text(http['endpoint'])
    ?.replace(/[?#].*$/, '')
    .endsWith(PIPELINE_DEFAULTS.path) ?? false;

const at = (output: KubernetesObject, field: string, message: string, fix: string): Problem =>
  problem(output, `spec.http.${field}`, message, fix);

function* checkRequest(output: KubernetesObject, http: Fields): Generator<Problem> {
  if (http['json_array'] !== true) {
    const message = 'is not true: Data Prepper refuses anything but an array with 400, and the chunk is lost';
    yield at(output, 'json_array', message, '`json_array: true`');
  }
  const format = text(read(http, 'format', 'type')) ?? 'json';
  if (format !== 'json') {
    const message = `"${format}" cannot be sent as an array; the whole configuration is refused`;
    yield at(output, 'format.type', message, '`type: json`');
  }
  for (const name of PATHS) {
    if (read(http, name, 'valueFrom') === undefined) continue;
    const message = 'puts the content where the path of a file belongs; the whole configuration is refused';
    yield at(
      output,
      `${name}.valueFrom`,
      message,
      'write `mountFrom: {secretKeyRef: …}` instead of `valueFrom`',
    );
  }
}

function* checkAnswers(output: KubernetesObject, http: Fields): Generator<Problem> {
  const codes = items(http['retryable_response_codes'] ?? [503]).map(Number);
  const missing = NEEDED_CODES.filter((code) => !codes.includes(code));
  const hopeless = HOPELESS_CODES.filter((code) => codes.includes(code));
  const fix = `\`retryable_response_codes: [${RETRYABLE_CODES.join(', ')}]\``;
  if (missing.length) {
    const message = `lacks ${missing.join(', ')}: a chunk that meets such an answer is never sent again`;
    yield at(output, 'retryable_response_codes', message, fix);
  }
  if (hopeless.length) {
    const message = `holds ${hopeless.join(', ')}: such a chunk is never taken, and blocks all behind it`;
    yield at(output, 'retryable_response_codes', message, fix);
  }
  if (http['error_response_as_unrecoverable'] === false) {
    const message = 'is false: a chunk that is refused is dropped as if it had been taken';
    yield at(output, 'error_response_as_unrecoverable', message, 'remove `error_response_as_unrecoverable`');
  }
}

function* checkBuffer(output: KubernetesObject, value: unknown): Generator<Problem> {
  if (value === undefined || value === null) {
    const message =
      'is missing: chunks grow to 256 MB, which Data Prepper refuses, and a full buffer loses records';
    yield at(
      output,
      'buffer',
      message,
      '`buffer: {type: file, tags: "[]", flush_mode: interval, flush_interval: 3s, chunk_limit_size: 4m, ' +
        'total_limit_size: 4g, overflow_action: block, retry_forever: true, retry_max_interval: 30s}`',
    );
    return;
  }
  const buffer = fields(value);
  const field = (name: string, message: string, fix: string) => at(output, `buffer.${name}`, message, fix);
  if (buffer['disabled'] === true) {
    yield field('disabled', 'is true: nothing waits on disk while Data Prepper is away', 'remove `disabled`');
  }
  if ((buffer['type'] ?? 'file') !== 'file') {
    yield field('type', `"${buffer['type']}" is lost when the pod ends`, '`type: file`');
  }
  if (buffer['overflow_action'] !== 'block') {
    const message = `is ${buffer['overflow_action'] ?? 'missing'}: a full buffer loses records that were acknowledged`;
    yield field('overflow_action', message, '`overflow_action: block`');
  }
  if (buffer['retry_forever'] === false) {
    yield field(
      'retry_forever',
      'is false: a chunk is thrown away after some tries',
      '`retry_forever: true`',
    );
  } else if (buffer['retry_max_interval'] === undefined && buffer['retry_type'] !== 'periodic') {
    const message =
      'is missing: the wait doubles without end, so that sending does not go on when Data Prepper is back';
    yield field('retry_max_interval', message, '`retry_max_interval: 30s`');
  }
  yield* checkTimeKey(buffer, field);
}

/** With time as a chunk key and no interval, chunks wait for the end of their time slice. */
function* checkTimeKey(
  buffer: Fields,
  field: (name: string, message: string, fix: string) => Problem,
): Generator<Problem> {
  const keys = String(buffer['tags'] ?? DEFAULT_CHUNK_KEYS).split(/[,\s[\]"']+/);
  const mode = buffer['flush_mode'];
  if (!keys.includes('time') || mode === 'interval' || mode === 'immediate') return;
  const what = buffer['tags'] === undefined ? 'is missing, which means tag and time' : 'holds time';
  const message = `${what}: records wait for minutes, and are then sent all at once`;
  yield field('tags', message, '`tags: "[]"` and `flush_mode: interval`');
}
