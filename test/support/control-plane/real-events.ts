import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { compareVersions } from '../../../src/events/document/resource-version.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import type { DeliveryLedger } from '../events/delivery-ledger.js';

/** A state of an event as the API server answered it. */
export interface WrittenState {
  readonly uid: string;
  readonly version: string;
}

/** Options of {@link RealEvents}. */
export interface RealEventsOptions {
  /** Clients; each writes one event at a time over a connection of its own. */
  readonly clients: readonly Cluster[];
  /** Existing namespaces that the events are in. */
  readonly namespaces: readonly string[];
  /** One write of so many is an update of an event that is there. @default 5 */
  readonly updateEvery?: number;
}

/**
 * Writes events to a real API server, through both of its APIs for them, and remembers the states that it answered. A
 * write without an answer is made again under another name.
 */
export class RealEvents {
  readonly #states = new Map<string, string[]>();
  #written = 0;
  #newest = '0';
  /** Of each client, the events that it updates. */
  readonly #targets: readonly Target[][];
  #waiting = new Set<() => void>();
  /** Whether events that are there are updated now. */
  updates = true;

  constructor(private readonly options: RealEventsOptions) {
    this.#targets = options.clients.map(() => []);
  }

  /** States written so far. */
  get written(): number {
    return this.#written;
  }

  /** The newest version that was answered. */
  get newest(): string {
    return this.#newest;
  }

  /** Ids of all states that were answered. */
  get ids(): string[] {
    return [...this.#states].flatMap(([uid, versions]) => versions.map((version) => `${uid}-${version}`));
  }

  /** Ids of states after one version that were overwritten up to another. */
  overwritten(after: string, upTo: string): string[] {
    return [...this.#states].flatMap(([uid, versions]) =>
      versions.slice(0, -1).flatMap((version, index) => {
        const isGone =
          compareVersions(version, after) > 0 && compareVersions(versions[index + 1]!, upTo) <= 0;
        return isGone ? [`${uid}-${version}`] : [];
      }),
    );
  }

  /** Writes a first event and waits for it: what is written after that is seen by whoever reads events. */
  async begin(ledger: DeliveryLedger): Promise<void> {
    this.updates = false;
    await this.writeUpTo(1);
    await ledger.waitForIds(1, 30_000);
    this.updates = true;
  }

  /** Updates none of the events that were made before: the server does not know them any more. */
  forgetTargets(): void {
    for (const own of this.#targets) own.length = 0;
  }

  /** Writes until there are so many states. */
  async writeUpTo(count: number): Promise<void> {
    let begun = this.#written;
    await Promise.all(
      this.options.clients.map(async (client, index) => {
        const own = this.#targets[index]!;
        for (let turn = 0; begun < count; turn++) {
          begun++;
          while (!(await this.#write(client, own, turn * this.options.clients.length + index)))
            await delay(100);
        }
      }),
    );
  }

  /** Waits until so many states were written. */
  reached(count: number): Promise<void> {
    if (this.#written >= count) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (this.#written < count) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }

  /** One write. @returns whether there was an answer that says that it is done */
  async #write(client: Cluster, own: Target[], number: number): Promise<boolean> {
    const { updateEvery = 5, namespaces } = this.options;
    const target = own[number % Math.max(1, own.length)];
    const request =
      this.updates && target && number % updateEvery === 0
        ? updateOf(target)
        : creationOf(namespaces[number % namespaces.length]!, number);
    // Tried again by the client, a write that was done would be refused as done already.
    const answer = await client.client.request({ ...request, retry: false }).catch(() => undefined);
    if (!answer || answer.status === 429 || answer.status >= 500) return false;
    if (answer.status >= 300) throw new Error(`${request.path}: ${JSON.stringify(answer.body)}`);
    const { metadata } = answer.body as { readonly metadata: Record<string, string> };
    this.#remember({ uid: metadata['uid']!, version: metadata['resourceVersion']! });
    if (request.method === 'POST' && own.length < 20) {
      own.push({ path: `${request.path}/${metadata['name']}`, count: 1 });
    }
    return true;
  }

  #remember({ uid, version }: WrittenState): void {
    this.#states.set(uid, [...(this.#states.get(uid) ?? []), version]);
    this.#written++;
    if (compareVersions(version, this.#newest) > 0) this.#newest = version;
    for (const check of [...this.#waiting]) check();
  }
}

interface Target {
  readonly path: string;
  count: number;
}

const now = () => new Date().toISOString();
const seconds = () => now().replace(/\.\d+Z/, 'Z');
const micros = () => now().replace('Z', '000Z');

function creationOf(namespace: string, number: number) {
  const name = `web-${number % 97}.${randomUUID()}`;
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name: `web-${number % 97}`, uid: randomUUID() };
  if (number % 2 === 0) {
    const path = `/api/v1/namespaces/${namespace}/events`;
    return { method: 'POST', path, body: kubeletEvent(name, pod, number) } as const;
  }
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  return { method: 'POST', path, body: schedulerEvent(name, pod, number) } as const;
}

function updateOf(target: Target) {
  target.count++;
  const body = target.path.startsWith('/apis')
    ? { series: { count: target.count, lastObservedTime: micros() } }
    : { count: target.count, lastTimestamp: seconds() };
  return { method: 'PATCH', path: target.path, contentType: 'application/merge-patch+json', body } as const;
}

/** An event as the kubelet writes it. */
export const kubeletEvent = (
  name: string,
  about: object & { readonly namespace: string },
  number: number,
) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: about.namespace },
  involvedObject: { ...about, fieldPath: 'spec.containers{web}' },
  reason: 'Pulled',
  message: `Container image "web:${number}" already present on machine – ready in 1.5 s`,
  source: { component: 'kubelet', host: `node-${number % 7}` },
  firstTimestamp: seconds(),
  lastTimestamp: seconds(),
  count: 1,
  type: 'Normal',
  reportingComponent: 'kubelet',
  reportingInstance: `node-${number % 7}`,
});

/** An event as the scheduler writes it. */
const schedulerEvent = (
  name: string,
  regarding: object & { readonly namespace: string },
  number: number,
) => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name, namespace: regarding.namespace },
  regarding,
  reason: 'Scheduled',
  action: 'Binding',
  note: `Successfully assigned ${regarding.namespace}/web to node-${number % 7}`,
  eventTime: micros(),
  type: 'Normal',
  reportingController: 'default-scheduler',
  reportingInstance: 'default-scheduler-0',
});

/** Makes namespaces. */
export async function makeNamespaces(cluster: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    const answer = await cluster.client.request({ method: 'POST', path: '/api/v1/namespaces', body });
    if (answer.status !== 201) throw new Error(`namespace ${name}: ${JSON.stringify(answer.body)}`);
  }
}
