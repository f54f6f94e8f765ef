import type { ApiResource } from './resource.js';

/** One version of a group, with what it serves. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ApiResource[];
  /** The server behind it did not answer: what it serves is not known, or may be out of date. */
  readonly broken: boolean;
}

/** A version that a server names without saying what it serves. */
export interface NamedVersion {
  readonly group: string;
  readonly version: string;
}

/** What a discovery address answers. */
export type DiscoveryDocument =
  | { readonly type: 'aggregated'; readonly versions: readonly ServedVersion[] }
  | { readonly type: 'names'; readonly versions: readonly NamedVersion[] };

/** Asks for everything in one answer; a server that cannot do that gives the names of the versions. */
export const DISCOVERY_ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

interface AggregatedBody {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly AggregatedResource[] | null;
    }[];
  }[];
}

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: {
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
  } | null;
  readonly scope?: string;
  readonly verbs?: readonly string[] | null;
}

interface NamesBody {
  /** Of the core group. */
  readonly versions?: readonly string[];
  readonly groups?: readonly {
    readonly name: string;
    readonly versions?: readonly { readonly version: string }[];
    readonly preferredVersion?: { readonly version?: string };
  }[];
}

interface ResourceListBody {
  readonly resources?:
    | readonly {
        readonly name: string;
        readonly namespaced?: boolean;
        readonly kind?: string;
        readonly verbs?: readonly string[] | null;
      }[]
    | null;
}

/**
 * Reads what `/api` or `/apis` answers. The versions of a group come in the order in which the server prefers them.
 *
 * @returns undefined when it is no discovery document
 */
export function discoveryDocument(body: unknown): DiscoveryDocument | undefined {
  const kind = kindOf(body);
  if (kind === 'APIGroupDiscoveryList')
    return { type: 'aggregated', versions: aggregated(body as AggregatedBody) };
  if (kind === 'APIVersions' || kind === 'APIGroupList')
    return { type: 'names', versions: names(body as NamesBody) };
  return undefined;
}

/** Reads what `/api/<version>` or `/apis/<group>/<version>` answers. */
export function resourceList({ group, version }: NamedVersion, body: unknown): ServedVersion | undefined {
  if (kindOf(body) !== 'APIResourceList') return undefined;
  const resources = ((body as ResourceListBody).resources ?? [])
    .filter(({ name, kind }) => kind && !name.includes('/'))
    .map(({ name, kind = '', namespaced = false, verbs }) => ({
      group,
      version,
      kind,
      plural: name,
      namespaced,
      verbs: verbs ?? [],
    }));
  return { group, version, resources, broken: false };
}

function aggregated({ items = [] }: AggregatedBody): ServedVersion[] {
  return items.flatMap(({ metadata, versions = [] }) => {
    const group = metadata?.name ?? '';
    return versions.map(({ version, freshness, resources }) => ({
      group,
      version,
      broken: freshness === 'Stale',
      resources: (resources ?? [])
        .filter(({ responseKind }) => responseKind?.kind)
        .map(({ resource, responseKind, scope, verbs }) => ({
          group,
          version,
          kind: responseKind?.kind ?? '',
          plural: resource,
          namespaced: scope === 'Namespaced',
          verbs: verbs ?? [],
        })),
    }));
  });
}

function names({ versions = [], groups = [] }: NamesBody): NamedVersion[] {
  return [
    ...versions.map((version) => ({ group: '', version })),
    ...groups.flatMap(({ name, versions = [], preferredVersion }) =>
      [...versions]
        .sort(
          (a, b) =>
            Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version),
        )
        .map(({ version }) => ({ group: name, version })),
    ),
  ];
}

const kindOf = (body: unknown) =>
  typeof body === 'object' && body !== null ? (body as { readonly kind?: unknown }).kind : undefined;
