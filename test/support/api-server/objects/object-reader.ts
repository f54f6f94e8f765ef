import type { Json } from '../fields/field-type.js';
import { inVersion } from '../forms/object-form.js';
import { apiVersionOf, groupKind, type ServedKind } from '../kinds/kinds.js';
import { notFound, Refusal } from '../requests/refusal.js';
import type { ObjectRequest } from '../requests/request.js';
import { fieldTest, labelTest } from './selectors.js';
import type { Store, StoredObject } from './store.js';

/** Reads one object. */
export function readObject(store: Store, { kind, namespace, name, call }: ObjectRequest): Json {
  const object = store.get(groupKind(kind), namespace, name);
  if (!object) throw notFound(kind, name);
  return wantsMetadata(call.headers['accept']) ? partial(object) : inVersion(kind, object);
}

interface Continuation {
  readonly list: number;
  readonly version: string;
  readonly from: number;
}

/** Lists of which pages are still asked for, as they were when they began. */
export class Lists {
  readonly #begun = new Map<number, readonly StoredObject[]>();
  #count = 0;

  constructor(private readonly store: Store) {}

  /** Makes all pages that are asked for from now on too old. */
  expire(): void {
    this.#begun.clear();
  }

  read({ kind, namespace, call }: ObjectRequest): Json {
    const { query, headers } = call;
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue');
    const { list, version, from } = token ? continuation(token) : this.#begin();
    const all = token ? this.#begun.get(list) : this.#select(kind, namespace, query);
    if (!all) throw expired();
    const page = limit > 0 ? all.slice(from, from + limit) : all.slice(from);
    const left = all.length - from - page.length;
    const next = left > 0 ? tokenOf({ list, version, from: from + page.length }) : undefined;
    if (next) this.#begun.set(list, all);
    const metadata = {
      resourceVersion: version,
      ...(next ? { continue: next, remainingItemCount: left } : {}),
    };
    if (wantsMetadata(headers['accept'])) {
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: page.map(partial),
      };
    }
    const items = page.map((object) => itemOf(kind, inVersion(kind, object)));
    return { kind: kind.listKind, apiVersion: apiVersionOf(kind), metadata, items };
  }

  #begin(): Continuation {
    this.#count += 1;
    return { list: this.#count, version: this.store.version, from: 0 };
  }

  #select(kind: ServedKind, namespace: string | undefined, query: URLSearchParams): StoredObject[] {
    const tests = [labelTest(query.get('labelSelector')), fieldTest(query.get('fieldSelector'))];
    return this.store
      .list(groupKind(kind), namespace)
      .filter((object) => tests.every((test) => test(object)));
  }
}

/** Items of built-in kinds do not say what they are. */
function itemOf(kind: ServedKind, object: StoredObject): Json {
  if (kind.custom) return object;
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

const wantsMetadata = (accept = '') => /as=PartialObjectMetadata(List)?;/.test(accept);

const partial = ({ metadata }: StoredObject): Json => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

const tokenOf = (next: Continuation) => Buffer.from(JSON.stringify(next)).toString('base64url');

function continuation(token: string): Continuation {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Continuation;
  } catch {
    throw new Refusal(400, 'BadRequest', 'continue key is not valid: illegal base64 data');
  }
}

const expired = () =>
  new Refusal(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
  );
