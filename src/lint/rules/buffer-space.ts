import type { Problem } from '../../common/error.js';
import { formatBytes, parseBytes } from '../../config/quantity.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { PIPELINE_DEFAULTS } from '../../data-prepper/pipelines.js';
import { chunkLimits } from '../../data-prepper/sizing.js';
import { type Fields, fields, isEmpty, read, text } from '../fields.js';
import { asFluentdSize, fluentdBytes } from '../fluentd-size.js';
import { type AggregatorAt, type OutputReference, targetsOf } from '../logging-objects.js';
import type { ObjectSet } from '../object-set.js';
import { type LintRule, problem } from '../rule.js';
import { isShipper } from './output-durability.js';

/** What the operator claims when nothing is said. */
const DEFAULT_VOLUME = '20Gi';
/** The rest is for the file system and for growth during a flush. */
const USABLE_SHARE = 0.8;
/** Targets that keep nothing. */
const UNBUFFERED = new Set(['nullout']);

/**
 * Every pair of a flow and an output has a disk buffer of its own, and the error output one more; with nothing said, one
 * buffer may take 64 GB. A full volume stops all of them.
 */
export const bufferSpace: LintRule = {
  id: 'buffer-space',
  title: 'All disk buffers together fit the volume of the aggregator, and every chunk fits a request',

  *check(set) {
    for (const logging of set.logging.loggings) {
      const aggregator = set.logging.aggregatorOf(logging);
      if (aggregator) yield* checkVolume(set, logging, aggregator);
    }
    for (const output of set.logging.outputs) yield* checkChunk(output, set.context.maxRequestBytes);
  },
};

function* checkVolume(
  set: ObjectSet,
  logging: KubernetesObject,
  aggregator: AggregatorAt,
): Generator<Problem> {
  const { object, field, spec } = aggregator;
  const volume = fields(spec['bufferStorageVolume']);
  if (spec['disablePvc'] === true || volume['emptyDir'] !== undefined) {
    const name = spec['disablePvc'] === true ? 'disablePvc' : 'bufferStorageVolume.emptyDir';
    yield problem(
      object,
      `${field}.${name}`,
      'puts the buffers into the pod: all that was not sent yet is lost when it moves',
      `remove \`${name}\`, and write \`bufferStorageVolume: {pvc: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${DEFAULT_VOLUME}}}}}}\``,
    );
  }
  const buffers = set.logging.references.flatMap((reference) =>
    reference.logging === logging ? bufferOf(reference) : [],
  );
  const space = volumeBytes(spec);
  const share = asFluentdSize(
    ((space ?? parseBytes(DEFAULT_VOLUME)) * USABLE_SHARE) / Math.max(buffers.length, 1),
  );
  const limitless = buffers.filter(({ limit }) => limit === undefined);
  for (const { output, target } of new Map(limitless.map((buffer) => [buffer.output, buffer])).values()) {
    yield problem(
      output,
      `spec.${target}.buffer.total_limit_size`,
      'is missing: the buffer may take 64 GB, and stops all others when the volume is full',
      `\`total_limit_size: ${share}\``,
    );
  }
  const total = buffers.reduce((sum, { limit = 0 }) => sum + limit, 0);
  if (space === undefined || total <= space) return;
  const outputs = [...new Set(buffers.map(({ output }) => output.metadata.name))].join(', ');
  yield problem(
    object,
    `${field}.bufferStorageVolume`,
    `holds ${asFluentdSize(space)} in Fluentd's units, but ${buffers.length} buffers may take ${asFluentdSize(total)}`,
    `\`storage: ${formatBytes(gibibytes(total / USABLE_SHARE))}\`, or \`total_limit_size: ${share}\` in ${outputs}`,
  );
}

/** A disk buffer: one for each reference to an output. */
interface DiskBuffer {
  readonly output: KubernetesObject;
  readonly target: string;
  /** Nothing where it is not limited. */
  readonly limit?: number;
}

function bufferOf({ output }: OutputReference): DiskBuffer[] {
  const [target] = output ? targetsOf(output) : [];
  if (output === undefined || target === undefined || UNBUFFERED.has(target)) return [];
  const buffer = fields(read(output, 'spec', target, 'buffer'));
  if (buffer['type'] === 'memory' || buffer['disabled'] === true) return [];
  const size = buffer['total_limit_size'];
  return [{ output, target, ...(size === undefined ? {} : { limit: fluentdBytes(size) }) }];
}

/** Size of the volume; nothing where it is a folder of the node or a claim that exists already. */
function volumeBytes(spec: Fields): number | undefined {
  const volume = spec['bufferStorageVolume'];
  if (spec['disablePvc'] === true) return undefined;
  if (volume === undefined) return parseBytes(DEFAULT_VOLUME);
  const size = text(read(volume, 'pvc', 'spec', 'resources', 'requests', 'storage'));
  try {
    return size === undefined ? undefined : parseBytes(size);
  } catch {
    return undefined;
  }
}

const gibibytes = (bytes: number): number => Math.ceil(bytes / 1024 ** 3) * 1024 ** 3;

function* checkChunk(output: KubernetesObject, maxRequestBytes: number | undefined): Generator<Problem> {
  const http = fields(read(output, 'spec', 'http'));
  const buffer = fields(http['buffer']);
  if (isEmpty(buffer) || !isShipper(http)) return;
  const field = 'spec.http.buffer.chunk_limit_size';
  const { bytes } = chunkLimits(maxRequestBytes ?? PIPELINE_DEFAULTS.maxRequestBytes);
  const fix = `\`chunk_limit_size: ${asFluentdSize(bytes)}\``;
  const size = buffer['chunk_limit_size'];
  if (size === undefined) {
    const message =
      'is missing: chunks grow to 256 MB, and one that is too large is refused with 413 and lost';
    yield problem(output, field, message, fix);
  } else if (maxRequestBytes !== undefined && fluentdBytes(size) >= maxRequestBytes) {
    const message = `${size} is not below the ${maxRequestBytes} bytes of a request; such a chunk is refused and lost`;
    yield problem(output, field, message, fix);
  }
}
