/** A kind as an API server serves it. */
export interface ApiResource {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural name in addresses, such as `networkpolicies`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** What the server can do with it, such as `list` and `patch`. */
  readonly verbs: readonly string[];
}

/** `apiVersion` of a resource. */
export function apiVersionOf({ group, version }: Pick<ApiResource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/**
 * Address of a resource, of its objects in a namespace, or of one object. Names are kept as they are, upper case and
 * colons included.
 *
 * @param namespace left out for cluster-scoped resources, and for a list over all namespaces
 */
export function resourcePath(resource: ApiResource, namespace?: string, name?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const within = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  const object = name === undefined ? '' : `/${segment(name)}`;
  return `${root}/${resource.version}${within}/${resource.plural}${object}`;
}

/** A colon may stand in a path, and in the names of roles it often does. */
const segment = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':');
