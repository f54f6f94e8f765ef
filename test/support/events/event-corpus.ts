import type { EventObject, EventReference } from './event-object.js';
import { type EventTemplate, ODD_MESSAGES, TEMPLATES, uuid } from './event-templates.js';

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

  #involved(kind: EventTemplate['kind']): EventReference {
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

const seconds = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const micros = (ms: number) => new Date(ms).toISOString().replace('Z', '123Z');
