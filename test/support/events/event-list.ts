import {
  expiredContinue,
  expiredWatch,
  failure,
  invalidOptions,
  type StatusAnswer,
  tooLarge,
} from './api-status.js';
import { TYPE_PREFIX } from './event-object.js';
import { selected } from './event-selector.js';
import type { EventStore } from './event-store.js';
import { RevisionError, type StoredEvent } from './stored-event.js';

/** The body of a list, or why it is refused. */
export type ListAnswer = { readonly body: string } | { readonly refusal: StatusAnswer };

/** A place in a list that comes in pages. */
interface Place {
  /** Undefined: that of now, because the one of the first page is gone. */
  readonly revision: bigint | undefined;
  readonly afterKey: string;
}

/** Answers `GET .../events`, whole or in pages. */
export function listEvents(
  store: EventStore,
  namespace: string | undefined,
  query: URLSearchParams,
): ListAnswer {
  if (query.has('sendInitialEvents')) {
    return { refusal: invalidOptions('sendInitialEvents', 'sendInitialEvents is forbidden for list') };
  }
  const selection = selected(namespace, query);
  if ('refusal' in selection) return selection;
  const token = query.get('continue');
  const place = token ? placeOf(token) : undefined;
  if (token && !place) return { refusal: failure(400, 'continue key is not valid') };
  try {
    const revision = place ? (place.revision ?? store.revision) : revisionOf(store, query);
    const items = store.snapshot(revision).filter(selection.filter);
    return { body: pageOf(items, revision, place?.afterKey, limitOf(query), selection.selective) };
  } catch (error) {
    if (!(error instanceof RevisionError)) throw error;
    if (error.reason === 'too-large') return { refusal: tooLarge(error.revision, error.current) };
    if (!place) return { refusal: expiredWatch() };
    return { refusal: expiredContinue(tokenOf({ revision: undefined, afterKey: place.afterKey })) };
  }
}

/** `NotOlderThan` gives what is there now, `Exact` what was there then. */
function revisionOf(store: EventStore, query: URLSearchParams): bigint {
  const asked = BigInt(query.get('resourceVersion') || '0');
  if (query.get('resourceVersionMatch') === 'Exact') return asked;
  if (asked > store.revision) throw new RevisionError('too-large', asked, store.revision);
  return store.revision;
}

const limitOf = (query: URLSearchParams) => Number(query.get('limit') || '0') || Number.POSITIVE_INFINITY;

function pageOf(
  items: readonly StoredEvent[],
  revision: bigint,
  afterKey: string | undefined,
  limit: number,
  selective: boolean,
): string {
  const start = afterKey === undefined ? 0 : firstAfter(items, afterKey);
  const page = items.slice(start, start + limit);
  const left = items.length - start - page.length;
  const metadata = {
    resourceVersion: String(revision),
    continue: left > 0 ? tokenOf({ revision, afterKey: page.at(-1)!.key }) : undefined,
    // The server does not count what a selector would leave.
    remainingItemCount: left > 0 && !selective ? left : undefined,
  };
  const texts = page.map(({ text }) => itemText(text)).join(',');
  return `{"kind":"EventList","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[${texts}]}\n`;
}

/** Items of a list have no `kind` and `apiVersion`. */
const itemText = (text: string) =>
  text.startsWith(TYPE_PREFIX) ? `{${text.slice(TYPE_PREFIX.length)}` : text;

function firstAfter(items: readonly StoredEvent[], key: string): number {
  const index = items.findIndex((event) => event.key > key);
  return index < 0 ? items.length : index;
}

function tokenOf({ revision, afterKey }: Place): string {
  const start = JSON.stringify(`${afterKey}\0`);
  return Buffer.from(`{"v":"meta.k8s.io/v1","rv":${revision ?? -1},"start":${start}}`).toString('base64url');
}

function placeOf(token: string): Place | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const found = /^\{"v":"meta\.k8s\.io\/v1","rv":(-?\d+),"start":(".*")\}$/.exec(text);
  if (!found) return undefined;
  const revision = found[1] === '-1' ? undefined : BigInt(found[1]!);
  return { revision, afterKey: (JSON.parse(found[2]!) as string).slice(0, -1) };
}
