import type { ApiAnswer } from '../../kube/api-client.js';
import { failureOf, refusal } from '../../kube/api-failure.js';
import type { Cluster } from '../../kube/cluster.js';
import type { JsonObject } from '../document/event-object.js';
import { objectOr } from '../document/event-object.js';
import { isVersion } from '../document/resource-version.js';
import { SourceTrouble } from './trouble.js';

/** A page of the events that there are. */
export interface EventPage {
  readonly events: readonly JsonObject[];
  /** The moment of the whole list. */
  readonly resourceVersion: string;
}

/** Which events are read. */
export interface EventSelection {
  /** Address of the events, of all namespaces or of one. */
  readonly path: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/**
 * At which version the server is now.
 *
 * @throws as {@link EventList.next}
 */
export async function currentVersion(
  cluster: Cluster,
  selection: EventSelection,
  signal: AbortSignal,
): Promise<string> {
  // A list without a version is as new as can be.
  return (await new EventList(cluster, selection).next(signal, 1)).resourceVersion;
}

/** Events of one page. */
const PAGE_EVENTS = 500;
/** Longest wait for a page, in milliseconds. */
const PAGE_MS = 60_000;

/**
 * Reads the events that there are, page by page. Where it stopped, be it for an error, it goes on; the server keeps what
 * that takes in the token of the page.
 *
 * A token that is too old comes back with a new one, which goes on with the events as they are by then. What changed
 * before it would be missed, so the list counts as one of its beginning: a watch from there tells it.
 */
export class EventList {
  #token: string | undefined;
  #version: string | undefined;
  #done = false;

  /** @param since an earlier version that it counts as the list of @default that of its first page */
  constructor(
    private readonly cluster: Cluster,
    private readonly selection: EventSelection,
    private readonly since?: string,
  ) {
    this.#version = since;
  }

  /** The moment of the list; to be asked for after a page. */
  get resourceVersion(): string {
    return this.#version ?? '';
  }

  /** Whether the last page was read. */
  get isDone(): boolean {
    return this.#done;
  }

  /**
   * Reads the next page.
   *
   * @throws OpniLoggingError `cluster` when it cannot be read, SourceTrouble when it is no list; to be called again
   */
  async next(signal: AbortSignal, limit = PAGE_EVENTS): Promise<EventPage> {
    const { path, fieldSelector, labelSelector } = this.selection;
    const answer = await this.cluster.client.request({
      method: 'GET',
      path,
      query: { limit, continue: this.#token, fieldSelector, labelSelector },
      timeoutMs: PAGE_MS,
      retry: false,
      signal,
    });
    if (failureOf(answer)) throw this.#refused(answer);
    const body = objectOr(answer.body);
    const metadata = objectOr(body['metadata']);
    const version = metadata['resourceVersion'];
    if (!isVersion(version)) {
      throw new SourceTrouble('invalid-line', 'a list of events came without a resourceVersion');
    }
    this.#version ??= version;
    const token = metadata['continue'];
    this.#token = typeof token === 'string' && token !== '' ? token : undefined;
    this.#done = this.#token === undefined;
    const items = body['items'];
    return { events: Array.isArray(items) ? items.map(objectOr) : [], resourceVersion: this.#version };
  }

  #refused(answer: ApiAnswer) {
    if (answer.status === 410 && this.#token !== undefined) {
      const token = objectOr(objectOr(answer.body)['metadata'])['continue'];
      this.#token = typeof token === 'string' && token !== '' ? token : undefined;
      if (this.#token === undefined) this.#version = this.since;
    }
    return refusal(`list ${this.selection.path}`, answer);
  }
}
