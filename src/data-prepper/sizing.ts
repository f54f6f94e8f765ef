import type { Problem } from '../common/error.js';

const MIB = 1024 ** 2;

/** Part of the memory limit that becomes Java heap, in percent, when none is given. */
export const DEFAULT_HEAP_PERCENT = 70;

/**
 * Heap that a buffered record is taken to need, in bytes. An estimate, not measured: records of 1 to 2 KiB, five to ten
 * times larger as Java objects.
 */
export const ASSUMED_RECORD_BYTES = 10 * 1024;

/**
 * Java heap, in bytes, rounded down to whole MiB.
 *
 * @param memoryLimitBytes memory limit of the container
 * @param heapPercent part of it, in percent. @default 70
 */
export function heapBytes(memoryLimitBytes: number, heapPercent: number = DEFAULT_HEAP_PERCENT): number {
  return Math.floor((memoryLimitBytes * heapPercent) / 100 / MIB) * MIB;
}

/** Heap use, in bytes, from which the intake refuses: 75 % of the heap, rounded down to whole MiB. */
export function circuitBreakerBytes(heap: number): number {
  return Math.floor((heap * 0.75) / MIB) * MIB;
}

/** Memory, buffer, and what a record is taken to need. */
export interface BufferFitOptions {
  /** Memory limit of the container, in bytes. */
  readonly memoryLimitBytes: number;
  /** Part of it that becomes heap, in percent. @default 70 */
  readonly heapPercent?: number;
  /** Most records in the buffer. */
  readonly records: number;
  /** Heap of one buffered record, in bytes. @default 10240 */
  readonly recordBytes?: number;
}

/**
 * Does a full buffer stay below the circuit breaker? Above it the intake refuses before the buffer is full, and the
 * garbage collector works without end.
 */
export function checkBufferFits(options: BufferFitOptions): readonly Problem[] {
  const { records, recordBytes = ASSUMED_RECORD_BYTES } = options;
  const breaker = circuitBreakerBytes(heapBytes(options.memoryLimitBytes, options.heapPercent));
  const needed = records * recordBytes;
  if (needed <= breaker) return [];
  return [
    {
      path: 'buffer.records',
      message: `${records} records may need ${mebibytes(needed)} MiB of heap, but only ${mebibytes(breaker)} MiB may be used`,
      fix: `buffer at most ${Math.floor(breaker / recordBytes)} records, or raise the memory limit`,
    },
  ];
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / MIB);

/** Limits of a sender's chunks. */
export interface ChunkLimits {
  /** Largest chunk, in bytes of the sender's own format (MessagePack). */
  readonly bytes: number;
  /** Most records in a chunk; absent when the buffer has no bound on records. */
  readonly records?: number;
}

/** JSON is at most this many times its MessagePack: a control character of one byte becomes six. */
const JSON_GROWTH = 6;

/**
 * Limits with which no request is ever refused with 413, which a sender cannot mend by sending again.
 *
 * @param maxRequestBytes largest body that the intake takes, in bytes
 * @param bufferRecords most records in a memory buffer; a request takes its places all at once, so a quarter of it
 *   leaves room for others. Absent for a Kafka buffer
 */
export function chunkLimits(maxRequestBytes: number, bufferRecords?: number): ChunkLimits {
  const safe = Math.min(Math.floor(maxRequestBytes / JSON_GROWTH), 4 * MIB);
  return {
    bytes: safe >= MIB ? Math.floor(safe / MIB) * MIB : safe,
    ...(bufferRecords !== undefined && { records: Math.max(1, Math.floor(bufferRecords / 4)) }),
  };
}

/** Times of an orderly stop, in seconds. */
export interface ShutdownTimes {
  /** Wait until no request is sent to the pod any more. */
  readonly sleepSeconds: number;
  /** For processors to drain the buffer. */
  readonly processorSeconds: number;
  /** For sinks to finish. */
  readonly sinkSeconds: number;
  /** Longest wait of the stop hook for the answer to the shutdown. */
  readonly answerSeconds: number;
  /** `terminationGracePeriodSeconds` of the pod. */
  readonly graceSeconds: number;
}

/** Options of {@link shutdownTimes}. */
export interface ShutdownOptions {
  /** Most records in a memory buffer. @default 0 */
  readonly bufferRecords?: number;
  /** Time that a Kafka buffer is given to drain, in seconds. @default 0 */
  readonly kafkaDrainSeconds?: number;
  /** Wait before the shutdown, in seconds. @default 5 */
  readonly sleepSeconds?: number;
}

/** Records written in a second while draining: 5,000 took 5 s (Data Prepper 2.16.0, two cores shared with OpenSearch). */
const DRAINED_PER_SECOND = 1_000;
const LEAST_SECONDS = 30;
const ANSWER_SLACK_SECONDS = 20;
/** From the answer to the end of the process, which needs SIGTERM still. */
const EXIT_SECONDS = 5;

/** Times with which a full buffer is written before the pod is killed. A shorter grace period loses what is left. */
export function shutdownTimes(options: ShutdownOptions = {}): ShutdownTimes {
  const { bufferRecords = 0, kafkaDrainSeconds = 0, sleepSeconds = 5 } = options;
  const processorSeconds = Math.max(LEAST_SECONDS, Math.ceil(bufferRecords / DRAINED_PER_SECOND));
  const sinkSeconds = LEAST_SECONDS;
  const answerSeconds = kafkaDrainSeconds + processorSeconds + sinkSeconds + ANSWER_SLACK_SECONDS;
  return {
    sleepSeconds,
    processorSeconds,
    sinkSeconds,
    answerSeconds,
    graceSeconds: sleepSeconds + answerSeconds + EXIT_SECONDS,
  };
}
