import type { EventObject, EventReference } from './event-object.js';

/** Options of {@link EventCorpus}. */
export interface EventCorpusOptions {
  /** The same seed gives the same events. @default 1 */
  readonly seed?: number;
  /** Number of namespaces. @default 20 */
  readonly namespaces?: number;
  /** Each so many events, one has a message that is hard to cut up; 0: none. @default 20 */
  readonly oddEvery?: number;
  /** Time of the first event, in milliseconds since 1970. @default 2026-11-22T10:00:00Z */
  readonly startMs?: number;
  /** Time between events, in milliseconds. @default 10 */
  readonly stepMs?: number;
}

interface Template {
  readonly kind: 'Pod' | 'Node' | 'Deployment';
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly component: string;
  readonly message: (name: string, number: number) => string;
}

const IMAGE = 'registry.example/shop/checkout';

const TEMPLATES: readonly Template[] = [
  template(
    'Pod',
    'Normal',
    'Scheduled',
    'default-scheduler',
    (name, n) => `Successfully assigned shop/${name} to worker-${n % 40}`,
  ),
  template('Pod', 'Normal', 'Pulling', 'kubelet', (_, n) => `Pulling image "${IMAGE}:1.${n % 90}.0"`),
  template(
    'Pod',
    'Normal',
    'Pulled',
    'kubelet',
    (_, n) =>
      `Successfully pulled image "${IMAGE}:1.${n % 90}.0" in 1.2${n % 10}s (1.2${n % 10}s including waiting). Image size: 4812${n % 1000} bytes.`,
  ),
  template('Pod', 'Normal', 'Created', 'kubelet', () => 'Created container: checkout'),
  template('Pod', 'Normal', 'Started', 'kubelet', () => 'Started container checkout'),
  template(
    'Pod',
    'Warning',
    'BackOff',
    'kubelet',
    (name, n) => `Back-off restarting failed container checkout in pod ${name}_shop(${uuid(n)})`,
  ),
  template(
    'Pod',
    'Warning',
    'Unhealthy',
    'kubelet',
    (_, n) =>
      `Readiness probe failed: Get "http://10.42.${n % 250}.17:8080/ready?full=1&t=2": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  ),
  template(
    'Pod',
    'Warning',
    'FailedScheduling',
    'default-scheduler',
    (_, n) =>
      `0/${(n % 90) + 3} nodes are available: 3 Insufficient cpu, ${n % 90} node(s) had untolerated taint {dedicated: batch}.`,
  ),
  template(
    'Deployment',
    'Normal',
    'ScalingReplicaSet',
    'deployment-controller',
    (name, n) => `Scaled up replica set ${name}-7c9d8f6b5 from ${n % 5} to ${(n % 5) + 1}`,
  ),
  template(
    'Node',
    'Normal',
    'NodeHasSufficientMemory',
    'kubelet',
    (name) => `Node ${name} status is now: NodeHasSufficientMemory`,
  ),
  template(
    'Node',
    'Warning',
    'SystemOOM',
    'kubelet',
    (_, n) => `System OOM encountered, victim process: java, pid: ${10_000 + (n % 50_000)}`,
  ),
];

/** Messages that a reader of text may take for something else. */
export const ODD_MESSAGES: readonly string[] = [
  'probe said: {"status":"down","uid":"not-a-uid","resourceVersion":"1"}',
  'literal ","resourceVersion":"999999999","uid":"fake","involvedObject":{"kind":"Pod"',
  'cut here },"involvedObject":{"kind":"Pod","name":"not-me"}, "managedFields":[{}]',
  'ends with a backslash \\',
  'quotes "inside \\" and \\\\" twice',
  'line one\nline two\r\n\ttabbed\u0000\u0001\u001f\u007f',
  'line separators \u2028 and \u2029 of Unicode',
  'Grüße, привет, 你好, 🚀 and e\u0301',
  'html <b>bold</b> & "more" {"type":"DELETED","object":{}}',
  '',
];

/** Events as clusters make them, the same ones for the same seed; a line of a watch is about 1.2 KB. */
export class EventCorpus {
  readonly #random: () => number;
  readonly #options: Required<EventCorpusOptions>;
  #count = 0;

  constructor(options: EventCorpusOptions = {}) {
    const defaults = {
      seed: 1,
      namespaces: 20,
      oddEvery: 20,
      startMs: Date.UTC(2026, 10, 22, 10),
      stepMs: 10,
    };
    this.#options = { ...defaults, ...options };
    this.#random = randomOf(this.#options.seed);
  }

  /** The next event; its name and UID have not been there before. */
  next(): EventObject {
    const number = ++this.#count;
    const { oddEvery, startMs, stepMs } = this.#options;
    const { kind, type, reason, component, message } = TEMPLATES[this.#below(TEMPLATES.length)]!;
    const involved = this.#involved(kind);
    const namespace = involved.namespace ?? 'default';
    const odd = oddEvery > 0 && number % oddEvery === 0;
    const atMs = startMs + number * stepMs;
    const byScheduler = component === 'default-scheduler';
    const count = this.#random() < 0.8 ? 1 : 1 + this.#below(500);
    return {
      metadata: {
        name: `${involved.name}.${(0x17e4000000000000n + BigInt(number)).toString(16)}`,
        namespace,
        uid: this.#uuid(),
        creationTimestamp: seconds(atMs),
        managedFields: [managedFields(byScheduler ? 'kube-scheduler' : component, seconds(atMs))],
      },
      involvedObject: involved,
      reason,
      message: odd
        ? ODD_MESSAGES[(number / oddEvery) % ODD_MESSAGES.length]
        : message(involved.name!, number),
      ...(byScheduler
        ? {
            source: {},
            firstTimestamp: null,
            lastTimestamp: null,
            eventTime: micros(atMs),
            action: 'Binding',
          }
        : {
            source: { component, host: component === 'kubelet' ? `worker-${this.#below(40)}` : undefined },
            firstTimestamp: seconds(atMs - (count - 1) * 5000),
            lastTimestamp: seconds(atMs),
            count,
          }),
      type,
      reportingComponent: component,
      reportingInstance: byScheduler ? 'default-scheduler-master-0' : '',
    };
  }

  take(count: number): EventObject[] {
    return Array.from({ length: count }, () => this.next());
  }

  /** What changes when an event is seen again. @param count how often it was seen by then */
  repeated(count: number): EventObject {
    const { startMs, stepMs } = this.#options;
    return { count, lastTimestamp: seconds(startMs + (this.#count + count) * stepMs) };
  }

  #involved(kind: Template['kind']): EventReference {
    const uid = this.#uuid();
    const resourceVersion = String(100_000 + this.#below(900_000));
    if (kind === 'Node') {
      const name = `worker-${this.#below(40)}`;
      return { kind, name, uid: name };
    }
    const namespace = `shop-${this.#below(this.#options.namespaces)}`;
    if (kind === 'Deployment') {
      return {
        kind,
        namespace,
        name: `checkout-${this.#below(30)}`,
        uid,
        apiVersion: 'apps/v1',
        resourceVersion,
      };
    }
    const name = `checkout-7c9d8f6b5-${this.#below(36 ** 5)
      .toString(36)
      .padStart(5, '0')}`;
    const fieldPath = 'spec.containers{checkout}';
    return { kind, namespace, name, uid, apiVersion: 'v1', resourceVersion, fieldPath };
  }

  #uuid(): string {
    return uuid(this.#below(2 ** 31), this.#below(2 ** 31), this.#count);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function template(
  kind: Template['kind'],
  type: Template['type'],
  reason: string,
  component: string,
  message: Template['message'],
): Template {
  return { kind, type, reason, component, message };
}

const FIELDS_V1 = {
  'f:count': {},
  'f:firstTimestamp': {},
  'f:involvedObject': {},
  'f:lastTimestamp': {},
  'f:message': {},
  'f:reason': {},
  'f:reportingComponent': {},
  'f:source': { 'f:component': {}, 'f:host': {} },
  'f:type': {},
};

const managedFields = (manager: string, time: string) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: FIELDS_V1,
});

/** The numbers of mulberry32: enough for test data, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function uuid(a: number, b = 0, c = 0): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0').slice(-length);
  return `${hex(a, 8)}-${hex(b, 4)}-4${hex(b >> 16, 3)}-8${hex(a >> 8, 3)}-${hex(c, 12)}`;
}

const seconds = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const micros = (ms: number) => new Date(ms).toISOString().replace('Z', '123Z');
