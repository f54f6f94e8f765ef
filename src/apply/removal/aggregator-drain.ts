import { messageOf } from '../../common/error.js';
import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureOf } from '../../kube/api-failure.js';
import { PODS } from '../../kube/built-in-resources.js';
import type { Cluster } from '../../kube/cluster.js';
import type { Drain } from './drain.js';

/** Where an aggregator runs. */
interface AggregatorPlace {
  readonly namespace: string;
  /** Name of the Logging; its pods are called `<name>-fluentd-0` and so on. */
  readonly logging: string;
}

const METRICS_PORT = 24231;

/** Bytes in the buffers of one output, in the text of Fluentd's monitor. */
const BUFFER_BYTES = /^fluentd_output_status_buffer_total_bytes(?:\{[^}]*\})?\s+([0-9.eE+]+)/gm;

function placesOf(objects: readonly KubernetesObject[]): AggregatorPlace[] {
  return objects
    .filter((object) => groupKindOf(object) === 'logging.banzaicloud.io/Logging')
    .map(({ metadata, ...logging }) => {
      const { controlNamespace = '' } = (logging['spec'] ?? {}) as { readonly controlNamespace?: string };
      return { namespace: controlNamespace, logging: metadata.name };
    });
}

/**
 * Waits until the disk buffers of the set's aggregators are empty, as their metrics tell through the API server. Buffers that
 * cannot be read count as not empty, so that the whole time is waited.
 *
 * @param timeoutMs longest time, in milliseconds @default 120000
 */
export function aggregatorDrain(timeoutMs?: number): Drain {
  return {
    timeoutMs,
    remaining: async (cluster, members, signal) => {
      const places = placesOf(members);
      const told = await Promise.all(places.map((place) => remainingOf(cluster, place, signal)));
      return told.filter((text) => text !== undefined).join('; ') || undefined;
    },
  };
}

async function remainingOf(
  cluster: Cluster,
  { namespace, logging }: AggregatorPlace,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let names: readonly string[];
  try {
    const { items } = await cluster.list(PODS, { namespace, metadataOnly: true, signal });
    names = items.map(({ metadata }) => metadata.name).filter((name) => isAggregator(name, logging));
  } catch (error) {
    signal?.throwIfAborted();
    return `the buffers of ${namespace}/${logging} cannot be read: ${messageOf(error)}`;
  }
  let bytes = 0;
  for (const name of names) {
    const read = await bufferBytes(cluster, namespace, name, signal);
    if (typeof read === 'string') return `the buffer of Pod ${namespace}/${name} cannot be read: ${read}`;
    bytes += read;
  }
  return bytes > 0
    ? `${Math.ceil(bytes / 1024)} KiB wait in the disk buffer of ${namespace}/${logging}`
    : undefined;
}

function isAggregator(pod: string, logging: string): boolean {
  const prefix = `${logging}-fluentd-`;
  return pod.startsWith(prefix) && /^\d+$/.test(pod.slice(prefix.length));
}

/** Bytes, or why they cannot be read. */
async function bufferBytes(
  { client }: Cluster,
  namespace: string,
  pod: string,
  signal: AbortSignal | undefined,
): Promise<number | string> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}:${METRICS_PORT}/proxy/metrics`;
  try {
    const answer = await client.request({
      method: 'GET',
      path,
      accept: 'text/plain',
      retry: false,
      timeoutMs: 10_000,
      signal,
    });
    const failure = failureOf(answer);
    // What the pod itself answers is no Status of the API server.
    if (failure) return failure.reason === '' ? `it answers ${answer.status}` : failure.message;
    const values = [...String(answer.body).matchAll(BUFFER_BYTES)].map(([, value]) => Number(value));
    if (values.length === 0) return 'it tells no buffer sizes';
    return values.reduce((sum, value) => sum + value, 0);
  } catch (error) {
    signal?.throwIfAborted();
    return messageOf(error);
  }
}
