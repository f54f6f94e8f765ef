import type { MapType } from '../fields/field-type.js';
import { readFieldTypes } from '../fields/field-types.js';
import type { StoredObject } from '../objects/store.js';
import { type CustomSchema, type Schema, typeOfKind } from './custom-schema.js';
import { apiVersionOf, builtInKinds, type ServedKind } from './kinds.js';

/** A definition of custom kinds, as far as it matters here. */
export interface DefinitionSpec {
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: {
    readonly kind: string;
    readonly plural: string;
    readonly singular?: string;
    readonly listKind?: string;
    readonly shortNames?: readonly string[];
  };
  readonly versions: readonly {
    readonly name: string;
    readonly served: boolean;
    readonly storage: boolean;
    readonly schema?: { readonly openAPIV3Schema?: Schema };
    readonly subresources?: { readonly status?: object; readonly scale?: object };
  }[];
}

/** Custom kinds of one definition, and from when they are there. */
interface Served {
  readonly kinds: readonly ServedKind[];
  readonly discoveredAtMs: number;
  readonly servedAtMs: number;
}

const FIELD_TYPES = readFieldTypes();

/** Which kinds are served. */
export class KindRegistry {
  readonly #builtIn = builtInKinds(FIELD_TYPES);
  readonly #custom = new Map<string, Served>();

  constructor(private readonly nowMs: () => number) {}

  /** The kind at an address. */
  at(group: string, version: string, plural: string): ServedKind | undefined {
    return this.#served().find(
      (kind) => kind.group === group && kind.version === version && kind.plural === plural,
    );
  }

  /** A kind in one version, also while it is not served yet. */
  find(apiVersion: string, kind: string): ServedKind | undefined {
    return this.#all().find((one) => apiVersionOf(one) === apiVersion && one.kind === kind);
  }

  /** A kind in any of its versions. */
  ofGroupKind(group: string, kind: string): ServedKind | undefined {
    return this.#all().find((one) => one.group === group && one.kind === kind);
  }

  /** What discovery tells. */
  discovered(): readonly ServedKind[] {
    const now = this.nowMs();
    const custom = [...this.#custom.values()].filter(({ discoveredAtMs }) => discoveredAtMs <= now);
    return [...this.#builtIn, ...custom.flatMap(({ kinds }) => kinds)];
  }

  /** The name that another definition of the group has already. */
  conflicting(
    definition: string,
    { group, names }: DefinitionSpec,
  ): 'plural' | 'singular' | 'kind' | undefined {
    const singular = names.singular ?? names.kind.toLowerCase();
    for (const [name, { kinds }] of this.#custom) {
      if (name === definition) continue;
      for (const kind of kinds.filter((one) => one.group === group)) {
        // Of several conflicts, the API server tells the last one that it finds.
        if (kind.kind === names.kind) return 'kind';
        if (kind.singular === singular || kind.shortNames.includes(singular)) return 'singular';
        if (kind.plural === names.plural || kind.shortNames.includes(names.plural)) return 'plural';
      }
    }
    return undefined;
  }

  /** Serves the kinds of a definition, or serves them as they are defined by now. */
  serve(object: StoredObject, delays: { readonly discoveryMs: number; readonly servedMs: number }): void {
    const { name } = object.metadata;
    const now = this.nowMs();
    const before = this.#custom.get(name);
    this.#custom.set(name, {
      kinds: customKinds(object),
      discoveredAtMs: before?.discoveredAtMs ?? now + delays.discoveryMs,
      servedAtMs: before?.servedAtMs ?? now + delays.discoveryMs + delays.servedMs,
    });
  }

  isServed(definition: string): boolean {
    return this.#custom.has(definition);
  }

  withdraw(definition: string): void {
    this.#custom.delete(definition);
  }

  #all(): ServedKind[] {
    return [...this.#builtIn, ...[...this.#custom.values()].flatMap(({ kinds }) => kinds)];
  }

  #served(): ServedKind[] {
    const now = this.nowMs();
    const custom = [...this.#custom.values()].filter(({ servedAtMs }) => servedAtMs <= now);
    return [...this.#builtIn, ...custom.flatMap(({ kinds }) => kinds)];
  }
}

/** Kinds of the versions that are served, those that clients should prefer first. */
function customKinds({ metadata, spec }: StoredObject): ServedKind[] {
  const { group, scope, names, versions } = spec as DefinitionSpec;
  const objectMeta = FIELD_TYPES.get('apis.meta.v1.ObjectMeta') as MapType;
  return versions
    .filter(({ served }) => served)
    .sort((a, b) => priorityOf(b.name) - priorityOf(a.name) || (a.name < b.name ? -1 : 1))
    .map(({ name, schema, subresources }) => {
      const custom: CustomSchema = { definition: metadata.name, schema: schema?.openAPIV3Schema ?? {} };
      return {
        group,
        version: name,
        kind: names.kind,
        plural: names.plural,
        singular: names.singular ?? names.kind.toLowerCase(),
        listKind: names.listKind ?? `${names.kind}List`,
        shortNames: names.shortNames ?? [],
        namespaced: scope === 'Namespaced',
        type: typeOfKind(custom.schema, objectMeta),
        subresources: [
          ...(subresources?.status ? ['status'] : []),
          ...(subresources?.scale ? ['scale'] : []),
        ],
        custom,
      };
    });
}

/** Stable versions come before beta and alpha ones, newer before older. */
function priorityOf(version: string): number {
  const [matched, major = '', level = '', minor = ''] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (matched === undefined) return -1;
  const stability = level === '' ? 3 : level === 'beta' ? 2 : 1;
  return stability * 1e6 + Number(major) * 1e3 + Number(minor || 0);
}
