/** UID of `kube-system` on the measured cluster. */
export const CLUSTER_ID = '5b0f6f0e-3d3c-4b1c-9a55-0c2a7d1e9f00';

/** The version before the first line. Versions of the lines follow it one by one. */
export const FIRST_VERSION = 1_000_000;

/** Watch lines as they go over the wire: each in an HTTP chunk of its own, as an API server flushes after each event. */
export interface Corpus {
  readonly bytes: Buffer;
  /** Where each chunk starts, and where the last one ends. */
  readonly starts: Uint32Array;
  /** Lines that are not DELETED. */
  readonly documents: number;
}

/** Makes lines: of each thousand, 800 of which a quarter are updates, then 200 deletions in a clump. */
export function makeCorpus(lines: number): Corpus {
  const starts = new Uint32Array(lines + 1);
  const chunks: Buffer[] = [];
  let [end, documents] = [0, 0];
  for (let index = 0; index < lines; index++) {
    const type = typeOf(index);
    if (type !== 'DELETED') documents++;
    const chunk = chunkOf(watchLine(type, eventOf(index, type)));
    chunks.push(chunk);
    end += chunk.length;
    starts[index + 1] = end;
  }
  return { bytes: Buffer.concat(chunks), starts, documents };
}

type LineType = 'ADDED' | 'MODIFIED' | 'DELETED';

function typeOf(index: number): LineType {
  if (index % 1000 >= 800) return 'DELETED';
  return index % 4 === 3 ? 'MODIFIED' : 'ADDED';
}

/** A line of a watch. */
export const watchLine = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

/** An HTTP chunk. */
export function chunkOf(text: string): Buffer {
  const length = Buffer.byteLength(text).toString(16);
  return Buffer.from(`${length}\r\n${text}\r\n`);
}

const REASONS = [
  ['Scheduled', 'Successfully assigned', 'default-scheduler'],
  ['Pulled', 'Successfully pulled image "registry.example/shop/web:1.27.3" in 1.204s for', 'kubelet'],
  ['Created', 'Created container: web in', 'kubelet'],
  ['Started', 'Started container web in', 'kubelet'],
  [
    'Unhealthy',
    'Readiness probe failed: Get "http://10.42.3.17:8080/ready": context deadline exceeded',
    'kubelet',
  ],
  ['BackOff', 'Back-off restarting failed container web in pod', 'kubelet'],
] as const;

const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');

/** An event with the fields, the order of fields and the size that an API server gives it. */
export function eventOf(index: number, type: LineType = 'ADDED', message?: string) {
  // An update is of the event before it, a deletion of one from some time ago.
  const of = type === 'MODIFIED' ? index - 1 : type === 'DELETED' ? Math.max(0, index - 1000) : index;
  const [reason, text, component] = REASONS[of % REASONS.length]!;
  const pod = `web-${hex(of % 997, 8)}-${hex((of * 7919) % 65_536, 5)}`;
  const namespace = `team-${of % 40}`;
  const time = new Date(Date.UTC(2026, 10, 22) + of * 10).toISOString().replace(/\.\d+/, '');
  const host = `node-${of % 50}`;
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: {
      name: `${pod}.${hex(0x18000000 + of, 16)}`,
      namespace,
      uid: `${hex(of, 8)}-9c1d-4f6e-8a77-${hex(of * 31, 12)}`,
      resourceVersion: String(FIRST_VERSION + 1 + index),
      creationTimestamp: time,
      managedFields: [
        {
          manager: component,
          operation: 'Update',
          apiVersion: 'v1',
          time,
          fieldsType: 'FieldsV1',
          fieldsV1: MANAGED_FIELDS,
        },
      ],
    },
    involvedObject: {
      kind: 'Pod',
      namespace,
      name: pod,
      uid: `${hex(of % 997, 8)}-41aa-4b7e-b0cf-${hex(of * 17, 12)}`,
      apiVersion: 'v1',
      resourceVersion: String(FIRST_VERSION - 1000 + (of % 1000)),
      fieldPath: 'spec.containers{web}',
    },
    reason,
    message: message ?? `${text} ${namespace}/${pod} (attempt ${of % 7})`,
    source: { component, host },
    firstTimestamp: time,
    lastTimestamp: time,
    count: type === 'MODIFIED' ? 2 : 1,
    type: reason === 'Unhealthy' || reason === 'BackOff' ? 'Warning' : 'Normal',
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host,
  };
}

const MANAGED_FIELDS = {
  'f:count': {},
  'f:firstTimestamp': {},
  'f:involvedObject': {},
  'f:lastTimestamp': {},
  'f:message': {},
  'f:reason': {},
  'f:reportingComponent': {},
  'f:reportingInstance': {},
  'f:source': { 'f:component': {}, 'f:host': {} },
  'f:type': {},
};
