import type { ApiAnswer, ApiClient } from './api-client.js';
import { refusal } from './api-failure.js';
import type { LiveObject } from './live-object.js';
import { type ApiResource, apiVersionOf, resourcePath } from './resource.js';

/** Which objects a list or a watch is about. */
export interface Selection {
  /** @default all namespaces */
  readonly namespace?: string;
  /** As in `a=b,c in (d,e)`. @default all */
  readonly labelSelector?: string;
  /** As in `metadata.name=a`. @default all */
  readonly fieldSelector?: string;
  /** Only `metadata`, which is far smaller. @default false */
  readonly metadataOnly?: boolean;
}

/** Options of a list. */
export interface ListOptions extends Selection {
  /** Objects of one answer. @default 500 */
  readonly pageSize?: number;
  /** Ends the request, and the waits between attempts. @default none */
  readonly signal?: AbortSignal;
}

/** The objects of a kind as of one moment. */
export interface ObjectList {
  readonly items: LiveObject[];
  /** The moment; a watch can go on from here. */
  readonly resourceVersion: string;
}

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly LiveObject[] | null;
}

/** How often a list is begun anew after its pages went out of date; then it is read in one piece. */
const MAX_RESTARTS = 2;

/** What a request asks for to get metadata only. */
export const metadataAccept = (as: 'PartialObjectMetadata' | 'PartialObjectMetadataList') =>
  `application/json;as=${as};v=v1;g=meta.k8s.io,application/json`;

/**
 * Reads all objects of a kind, page by page. When a page is too old for the server (410), it begins anew, so that the
 * result is always that of one moment.
 *
 * @throws OpniLoggingError `cluster` when they may not be read, or the server does not answer
 */
export async function listObjects(
  client: ApiClient,
  resource: ApiResource,
  options: ListOptions = {},
): Promise<ObjectList> {
  for (let restarts = 0; ; restarts++) {
    const limit = restarts < MAX_RESTARTS ? (options.pageSize ?? 500) : undefined;
    const list = await readPages(client, resource, options, limit);
    if (list !== 'expired') return list;
  }
}

async function readPages(
  client: ApiClient,
  resource: ApiResource,
  options: ListOptions,
  limit: number | undefined,
): Promise<ObjectList | 'expired'> {
  const { namespace, labelSelector, fieldSelector, metadataOnly, signal } = options;
  const path = resourcePath(resource, namespace);
  const named = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const items: LiveObject[] = [];
  let next: string | undefined;
  for (;;) {
    const answer = await client.request({
      method: 'GET',
      path,
      query: { labelSelector, fieldSelector, limit, continue: next },
      accept: metadataOnly ? metadataAccept('PartialObjectMetadataList') : undefined,
      signal,
    });
    if (answer.status === 410 && next !== undefined) return 'expired';
    const body = listBody(answer, path);
    // Items of a list say no kind, and those of metadata that of the metadata.
    for (const item of body.items ?? []) items.push({ ...item, ...named });
    next = body.metadata?.continue || undefined;
    if (next === undefined) return { items, resourceVersion: body.metadata?.resourceVersion ?? '' };
  }
}

function listBody(answer: ApiAnswer, path: string): ListBody {
  if (answer.status !== 200) throw refusal(`list ${path}`, answer);
  return answer.body as ListBody;
}
